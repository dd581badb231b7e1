import { fromPublicId, type RefusalReason, toPublicId } from '@card-gateway/core';
import { ProblemError, refusalProblem } from '../problem.ts';
import type { Services } from '../services.ts';
import { viewOf, type WriteKind } from './kind.ts';
import type { WriteAnswer, WriteRequest } from './request.ts';
import { giveUp } from './resolve.ts';
import { confirmCommits, findById, type OperationRow } from './store.ts';

/**
 * Refusals that say that nothing happened now, and nothing of another try: also those that an operator can mend, by the
 * account's settings or with the provider.
 */
const passing: ReadonlySet<RefusalReason> = new Set([
  'not_sent',
  'unavailable',
  'rate_limited',
  'configuration',
  'unsupported',
]);

/** Whether this refusal says nothing of another try. */
export function isTransient(reason: RefusalReason): boolean {
  return passing.has(reason);
}

/** Whether a write was refused for what may have passed: its key is not used up, and a repeat is a new try. */
export function hasPassed({ state, refusal }: OperationRow): boolean {
  return state === 'refused' && refusal !== null && isTransient(refusal.reason);
}

/** The answer to the same request under the same key. @throws ProblemError 422 when the request is another */
export function repeat<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  operation: OperationRow,
): Promise<WriteAnswer> {
  requireSame(services, kind, request, operation);
  return replay(services, kind, operation);
}

/** @throws ProblemError 422 when the key was first used with another request, 500 where nobody can tell */
export function requireSame(
  services: Services,
  { type }: Pick<WriteKind<unknown>, 'type'>,
  request: WriteRequest,
  operation: OperationRow,
): void {
  const { requestHash } = operation;
  if (requestHash !== null) requireComparable(services, requestHash);
  const isSame = requestHash === null ? isOnSame(request, operation) : services.sealing.isHashOf(requestHash, request);
  if (operation.type === type && isSame) return;
  const detail = 'expected a new key for a new request, or the body of the first one';
  throw new ProblemError('idempotency-key-reused', 'This Idempotency-Key was first used with another request.', {
    errors: [{ pointer: 'header/Idempotency-Key', detail }],
  });
}

/** @throws ProblemError 500 where the key is not configured under which the hash of the first request was made */
export function requireComparable({ sealing }: Pick<Services, 'sealing'>, requestHash: string): void {
  if (sealing.knowsKeyOf(requestHash)) return;
  throw new ProblemError(
    'internal-error',
    'This Idempotency-Key was used before, and the fingerprint key is not configured that tells whether this request is the same. ' +
      'Nothing was sent. Keep this Idempotency-Key, and repeat it once the key is back.',
  );
}

/**
 * Whether a write of before codes were left out of hashes was on the same resource: its hash is gone
 * (docs/decisions/sealed-card-data.md), so that nothing else of it can be compared.
 */
function isOnSame({ resource }: WriteRequest, { resourceId }: OperationRow): boolean {
  return (
    resource !== null && (['card', 'binding'] as const).some((kind) => fromPublicId(kind, resource) === resourceId)
  );
}

/** The first answer again; while there is none, how far the first request is. */
export async function replay<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
): Promise<WriteAnswer> {
  const location = `/v1/operations/${toPublicId('operation', operation.id)}`;
  switch (operation.state) {
    case 'submitting': {
      const givenUp = await takenOver(services, kind, operation);
      if (givenUp !== null) return replay(services, kind, givenUp);
      throw new ProblemError('request-in-progress', 'The first request with this Idempotency-Key has no outcome yet.', {
        operation: toPublicId('operation', operation.id),
        retryAfterSeconds: 1,
      });
    }
    case 'unknown':
    case 'superseded':
      return { status: 202, body: await viewOf(kind, services.pool, operation), replayed: true, location };
    case 'succeeded':
    case 'refused':
      await confirmStored(services);
      // Its key was given up to a new try, and its answer with it: only its own first caller still asks for it.
      if (operation.refusal !== null && operation.answerStatus === null) {
        throw refusalProblem(operation.provider, operation.refusal, toPublicId('operation', operation.id));
      }
      return {
        status: operation.answerStatus ?? kind.successStatus,
        body: operation.answer,
        replayed: true,
        location: null,
      };
  }
}

/**
 * To be waited for before a stored record is answered from: another process may have stored it, and never heard whether that
 * lasts.
 */
export async function confirmStored({ pool, config }: Services): Promise<void> {
  if (config.DATABASE_STANDBY === 'required') await confirmCommits(pool);
}

/** Does what the sweep would once it came by: the process that sent it is gone. Null while it may still answer. */
async function takenOver<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
): Promise<OperationRow | null> {
  const { leaseUntil } = operation;
  if (leaseUntil === null || leaseUntil.getTime() > services.now()) return null;
  await giveUp(services, kind, operation);
  const now = await findById(services.pool, operation.id);
  return now?.state === 'submitting' ? null : now;
}
