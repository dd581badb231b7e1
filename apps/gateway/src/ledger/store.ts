import { inTransaction } from '@card-gateway/database';
import type { OperationState, OperationType, Outcome, SettlesBy, UnknownReason } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';

/** A write as the ledger has it. */
export interface OperationRow {
  readonly id: string;
  readonly tenant: string;
  readonly caller: string;
  readonly requestHash: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly resourceId: string;
  readonly state: OperationState;
  readonly settlesBy: SettlesBy | null;
  readonly unknownBecause: UnknownReason | null;
  readonly unknownSince: Date | null;
  readonly lookUps: number;
  readonly nextLookUpAt: Date | null;
  readonly answerStatus: number | null;
  readonly answer: unknown;
  readonly createdAt: Date;
}

/** What is answered to a write, and again to its repeats. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One call about a write. */
export interface Attempt {
  readonly kind: 'send' | 'look-up';
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: 'done' | 'refused' | 'unknown' | 'absent';
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/** A write that is about to be recorded. */
export interface NewOperation {
  readonly id: string;
  readonly tenant: string;
  readonly caller: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly resourceId: string;
  readonly settlesBy: SettlesBy;
  readonly createdAt: Date;
}

const columns = `id, tenant, caller, request_hash AS "requestHash", type, provider, account, resource_id AS "resourceId",
  state, settles_by AS "settlesBy", unknown_because AS "unknownBecause", unknown_since AS "unknownSince",
  look_ups AS "lookUps", next_look_up_at AS "nextLookUpAt", answer_status AS "answerStatus", answer,
  created_at AS "createdAt"`;

/** The operation that took an Idempotency-Key; null when none did. */
export async function findByKey(
  pool: Pool,
  key: { readonly tenant: string; readonly caller: string; readonly idempotencyKey: string },
): Promise<OperationRow | null> {
  const { rows } = await pool.query<OperationRow>({
    name: 'operation-by-key',
    text: `SELECT ${columns} FROM operations WHERE tenant = $1 AND caller = $2 AND idempotency_key = $3`,
    values: [key.tenant, key.caller, key.idempotencyKey],
  });
  return rows[0] ?? null;
}

/** One operation; null when there is none. */
export async function findById(client: Pool | PoolClient, id: string): Promise<OperationRow | null> {
  const { rows } = await client.query<OperationRow>({
    name: 'operation-by-id',
    text: `SELECT ${columns} FROM operations WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/**
 * Records a write before it is sent, with the resource it is about, in one transaction. False when the
 * Idempotency-Key is taken: then nothing was recorded.
 */
export async function claim(
  pool: Pool,
  operation: NewOperation,
  insertResource: (client: PoolClient) => Promise<void>,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'operation-claim',
      text: `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account,
               resource_id, state, settles_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'submitting', $10, $11, $11)
             ON CONFLICT (tenant, caller, idempotency_key) DO NOTHING`,
      values: [
        operation.id,
        operation.tenant,
        operation.caller,
        operation.idempotencyKey,
        operation.requestHash,
        operation.type,
        operation.provider,
        operation.account,
        operation.resourceId,
        operation.settlesBy,
        operation.createdAt,
      ],
    });
    if (rowCount === 0) return false;
    await insertResource(client);
    return true;
  });
}

export interface Settling {
  readonly operationId: string;
  readonly outcome: Outcome<unknown>;
  readonly by: 'answer' | 'look-up';
  readonly attempt: Attempt | null;
  readonly at: Date;
  /** When the provider is first asked, should the outcome be unknown and a look-up able to settle it. */
  readonly firstLookUpAt: Date;
}

/**
 * Settles a write by compare-and-set: resource, operation, evidence and stored answer change in one transaction, and an
 * unknown outcome queues its look-up in the same one. Null when somebody else has settled it.
 *
 * @param change writes the resource and gives the answer; it sees the operation as it is after settling
 */
export async function settle(
  pool: Pool,
  settling: Settling,
  change: (client: PoolClient, operation: OperationRow) => Promise<StoredAnswer>,
): Promise<StoredAnswer | null> {
  return inTransaction(pool, async (client) => {
    const operation = await changeState(client, settling);
    if (operation === null) return null;
    if (settling.attempt !== null) await addAttempt(client, operation.id, settling.attempt);
    const answer = await change(client, operation);
    if (settling.outcome.kind === 'unknown') {
      if (operation.nextLookUpAt !== null) await queueSettle(client, operation, operation.nextLookUpAt);
    } else {
      await client.query({
        name: 'operation-answer',
        text: 'UPDATE operations SET answer_status = $2, answer = $3 WHERE id = $1',
        values: [operation.id, answer.status, JSON.stringify(answer.body)],
      });
    }
    return answer;
  });
}

async function changeState(
  client: PoolClient,
  { operationId, outcome, by, at, firstLookUpAt }: Settling,
): Promise<OperationRow | null> {
  if (outcome.kind === 'unknown') {
    const { rows } = await client.query<OperationRow>({
      name: 'operation-unknown',
      text: `UPDATE operations SET state = 'unknown', unknown_because = $2, unknown_since = $3::timestamptz, updated_at = $3,
               next_look_up_at = CASE settles_by WHEN 'look-up' THEN $4::timestamptz END
             WHERE id = $1 AND state = 'submitting' RETURNING ${columns}`,
      values: [operationId, outcome.why, at, firstLookUpAt],
    });
    return rows[0] ?? null;
  }
  const { rows } = await client.query<OperationRow>({
    name: 'operation-settle',
    text: `UPDATE operations SET state = $2, refusal = $3, settled_by = $4, settled_at = $5::timestamptz, updated_at = $5,
             next_look_up_at = NULL
           WHERE id = $1 AND state IN ('submitting', 'unknown') RETURNING ${columns}`,
    values: [
      operationId,
      outcome.kind === 'done' ? 'succeeded' : 'refused',
      outcome.kind === 'refused' ? JSON.stringify(outcome.refusal) : null,
      by,
      at,
    ],
  });
  return rows[0] ?? null;
}

/** Adds evidence. A look-up that shows the same as the one before only moves that one's end on. */
async function addAttempt(client: PoolClient, operationId: string, attempt: Attempt): Promise<void> {
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
  // The send is number 0, also when its answer comes after a first look-up.
  await client.query({
    name: 'operation-attempt',
    text: `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome, http_status,
             provider_code, provider_message)
           SELECT $1, CASE $2::text WHEN 'send' THEN 0
                      ELSE (SELECT coalesce(max(number), 0) + 1 FROM operation_attempts WHERE operation_id = $1) END,
                  $2, $3, $4, $5, $6, $7, $8`,
    values: [operationId, kind, startedAt, finishedAt, outcome, httpStatus, providerCode, providerMessage],
  });
}

/** A look-up that settled nothing. */
export interface Postponement {
  readonly operationId: string;
  /** What it showed; null when nobody was asked. */
  readonly attempt: Attempt | null;
  readonly at: Date;
  /** When to ask again; null leaves it to a person. */
  readonly next: Date | null;
}

/** Keeps a look-up that settled nothing as evidence and queues the next. */
export async function postpone(pool: Pool, { operationId, attempt, at, next }: Postponement): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<OperationRow>(
      `UPDATE operations SET look_ups = look_ups + 1, next_look_up_at = $2, updated_at = $3,
         settles_by = CASE WHEN $2::timestamptz IS NULL THEN 'person' ELSE settles_by END
       WHERE id = $1 AND state = 'unknown' RETURNING ${columns}`,
      [operationId, next, at],
    );
    const [operation] = rows;
    if (operation === undefined) return;
    if (attempt !== null) await addAttempt(client, operationId, attempt);
    if (next !== null) await queueSettle(client, operation, next);
  });
}

/** Puts the look-up on the queue: inside the transaction that makes it necessary, or again for later. */
export async function queueSettle(
  client: Pool | PoolClient,
  operation: Pick<OperationRow, 'id' | 'account'>,
  at: Date,
): Promise<void> {
  await client.query(
    `SELECT graphile_worker.add_job('settle', json_build_object('operationId', $1::text, 'account', $3::text),
       run_at => $2::timestamptz, job_key => 'settle:' || $1::text)`,
    [operation.id, at, operation.account],
  );
}

/** So many at once that a sweep stays a short statement; the next one takes the rest. */
const mostForgotten = 1000;

/**
 * Queues the look-up of every write that nobody works on: sent before `sentBefore` and still without an answer (its
 * process ended), or unknown and overdue (its job was lost). A look-up that waits in line keeps its place.
 */
export async function queueForgotten(pool: Pool, sentBefore: Date, dueBefore: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `SELECT graphile_worker.add_job('settle', json_build_object('operationId', id::text, 'account', account),
       job_key => 'settle:' || id::text, job_key_mode => 'preserve_run_at')
     FROM (SELECT id, account FROM operations
           WHERE (state = 'submitting' AND created_at < $1) OR (state = 'unknown' AND next_look_up_at < $2)
           ORDER BY created_at LIMIT ${mostForgotten}) o`,
    [sentBefore, dueBefore],
  );
  return rowCount ?? 0;
}

/** Whether a row could not be changed because the provider's id that it was to get is another row's. */
export function isTakenReference(error: unknown): boolean {
  const { code, constraint } = error as { readonly code?: string; readonly constraint?: string };
  return code === '23505' && constraint !== undefined && constraint.endsWith('_provider_ref_key');
}
