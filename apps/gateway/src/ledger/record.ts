import { setTimeout as wait } from 'node:timers/promises';
import { type Outcome, toPublicId } from '@card-gateway/core';
import { isDatabaseFailure } from '../database-failure.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import type { AtOnce, WriteKind } from './kind.ts';
import { replay } from './replay.ts';
import type { WriteAnswer } from './request.ts';
import { contradiction, resolveAtOnce, resolveWrite } from './resolve.ts';
import type { Attempt } from './attempt-store.ts';
import { confirmCommits, findById, isTakenReference, type OperationRow } from './store.ts';
import type { Recorded } from '../unrecorded.ts';

/** The result of a call that this process made for its own write. */
export interface Finding<Value> {
  readonly outcome: Outcome<Value>;
  readonly attempt: Attempt;
  readonly requestId: string;
  readonly atOnce?: AtOnce<Value> | undefined;
}

/** How long an answer is retained while the database is unavailable; shorter than the sweep's patience. */
const longestRecordingMs = 10_000;

/**
 * Records the outcome of a finished call, and returns its answer. If the database is unavailable for longer, the write stays
 * recorded as sent until it is back ({@link recordLater}).
 */
export async function recordOutcome<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  finding: Finding<Value>,
): Promise<WriteAnswer> {
  const giveUpAt = performance.now() + longestRecordingMs;
  for (let tried = 0; ; tried += 1) {
    try {
      const answer = await record(services, kind, operation, finding);
      if (answer !== null) return answer;
      // The previous try may have recorded it without a confirmation that the commit lasts.
      if (tried > 0) await confirmCommits(services.pool);
      const resolved = await findById(services.pool, operation.id);
      if (resolved === null) throw new Error('The operation is gone.');
      // Other evidence was faster: its result is the first request's answer, not a repeat's.
      return { ...(await replay(services, kind, resolved)), replayed: false };
    } catch (error) {
      if (error instanceof Error && isDatabaseFailure(error)) {
        if (performance.now() < giveUpAt) {
          await wait(Math.min(100 * 2 ** tried, 1000));
          continue;
        }
        recordLater(services, kind, operation.id, finding);
      }
      throw unrecorded(operation.id, finding.outcome, error);
    }
  }
}

/** Records what this process knows about a write as soon as possible, even if the caller no longer waits. */
export function recordLater<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operationId: string,
  finding: Finding<Value>,
): void {
  services.unrecorded.add(operationId, async (): Promise<Recorded> => {
    const operation = await findById(services.pool, operationId);
    if (operation === null) return 'absent';
    const answer = await record(services, kind, operation, finding);
    // It is closed already, perhaps by the previous try without a confirmation that the commit lasts.
    if (answer === null) await confirmCommits(services.pool);
    return 'recorded';
  });
}

/** Null if the write is closed already. */
async function record<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operation: OperationRow,
  { outcome, attempt, requestId, atOnce }: Finding<Value>,
): Promise<WriteAnswer | null> {
  const resolve = async (known: Outcome<Value>): Promise<WriteAnswer | null> => {
    const answer =
      (await resolveAtOnce(services, kind, operation, known, attempt, requestId, atOnce)) ??
      (await resolveWrite(services, kind, operation, known, 'answer', attempt, requestId));
    const location = known.kind === 'unknown' ? `/v1/operations/${toPublicId('operation', operation.id)}` : null;
    const seconds = known.kind === 'refused' ? known.refusal.retryAfterSeconds : undefined;
    const wait = seconds === undefined ? {} : { retryAfterSeconds: seconds };
    return answer && { ...answer, ...wait, replayed: false, location };
  };
  try {
    return await resolve(outcome);
  } catch (error) {
    if (!isTakenReference(error) || outcome.kind !== 'done') throw error;
    return resolve(contradiction(outcome.evidence));
  }
}

/** A failure after the outcome is known must not look like a different outcome. */
function unrecorded(operationId: string, outcome: Outcome<unknown>, cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  const isTransient = cause instanceof Error && isDatabaseFailure(cause);
  const code = isTransient ? 'database-unavailable' : 'internal-error';
  const details = { operation: toPublicId('operation', operationId), retryAfterSeconds: 5 };
  if (outcome.kind === 'refused' && outcome.refusal.reason === 'not_sent') {
    const detail =
      'Nothing was sent to the provider, which could not be recorded yet. Repeat with the same Idempotency-Key.';
    return new ProblemError(code, detail, details, cause);
  }
  return new ProblemError(
    code,
    'The provider was called, but the outcome could not be recorded yet. Repeat with the same Idempotency-Key to learn it.',
    { ...details, outcome: 'unknown' },
    cause,
  );
}
