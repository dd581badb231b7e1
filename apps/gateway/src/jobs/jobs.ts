import type { TaskList } from 'graphile-worker';
import type { Logger as Pino } from 'pino';
import { createBulkhead } from '../bulkhead.ts';
import { lookUpsAtOnce } from '../config.ts';
import type { WriteKinds } from '../ledger/kind.ts';
import { queueReconciliation } from '../ledger/queue-store.ts';
import type { Services } from '../services.ts';
import { workCallback } from './callback.ts';
import { removeOld } from './retention.ts';
import { type Queue, startQueue } from './queue.ts';
import { scheduleSyncs } from './schedule-syncs.ts';
import { reconcileWrite, sweep } from './reconcile.ts';
import { runSync } from './sync.ts';

const nextTurnMs = 2000;
/** A job that holds its queue much longer belongs to a dead process. */
const longestTurnMs = 60_000;

/** Starts processing the queue: reconciliation, syncs, and once a minute (and now) the sweep for abandoned writes and due syncs. */
export async function startJobs(services: Services, kinds: WriteKinds, log: Pino): Promise<Queue> {
  const turns = createTurns(lookUpsAtOnce(services.config));
  const tasks: TaskList = {
    settle: async (payload, helpers) => {
      const operation = { id: textOf(payload, 'operationId'), account: textOf(payload, 'account') };
      if (!turns.begin(operation)) {
        // If no worker here gets to it, its job does.
        await queueReconciliation(services.pool, operation, new Date(services.now() + nextTurnMs));
        return;
      }
      const endAt = services.now() + longestTurnMs;
      try {
        await reconcileWrite(services, kinds, operation.id);
        while (services.now() < endAt && !helpers.abortSignal?.aborted) {
          const next = turns.next(operation.account);
          if (next === undefined) break;
          await reconcileWrite(services, kinds, next);
        }
      } finally {
        turns.end(operation.account);
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
      log.info({ removed: await removeOld(services) }, 'removed what was over for long enough');
    },
  };
  const crontab = ['* * * * * sweep', '* * * * * scheduleSyncs', '23 3 * * * removeOld'].join('\n');
  return startQueue(services, { tasks, crontab, firstTask: 'sweep', log });
}

interface Turns {
  /** Takes a turn for this write; false if the account's turns are all taken, in which case the write waits for the next one. */
  begin(operation: { readonly id: string; readonly account: string }): boolean;
  /** A waiting write of the account, for a worker whose own is done. */
  next(account: string): string | undefined;
  end(account: string): void;
}

/**
 * The turns of each account, {@link lookUpsAtOnce} of them. A look-up worker drains its account's waiting writes instead of
 * requeuing each: as separate jobs, all due at the same moment, they would get a turn or two every other second.
 */
function createTurns(most: number): Turns {
  const bulkhead = createBulkhead({ slots: Infinity, slotsPerKey: most, queue: 0 });
  const left = new Map<string, Set<string>>();
  return {
    begin: ({ id, account }) => {
      const others = left.get(account) ?? new Set();
      if (!bulkhead.tryAcquire(account)) {
        left.set(account, others.add(id));
        return false;
      }
      others.delete(id);
      return true;
    },
    next: (account) => {
      const others = left.get(account);
      const [id] = others ?? [];
      if (id === undefined) left.delete(account);
      else others?.delete(id);
      return id;
    },
    end: (account) => bulkhead.release(account),
  };
}

function textOf(payload: unknown, name: string): string {
  const value = (payload as Record<string, unknown> | null)?.[name];
  if (typeof value === 'string') return value;
  throw new TypeError(`The job has no ${name}.`);
}
