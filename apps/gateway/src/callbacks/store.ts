import { inTransaction, type Pool, type PoolClient } from '@card-gateway/database';
import type { CardStatus, ProviderEvent } from '@card-gateway/core';
import { listStatement, type PageRequest } from '../page.ts';

export type CallbackState = 'received' | 'worked' | 'failed';
export type Decision = 'approve' | 'decline';

/** What callers see of a callback. */
export interface ShownCallback {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly kind: ProviderEvent['kind'];
  readonly state: CallbackState;
  readonly deliveries: number;
  readonly decision: Decision | null;
  readonly failure: string | null;
  readonly receivedAt: Date;
  readonly processedAt: Date | null;
}

export interface CallbackRow extends ShownCallback {
  readonly tenant: string;
  readonly deduplicationKey: string;
  readonly recordSealed: Buffer;
}

const shownColumns = `id, provider, account, kind, state, deliveries, decision, failure, received_at AS "receivedAt",
  worked_at AS "processedAt"`;
const columns = `${shownColumns}, tenant, deduplication_key AS "deduplicationKey", record_sealed AS "recordSealed"`;

/** Callbacks as they were, from their images; see `ViewImages`. */
export async function callbacksOfImages(pool: Pool, images: string): Promise<ShownCallback[]> {
  const { rows } = await pool.query<ShownCallback>(
    `SELECT ${shownColumns} FROM json_populate_recordset(NULL::callback_image, $1) WITH ORDINALITY ORDER BY ordinality`,
    [images],
  );
  return rows;
}

/** A verified callback that has just arrived. */
export type NewCallback = Pick<
  CallbackRow,
  'id' | 'tenant' | 'provider' | 'account' | 'deduplicationKey' | 'kind' | 'recordSealed' | 'receivedAt'
>;

/** Jobs that call the provider run one after another per account, so that a hanging one occupies one worker. */
const queueOf = `CASE WHEN kind IN ('card_hint', 'transaction_hint', 'bindings_hint') THEN 'callback:' || account END`;

/** The job of a callback, as `graphile_worker.add_jobs` takes it. */
export const jobSpecOf = (
  runAt: string,
): string => `ROW('callback', json_build_object('callbackId', id::text), ${queueOf},
  ${runAt}, 8, 'callback:' || id::text, NULL, NULL)::graphile_worker.job_spec`;

export const hintKinds: readonly ProviderEvent['kind'][] = ['card_hint', 'transaction_hint'];

/**
 * A hint's row stands for all requests to read the same thing again. Nothing distinguishes a repeat from a new change, so each
 * one requeues it.
 */
export const isHint = `kind IN ('${hintKinds.join("', '")}')`;

/** The values of a new row, in column order. */
export function valuesOf(callback: NewCallback): unknown[] {
  return [
    callback.id,
    callback.tenant,
    callback.provider,
    callback.account,
    callback.deduplicationKey,
    callback.kind,
    callback.recordSealed,
    callback.receivedAt,
  ];
}

