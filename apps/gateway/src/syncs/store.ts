import type { BindingKind } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';

export interface SyncRow extends OperationColumns {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly kind: 'cards' | BindingKind;
  readonly userRef: string | null;
  readonly userIp: string | null;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed';
  readonly position: string | null;
  readonly pages: number;
  readonly seen: number;
  readonly total: number | null;
  readonly failure: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** One sync; null when there is none. */
export async function getSync(client: Pool | PoolClient, id: string): Promise<SyncRow | null> {
  const { rows } = await client.query<SyncRow>(
    `SELECT s.id, s.tenant, s.provider, s.account, s.kind, s.user_ref AS "userRef", s.user_ip AS "userIp", s.state, s.position,
       s.pages, s.seen, s.total, s.failure, s.created_at AS "createdAt", s.started_at AS "startedAt",
       s.finished_at AS "finishedAt", ${operationColumns}
     FROM syncs s LEFT JOIN operations o ON o.id = s.operation_id WHERE s.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface NewSync {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly kind: 'cards' | BindingKind;
  readonly userRef: string | null;
  readonly userIp: string | null;
}

export async function insertSync(client: PoolClient, sync: NewSync, operationId: string, at: Date): Promise<void> {
  await client.query(
    `INSERT INTO syncs (id, tenant, provider, account, kind, user_ref, user_ip, state, operation_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9)`,
    [sync.id, sync.tenant, sync.provider, sync.account, sync.kind, sync.userRef, sync.userIp, operationId, at],
  );
}

/** Puts the sync on the queue, one at a time per account, inside the transaction that starts it. */
export async function queueSync(client: Pool | PoolClient, id: string): Promise<void> {
  await client.query(
    `SELECT graphile_worker.add_job('sync', json_build_object('syncId', $1::text), queue_name => 'sync:' || account,
       max_attempts => 8, job_key => 'sync:' || $1::text)
     FROM syncs WHERE id = $1::uuid`,
    [id],
  );
}

/**
 * Queues again what was begun and has no job that would run: it was lost, or its process was killed in the last attempt.
 * Else it would seem to run for ever, and its account's cards would never be pulled again.
 */
export async function queueLeftSyncs(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT s.id FROM syncs s JOIN operations o ON o.id = s.operation_id AND o.state = 'succeeded'
     WHERE s.state IN ('queued', 'running') AND NOT EXISTS (SELECT FROM graphile_worker.jobs
       WHERE key = 'sync:' || s.id::text AND (attempts < max_attempts OR locked_at IS NOT NULL))`,
  );
  for (const { id } of rows) await queueSync(pool, id);
}

/** Whether the latest pull of an account's cards began or ended since then, is under way, or waits for it. */
export async function isCardSyncRecent(pool: Pool, account: string, since: Date): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM (SELECT * FROM syncs WHERE account = $1 AND kind = 'cards' ORDER BY created_at DESC LIMIT 1) latest
     WHERE created_at > $2 OR finished_at > $2 OR state IN ('queued', 'running')`,
    [account, since],
  );
  return rowCount === 1;
}

/** The sync runs. */
export async function beginSync(pool: Pool, id: string, at: Date): Promise<void> {
  await pool.query(
    `UPDATE syncs SET state = 'running', started_at = coalesce(started_at, $2) WHERE id = $1 AND state IN ('queued', 'running')`,
    [id, at],
  );
}

/** A page is stored: the sync goes on at `position` after a restart, or is done when there is none. */
export async function advanceSync(
  pool: Pool,
  id: string,
  page: { readonly rows: number; readonly total: number | null; readonly position: string | null },
  at: Date,
): Promise<void> {
  await pool.query(
    `UPDATE syncs SET pages = pages + 1, seen = seen + $2, total = coalesce($3, total), position = $4,
       state = CASE WHEN $4::text IS NULL THEN 'succeeded' ELSE state END,
       finished_at = CASE WHEN $4::text IS NULL THEN $5::timestamptz END,
       user_ip = CASE WHEN $4::text IS NULL THEN NULL ELSE user_ip END
     WHERE id = $1 AND state = 'running'`,
    [id, page.rows, page.total, page.position, at],
  );
}

/** The sync failed for good; what it had stored stays. */
export async function failSync(pool: Pool, id: string, failure: string, at: Date): Promise<void> {
  await pool.query(
    `UPDATE syncs SET state = 'failed', failure = $2, finished_at = $3, user_ip = NULL
     WHERE id = $1 AND state IN ('queued', 'running')`,
    [id, failure, at],
  );
}
