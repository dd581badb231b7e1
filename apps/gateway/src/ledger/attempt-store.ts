import type { ResolvedBy } from '@card-gateway/core';
import type { PoolClient } from 'pg';

/** The answer to a write, and to its repeats. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Evidence about a write: a provider call, or an observation that shows its outcome. */
export interface Attempt {
  readonly kind: 'send' | Exclude<ResolvedBy, 'answer'>;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: 'done' | 'refused' | 'unknown' | 'absent';
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/** Adds evidence. A look-up with the same result as the previous one only extends that row's end. */
export async function addAttempt(client: PoolClient, operationId: string, attempt: Attempt): Promise<void> {
  const { kind, startedAt, finishedAt, outcome, httpStatus, providerCode, providerMessage } = attempt;
  if (kind === 'look-up') {
    const { rowCount } = await client.query(
      `UPDATE operation_attempts a SET finished_at = $2
       WHERE operation_id = $1 AND kind = 'look-up' AND outcome = $3 AND http_status IS NOT DISTINCT FROM $4
         AND provider_code IS NOT DISTINCT FROM $5
         AND number = (SELECT max(number) FROM operation_attempts WHERE operation_id = $1)`,
      [operationId, finishedAt, outcome, httpStatus, providerCode],
    );
    if (rowCount === 1) return;
  }
  // The send is always number 0, even if its answer arrives after a first look-up, and recording it may be retried.
  await client.query({
    name: 'operation-attempt',
    text: `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome, http_status,
             provider_code, provider_message)
           SELECT $1, CASE $2::text WHEN 'send' THEN 0
                      ELSE (SELECT coalesce(max(number), 0) + 1 FROM operation_attempts WHERE operation_id = $1) END,
                  $2, $3, $4, $5, $6, $7, $8
           ON CONFLICT DO NOTHING`,
    values: [operationId, kind, startedAt, finishedAt, outcome, httpStatus, providerCode, providerMessage],
  });
}

/**
 * Stores the answer of a closed write for its repeats, together with the evidence; for a send, the common case, in one
 * statement.
 */
export async function keepAnswer(
  client: PoolClient,
  operationId: string,
  { status, body }: StoredAnswer,
  attempt: Attempt | null,
): Promise<void> {
  const answer = [operationId, status, JSON.stringify(body)];
  if (attempt?.kind === 'send') {
    const { startedAt, finishedAt, outcome, httpStatus, providerCode, providerMessage } = attempt;
    await client.query({
      name: 'operation-answer-to-send',
      text: `WITH sent AS (
               INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome, http_status,
                 provider_code, provider_message)
               VALUES ($1, 0, 'send', $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
             )
             UPDATE operations SET answer_status = $2, answer = $3 WHERE id = $1 AND idempotency_key IS NOT NULL`,
      values: [...answer, startedAt, finishedAt, outcome, httpStatus, providerCode, providerMessage],
    });
    return;
  }
  if (attempt !== null) await addAttempt(client, operationId, attempt);
  await client.query({
    name: 'operation-answer',
    text: 'UPDATE operations SET answer_status = $2, answer = $3 WHERE id = $1 AND idempotency_key IS NOT NULL',
    values: answer,
  });
}