export async function findCallback(pool: Pool, id: string): Promise<CallbackRow | null> {
  const { rows } = await pool.query<CallbackRow>({
    name: 'callback-get',
    text: `SELECT ${columns} FROM callbacks WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

export interface CallbackFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly state?: CallbackState | undefined;
}

/** Callbacks, newest first, one more than the page holds. */
export async function listCallbacks(pool: Pool, filter: CallbackFilter, page: PageRequest): Promise<CallbackRow[]> {
  const listed = {
    owner: 'tenant',
    tenant: filter.tenant,
    filters: {
      'account =': filter.account,
      'state =': filter.state,
    },
    bounds: {
      'id <': page.after,
    },
  };
  const { rows } = await pool.query<CallbackRow>(
    listStatement(
      'callback-list',
      listed,
      page,
      (where, limit) => `SELECT ${columns} FROM callbacks ${where} ORDER BY tenant, id DESC ${limit}`,
    ),
  );
  return rows;
}

export interface NamedCard {
  readonly status: CardStatus;
  readonly last4: string | null;
  readonly syncedAt: Date | null;
  readonly panSealed: Buffer | null;
}

/** The card named by a callback; null if it is not known here. */
export async function findCard(pool: Pool, account: string, providerRef: string): Promise<NamedCard | null> {
  const { rows } = await pool.query<NamedCard>({
    name: 'callback-card',
    text: `SELECT status, last4, synced_at AS "syncedAt", pan_sealed AS "panSealed" FROM cards WHERE account = $1 AND provider_ref = $2`,
    values: [account, providerRef],
  });
  return rows[0] ?? null;
}

/** Records that a hint causes a provider read now. */
export async function markAsked(pool: Pool, id: string, at: Date): Promise<void> {
  await pool.query('UPDATE callbacks SET asked_at = $2 WHERE id = $1', [id, at]);
}

/** Marks the callback as processed. A hint repeated meanwhile has its own job, which still has to run. */
export async function markProcessed(pool: Pool, row: Pick<CallbackRow, 'id' | 'deliveries'>, at: Date): Promise<void> {
  await pool.query({
    name: 'callback-processed',
    text: `UPDATE callbacks SET state = 'worked', worked_at = $2, failure = NULL
           WHERE id = $1 AND (NOT ${isHint} OR deliveries = $3)`,
    values: [row.id, at, row.deliveries],
  });
}

/** Marks the callback as failed: it could not be processed, and is not retried automatically. */
export async function markFailed(pool: Pool, id: string, failure: string): Promise<void> {
  await pool.query(`UPDATE callbacks SET state = 'failed', failure = $2 WHERE id = $1 AND state = 'received'`, [
    id,
    failure,
  ]);
}

/** Requeues a callback, in one transaction with what `also` writes. */
export async function queueAgain(
  pool: Pool,
  id: string,
  also: (client: PoolClient) => Promise<void>,
): Promise<CallbackRow | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<CallbackRow>(
      `UPDATE callbacks SET state = 'received', worked_at = NULL, failure = NULL WHERE id = $1 RETURNING ${columns}`,
      [id],
    );
    if (rows[0] === undefined) return null;
    await client.query(`SELECT graphile_worker.add_jobs(ARRAY[${jobSpecOf('NULL')}]) FROM callbacks WHERE id = $1`, [
      id,
    ]);
    await also(client);
    return rows[0];
  });
}

/** Batch size that keeps statements short. */
const batchSize = 1000;

/** A callback still `received` after this long without a runnable job is orphaned; an operator must see it. */
const lostAfterMs = 24 * 3_600_000;

/**
 * Marks orphaned callbacks as failed, so that they can be replayed. A process killed during the last attempt leaves a job that
 * exists but never runs again.
 */
export async function failLost(pool: Pool, now: Date): Promise<void> {
  await pool.query(
    `UPDATE callbacks SET state = 'failed', failure = 'Its job was lost.' WHERE state = 'received' AND received_at < $1
       AND NOT EXISTS (SELECT FROM graphile_worker.jobs WHERE key = 'callback:' || callbacks.id::text
         AND (attempts < max_attempts OR locked_at IS NOT NULL))`,
    [new Date(now.getTime() - lostAfterMs)],
  );
}

/** Deletes callbacks processed, and decisions made, before a time. @returns the number of rows */
export async function forgetBefore(pool: Pool, before: Date): Promise<number> {
  let total = 0;
  for (const statement of [
    `DELETE FROM callbacks WHERE id IN
       (SELECT id FROM callbacks WHERE state = 'worked' AND worked_at < $1 LIMIT ${batchSize})`,
    `DELETE FROM authorization_decisions WHERE (account, transaction_ref) IN
       (SELECT account, transaction_ref FROM authorization_decisions WHERE decided_at < $1 LIMIT ${batchSize})`,
  ]) {
    let deleted = batchSize;
    while (deleted === batchSize) {
      deleted = (await pool.query(statement, [before])).rowCount ?? 0;
      total += deleted;
    }
  }
  return total;
}
