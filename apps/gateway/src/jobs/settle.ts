import { unknown } from '@card-gateway/core';
import { findById, isTakenReference, type OperationRow, postpone, queueForgotten } from '../ledger/store.ts';
import { attemptOf, contradiction, lookUpDelayMs, settleOperation, type WriteKind } from '../ledger/write.ts';
import { readCall, type Services } from '../services.ts';
import { freeLeftJobs } from './store.ts';

/** All kinds of writes: only the job needs them together. */
export type WriteKinds = readonly WriteKind<unknown>[];

/** A write without an answer for this long after its time ran out belongs to a process that is gone. */
const abandonedAfterMs = 25_000;
const overdueAfterMs = 60_000;
const withoutAccountMs = 600_000;

function isAbandoned(services: Services, operation: OperationRow): boolean {
  return operation.createdAt.getTime() < services.now() - services.config.PROVIDER_WRITE_TIMEOUT_MS - abandonedAfterMs;
}

/**
 * Settles one write whose outcome is unknown, by asking the provider for its record of it. The order itself is never
 * sent again. What the provider does not show stays unknown and is asked for again later.
 */
export async function settleUnknown(services: Services, kinds: WriteKinds, operationId: string): Promise<void> {
  const operation = await findById(services.pool, operationId);
  const kind = kinds.find(({ type }) => type === operation?.type);
  if (operation === null || kind === undefined) return;
  if (operation.state === 'submitting' && isAbandoned(services, operation)) {
    // The process that sent it, or was about to, is gone: nobody knows. This queues the first look-up.
    await settleOperation(services, kind, operationId, unknown('no_answer'), 'look-up', null, operationId);
    return;
  }
  if (operation.state === 'unknown') await lookUp(services, kind, operation);
}

async function lookUp(services: Services, kind: WriteKind<unknown>, operation: OperationRow): Promise<void> {
  const startedAt = new Date(services.now());
  const account = services.accounts.byName(operation.account);
  if (account === undefined) {
    // The account may be configured again, or be in another process's settings already.
    const next = new Date(startedAt.getTime() + withoutAccountMs);
    await postpone(services.pool, { operationId: operation.id, attempt: null, at: startedAt, next });
    return;
  }
  const result = await kind.lookUp(account, operation, readCall(services, undefined));
  const finishedAt = new Date(services.now());
  if (result === null) {
    // There is nothing to ask any more, e.g. the account lost its default address of the end user: a person must say.
    await postpone(services.pool, { operationId: operation.id, attempt: null, at: finishedAt, next: null });
    return;
  }
  const attempt = attemptOf('look-up', result, startedAt, finishedAt);
  if (result.kind === 'done') {
    try {
      await settleOperation(services, kind, operation.id, result, 'look-up', attempt, operation.id);
    } catch (error) {
      if (!isTakenReference(error)) throw error;
      // What was found is another resource's already: no further look-up can tell more.
      const doubt = attemptOf('look-up', contradiction(result.evidence), startedAt, finishedAt);
      await postpone(services.pool, { operationId: operation.id, attempt: doubt, at: finishedAt, next: null });
    }
    return;
  }
  // A refused or failed look-up says nothing about the write it asks for; neither does "not found".
  const ageMs = finishedAt.getTime() - operation.createdAt.getTime();
  const delayMs = lookUpDelayMs({ lookUps: operation.lookUps + 1, ageMs, absent: result.kind === 'absent' });
  const next = new Date(finishedAt.getTime() + delayMs);
  await postpone(services.pool, { operationId: operation.id, attempt, at: finishedAt, next });
}

/** Jobs end or hand over long before: one that is held for this long was left by a process that was killed. */
const leftAfterMs = 10 * 60_000;

/** Queues what nobody works on: writes of a process that is gone, look-ups whose job was lost, and jobs left half-way. */
export async function sweep(services: Services): Promise<number> {
  const now = services.now();
  await freeLeftJobs(services.pool, new Date(now - leftAfterMs));
  const sentBefore = new Date(now - services.config.PROVIDER_WRITE_TIMEOUT_MS - abandonedAfterMs);
  return queueForgotten(services.pool, sentBefore, new Date(now - overdueAfterMs));
}
