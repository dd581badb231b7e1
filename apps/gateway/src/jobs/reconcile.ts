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
import { readCall, type Services } from '../services.ts';
import { queueLeftSyncs } from '../syncs/store.ts';
import { leftAfterMs } from '../pulse.ts';
import { freeLeftJobs } from './store.ts';

/** A look-up that is due for this long has lost its job. */
const overdueAfterMs = 30_000;

/**
 * Resolves one write whose outcome is unknown, by asking the provider for its record of it. The order itself is never
 * sent again, but for one under a key by which the provider does it once. What the provider does not show stays unknown and is asked for again later.
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
    // The account may be configured again, or be in another process's settings already.
    await postpone(services, operation, 'silence', null);
    return;
  }
  const ask = () => kind.lookUp(account, operation, readCall(services, undefined));
  // Should the code that asks fail, that says nothing of the write: it is asked for again, and the failure is evidence.
  const showed = await account.bypass(ask).catch((error: unknown) => failedToTell('the look-up failed', error));
  const finishedAt = new Date(services.now());
  if (showed === null) {
    // There is nothing to ask any more, e.g. the account lost its default address of the end user: a person must say.
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
  // Before it is recorded that the silence is over: should this process end now, the next look-up tells the others.
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
        // What was found is another resource's already: no further look-up can tell more.
        const doubt = attemptOf('look-up', contradiction(showed.evidence), startedAt, finishedAt);
        await postpone(services, operation, 'contradiction', doubt);
      }
      break;
    case 'absent':
      await postpone(services, operation, 'absent', attempt);
      break;
    // A refused or failed look-up says nothing about the write it asks for.
    case 'refused':
    case 'unknown':
      await postpone(services, operation, isUnreadable(showed) ? 'unreadable' : 'silence', attempt);
      break;
  }
}

/** Queues what nobody works on: writes of a process that is gone, look-ups and syncs whose job was lost, and jobs left half-way. */
export async function sweep(services: Services): Promise<number> {
  const now = services.now();
  await freeLeftJobs(services.pool, new Date(now - leftAfterMs));
  await queueLeftSyncs(services.pool);
  return queueForgotten(services.pool, new Date(now), new Date(now - overdueAfterMs));
}
