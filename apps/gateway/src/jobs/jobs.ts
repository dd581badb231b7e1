import type { TaskList } from 'graphile-worker';
import type { Logger as Pino } from 'pino';
import { createBulkhead } from '../bulkhead.ts';
import { lookUpsAtOnce } from '../config.ts';
import type { WriteKinds } from '../ledger/kind.ts';
import { queueReconciliation } from '../ledger/queue-store.ts';
import type { Services } from '../services.ts';
import { workCallback } from './callback.ts';
import { removeOld } from './retention.ts';
import { isAhead } from './retention-store.ts';
import { type Queue, startQueue } from './queue.ts';
import { scheduleSyncs } from './schedule-syncs.ts';
import { reconcileWrite, sweep } from './reconcile.ts';
import { runSync } from './sync.ts';

const nextTurnMs = 2000;
/** A job that holds its queue much longer belongs to a dead process. */
const longestTurnMs = 60_000;

/** Starts processing the queue: reconciliation, syncs, and once a minute (and now) the sweep for abandoned writes and due syncs. */
export async function startJobs(services: Services, kinds: WriteKinds, log: Pino): Promise<Queue> {
  /** Slots for look-ups, per account. */
  const lookUps = createBulkhead({ slots: Infinity, slotsPerKey: lookUpsAtOnce(services.config), queue: 0 });
  const tasks: TaskList = {
    settle: async (payload, helpers) => {
      const id = textOf(payload, 'operationId');
      const account = textOf(payload, 'account');
      if (!lookUps.tryAcquire(account, id)) {
        lookUps.leave(account, id);
        // If no worker here gets to it, its job does.
        await queueReconciliation(services.pool, { id, account }, nextTurnMs);
        return;
      }
      const endAt = services.now() + longestTurnMs;
      try {
        await reconcileWrite(services, kinds, id);
        // A look-up worker drains its account's waiting writes instead of requeuing each: as separate jobs, all due at the same
        // moment, they would get a turn or two every other second.
        while (services.now() < endAt && !helpers.abortSignal?.aborted) {
          const next = lookUps.takeOver(account);
          if (next === null) break;
          await reconcileWrite(services, kinds, next);
        }
      } finally {
        lookUps.release(account);
      }
    },
    sync: (payload, helpers) =>
      runSync(services, textOf(payload, 'syncId'), {
        isLastAttempt: helpers.job.attempts >= helpers.job.max_attempts,
        signal: helpers.abortSignal ?? new AbortController().signal,
      }),
    callback: (payload, helpers) =>
      workCallback(services, textOf(payload, 'callbackId'), helpers.job.attempts >= helpers.job.max_attempts),
    sweep: async () => {
      const found = await sweep(services);
      if (found > 0) log.warn({ found }, 'found writes that nobody worked on');
    },
    scheduleSyncs: async () => {
      const accounts = await scheduleSyncs(services);
      for (const account of accounts) log.info({ account }, 'started a sync that was due');
    },
    removeOld: async () => {
      if (await isAhead(services.pool, new Date(services.now()))) {
        throw new Error(
          'The clock of this process is minutes ahead of the database: what is not old would be removed.',
        );
      }
      const removed = Object.entries(await removeOld(services)).map(([kind, count]) => `${kind} ${count}`);
      log.info({ removed: removed.join(', ') }, 'removed what was over for long enough');
    },
  };
  const crontab = ['* * * * * sweep', '* * * * * scheduleSyncs', '23 3 * * * removeOld'].join('\n');
  return startQueue(services, { tasks, crontab, firstTask: 'sweep', log });
}

function textOf(payload: unknown, name: string): string {
  const value = (payload as Record<string, unknown> | null)?.[name];
  if (typeof value === 'string') return value;
  throw new TypeError(`The job has no ${name}.`);
}
