import type { WriteKind, WriteKinds } from '../ledger/kind.ts';
import { queueForgotten, wakeAccount } from '../ledger/queue-store.ts';
import {
  attemptOf,
  contradiction,
  failedToTell,
  giveUp,
  isUnreadable,
  postpone,
  recordingMs,
  resolveWrite,
  supersede,
  takeLookUp,
} from '../ledger/resolve.ts';
import { findById, isTakenReference, type OperationRow } from '../ledger/store.ts';
import type { Services } from '../services.ts';
import { jobWork } from '../work.ts';
import { queueLeftSyncs } from '../syncs/store.ts';
import { leftAfterMs } from '../pulse.ts';
import { freeLeftJobs } from './store.ts';

/** A look-up that is overdue for this long has lost its job. */
const overdueAfterMs = 30_000;

/**
 * Reconciles one unknown write by asking the provider for its record. The order is never resent, except under a key by which
 * the provider executes it once. A write that the provider does not show stays unknown and is looked up again later.
 */
export async function reconcileWrite(services: Services, kinds: WriteKinds, operationId: string): Promise<void> {
  const operation = await findById(services.pool, operationId);
  const kind = kinds.find(({ type }) => type === operation?.type);
  if (operation === null || kind === undefined) return;
  if (operation.state === 'submitting') {
    await giveUp(services, kind, operation);
    return;
  }
  const taken = await takeLookUp(services, operation, services.config.PROVIDER_READ_TIMEOUT_MS + recordingMs);
  if (taken !== null) await lookUp(services, kind, taken);
}

async function lookUp(services: Services, kind: WriteKind<unknown>, operation: OperationRow): Promise<void> {
  const startedAt = new Date(services.now());
  const account = services.accounts.byName(operation.account);
  if (account === undefined) {
    // The account may return to the settings, or already be in another process's.
    await postpone(services, operation, 'silence', null);
    return;
  }
  // A failure of our own code says nothing about the write: it is stored as evidence, and the look-up is repeated.
  const showed = await account
    .lookUp(jobWork, (call) => kind.lookUp(services, account, operation, call))
    .catch((error: unknown) => failedToTell('the look-up failed', error));
  const finishedAt = new Date(services.now());
  if (showed === null) {
    // There is no way to ask any more, e.g. the account lost its default address of the end user: a person must decide.
    await postpone(services, operation, 'nothing', null);
    return;
  }
  if (showed.kind === 'superseded') {
    await supersede(services, operation, showed.by);
    return;
  }
  const result = showed.kind === 'shown-refused' ? showed.outcome : showed;
  const attempt = attemptOf('look-up', result, startedAt, finishedAt);
  const saysSomething = result.kind === 'done' || result.kind === 'absent' || showed.kind === 'shown-refused';
  // Before the end of the silence is recorded: if this process ends now, the next look-up wakes the others.
  if (saysSomething && operation.silentSince !== null) await wakeAccount(services.pool, operation.account, finishedAt);
  switch (showed.kind) {
    case 'shown-refused':
      await resolveWrite(services, kind, operation, showed.outcome, 'look-up', attempt, operation.id);
      break;
    case 'done':
      try {
        await resolveWrite(services, kind, operation, showed, 'look-up', attempt, operation.id);
      } catch (error) {
        if (!isTakenReference(error)) throw error;
        // The record found belongs to another resource: further look-ups cannot tell more.
        const doubt = attemptOf('look-up', contradiction(showed.evidence), startedAt, finishedAt);
        await postpone(services, operation, 'contradiction', doubt);
      }
      break;
    case 'absent':
      await postpone(services, operation, 'absent', attempt);
      break;
    // A refused or failed look-up says nothing about the write.
    case 'refused': {
      const { retryAfterSeconds = 0 } = showed.refusal;
      await postpone(services, operation, 'silence', attempt, retryAfterSeconds * 1000);
      break;
    }
    case 'unknown':
      await postpone(services, operation, isUnreadable(showed) ? 'unreadable' : 'silence', attempt);
      break;
  }
}

/** Queues abandoned work: writes of dead processes, look-ups and syncs whose job was lost, and jobs left half done. */
export async function sweep(services: Services): Promise<number> {
  const now = services.now();
  await freeLeftJobs(services.pool, new Date(now - leftAfterMs));
  await queueLeftSyncs(services.pool);
  return queueForgotten(services.pool, new Date(now), new Date(now - overdueAfterMs));
}
