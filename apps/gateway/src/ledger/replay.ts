import { fromPublicId, type RefusalReason, toPublicId } from '@card-gateway/core';
import { ProblemError, refusalProblem } from '../problem.ts';
import type { Services } from '../services.ts';
import { viewOf, type WriteKind } from './kind.ts';
import type { WriteAnswer, WriteRequest } from './request.ts';
import { giveUp } from './resolve.ts';
import { confirmCommits, findById, type OperationRow } from './store.ts';

/**
 * Transient refusals: nothing happened this time; a retry may succeed, also after the operator fixed the account's settings or
 * its state at the provider.
 */
const passing: ReadonlySet<RefusalReason> = new Set([
  'not_sent',
  'unavailable',
  'rate_limited',
  'configuration',
  'unsupported',
]);

/** Whether a retry may succeed after this refusal. */
export function isTransient(reason: RefusalReason): boolean {
  return passing.has(reason);
}

/** Whether a write's refusal was transient: its key is not used up, and a repeat is a new try. */
export function hasPassed({ state, refusal }: OperationRow): boolean {
  return state === 'refused' && refusal !== null && isTransient(refusal.reason);
}

/** @throws ProblemError 422 if the key was first used with another request, 500 if that cannot be determined */
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

/** @throws ProblemError 500 if the fingerprint key that hashed the first request is not configured */
export function requireComparable({ sealing }: Pick<Services, 'sealing'>, requestHash: string): void {
  if (sealing.knowsKeyOf(requestHash)) return;
  throw new ProblemError(
    'internal-error',
    'This Idempotency-Key was used before, and the fingerprint key is not configured that tells whether this request is the same. ' +
      'Nothing was sent. Keep this Idempotency-Key, and repeat it once the key is back.',
  );
}

/**
 * Whether a write from before codes were excluded from hashes was on the same resource. Its hash was removed
 * (docs/decisions/sealed-card-data.md), so nothing else can be compared.
 */
function isOnSame({ resource }: WriteRequest, { resourceId }: OperationRow): boolean {
  return (
    resource !== null && (['card', 'binding'] as const).some((kind) => fromPublicId(kind, resource) === resourceId)
  );
}

/** The stored first answer or, while there is none, the progress of the first request. */
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
      // A new try took over its key and answer: only its own first caller still asks for it.
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
 * Must complete before a stored record is used as an answer: another process may have stored it without a confirmation that the
 * commit lasts.
 */
export async function confirmStored({ pool, config }: Services): Promise<void> {
  if (config.DATABASE_STANDBY === 'required') await confirmCommits(pool);
}

/** Does the sweep's work early: the sender's process is gone. Null while the sender may still answer. */
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
