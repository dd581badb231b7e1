import { hash } from 'node:crypto';
import { inTransaction } from '@card-gateway/database';
import type { BindingKind, Page } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { lockNames } from '../advisory-locks.ts';
import { isAheadOfTime } from '../ahead-of-time.ts';
import { afterPage, type ListReading, listStart } from '../list-reading.ts';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';

/** What callers see of a sync. */
export interface ShownSync extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly kind: 'cards' | BindingKind;
  readonly userRef: string | null;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed';
  readonly pages: number;
  readonly seen: number;
  readonly unreadable: number;
  readonly total: number | null;
  readonly failure: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface SyncRow extends ShownSync {
  readonly tenant: string;
  readonly userIp: string | null;
  /** Null before the first page, and after the end. */
  readonly reading: ListReading | null;
}

const shownColumns = `s.id, s.provider, s.account, s.kind, s.user_ref AS "userRef", s.state, s.pages, s.seen, s.unreadable,
    s.total, s.failure, s.created_at AS "createdAt", s.started_at AS "startedAt", s.finished_at AS "finishedAt", ${operationColumns}`;
const joined = (syncs: string): string => `
  FROM ${syncs} s LEFT JOIN operations o ON o.id = s.operation_id`;

/** Syncs as they were, from their images; see `ViewImages`. */
export async function syncsOfImages(pool: Pool, images: string): Promise<ShownSync[]> {
  const { rows } = await pool.query<ShownSync>(
    `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::sync_image, $1) WITH ORDINALITY')} ORDER BY s.ordinality`,
    [images],
  );
  return rows;
}

export async function getSync(client: Pool | PoolClient, id: string): Promise<SyncRow | null> {
  const { rows } = await client.query<SyncRow>(
    `SELECT ${shownColumns}, s.tenant, s.user_ip AS "userIp", s.reading ${joined('syncs')} WHERE s.id = $1`,
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

/** Limit per account. Its syncs run one after another, so this many take a while. */
const mostWaiting = 1000;

/**
 * Records a sync, in the transaction that records its write; nothing if the same sync is already queued.
 *
 * @returns the id of the queued sync; null if too many others of the account are queued
 */
export async function insertSync(
  client: PoolClient,
  sync: NewSync,
  operationId: string,
  at: Date,
): Promise<string | null> {
  // Serializes concurrent calls, so that the second finds the first's sync.
  await lockNames(client, [`sync ${sync.account} ${sync.kind} ${sync.userRef ?? ''}`]);
  // The row lock keeps a concurrent {@link endUnstarted} from ending the sync as unwanted.
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM syncs WHERE tenant = $1 AND account = $2 AND kind = $3 AND user_ref IS NOT DISTINCT FROM $4
       AND state = 'queued' FOR UPDATE`,
    [sync.tenant, sync.account, sync.kind, sync.userRef],
  );
  if (rows[0] !== undefined) return rows[0].id;
  const { rowCount: waiting } = await client.query(
    `SELECT FROM syncs WHERE account = $1 AND state = 'queued' LIMIT ${mostWaiting}`,
    [sync.account],
  );
  if (waiting === mostWaiting) return null;
  await client.query(
    `INSERT INTO syncs (id, tenant, provider, account, kind, user_ref, user_ip, state, operation_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9)`,
    [sync.id, sync.tenant, sync.provider, sync.account, sync.kind, sync.userRef, sync.userIp, operationId, at],
  );
  return sync.id;
}

/** Ends a sync whose write was refused, unless another write has started it, or is about to. */
export async function endUnstarted(
  client: PoolClient,
  { id, resourceId }: { readonly id: string; readonly resourceId: string },
  at: Date,
): Promise<void> {
  // Serializes such writes, so that the second sees the first as refused.
  await client.query('SELECT FROM syncs WHERE id = $1 FOR UPDATE', [resourceId]);
  const { rowCount } = await client.query(
    `SELECT FROM operations WHERE resource_id = $1 AND id <> $2 AND state <> 'refused' LIMIT 1`,
    [resourceId, id],
  );
  if (rowCount === 0) await endSync(client, resourceId, { state: 'failed', failure: 'It was not started.' }, at);
}

export interface SyncJob {
  /** Leaves an existing job unchanged, including its time and number of failures. */
  readonly unlessQueued?: boolean;
  /** Earliest time; default now. */
  readonly runAt?: Date;
}

/** Queues a sync; an account's syncs run one at a time. */
export async function queueSync(
  client: Pool | PoolClient,
  id: string,
  { unlessQueued = false, runAt }: SyncJob = {},
): Promise<void> {
  await client.query(
    `SELECT graphile_worker.add_job('sync', json_build_object('syncId', $1::text), queue_name => 'sync:' || account,
       max_attempts => 8, job_key => 'sync:' || $1::text, job_key_mode => $2, run_at => $3)
     FROM syncs WHERE id = $1::uuid`,
    [id, unlessQueued ? 'unsafe_dedupe' : 'replace', runAt],
  );
}

/**
 * Requeues started syncs without a runnable job: it was lost, or its process was killed during the last attempt. Otherwise they
 * would appear to run for ever, and their accounts' cards would never be synced again.
 */
export async function queueLeftSyncs(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT s.id FROM syncs s
     WHERE s.state IN ('queued', 'running')
       AND EXISTS (SELECT FROM operations WHERE resource_id = s.id AND state = 'succeeded') AND NOT EXISTS (SELECT FROM graphile_worker.jobs
       WHERE key = 'sync:' || s.id::text AND (attempts < max_attempts OR locked_at IS NOT NULL))`,
  );
  for (const { id } of rows) await queueSync(pool, id);
}

/**
 * Whether the account's latest card sync began since then, is running, or is queued. One that took longer than `longMs` counts
 * from its end.
 */
export async function isCardSyncRecent(
  pool: Pool,
  account: string,
  { since, now, longMs }: { readonly since: Date; readonly now: Date; readonly longMs: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM (
       SELECT * FROM syncs WHERE account = $1 AND kind = 'cards' AND NOT (${isAheadOfTime('created_at', '$4')})
       ORDER BY created_at DESC LIMIT 1) latest
     WHERE created_at > $2 OR state IN ('queued', 'running')
       OR (finished_at > $2 AND finished_at >= created_at + $3 * interval '1 ms' AND NOT (${isAheadOfTime('finished_at', '$4')}))`,
    [account, since, longMs, now],
  );
  return rowCount === 1;
}

/**
 * Whether a card sync of the account is queued, or began after a moment and did not fail: it shows everything up to that
 * moment.
 */
export async function isPulledSince(pool: Pool, account: string, moment: Date, now: Date): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM syncs WHERE account = $1 AND kind = 'cards' AND state <> 'failed'
       AND (started_at IS NULL OR (started_at > $2 AND NOT (${isAheadOfTime('started_at', '$3')}))) LIMIT 1`,
    [account, moment, now],
  );
  return rowCount === 1;
}

/** Marks the sync as running. */
export async function beginSync(pool: Pool, id: string, at: Date): Promise<void> {
  await pool.query(
    `UPDATE syncs SET state = 'running', started_at = coalesce(started_at, $2) WHERE id = $1 AND state IN ('queued', 'running')`,
    [id, at],
  );
}

export interface SyncPage extends Pick<Page<unknown>, 'next' | 'nextPart' | 'isWhole' | 'total' | 'unreadable'> {
  readonly refs: readonly string[];
}

/**
 * Records a page as stored and returns the next reading, which a restart continues from. Null at the end of the list, or if
 * another process has advanced from the same reading, because its pages' rows must not end this one's list.
 */
export async function advanceSync(
  pool: Pool,
  { id, reading }: Pick<SyncRow, 'id' | 'reading'>,
  page: SyncPage,
  at: Date,
): Promise<ListReading | null> {
  const before = reading ?? listStart;
  const refs = [...new Set(page.refs)];
  const refsDigest = hash('sha256', JSON.stringify(refs), 'base64');
  const repeated = afterRepeat(before, page, refs);
  if (repeated !== null) {
    const values = [id, reading, repeated, page.total, before.lap - 1, before.pages, refsDigest];
    if ((await pool.query(advanceRepeat, values)).rowCount === 1) return repeated;
  }
  const seen = await rowsSeen(pool, id, refs);
  const isInLap = ({ lap, page }: SeenRow): boolean =>
    lap === before.lap || (lap === before.lap - 1 && page !== null && page < (before.repeated ?? 0));
  const newRefs = refs.filter((ref) => {
    const row = seen.get(ref);
    return row === undefined || !isInLap(row);
  });
  const newAtAll = refs.length - seen.size;
  const after = afterPage(before, { ...page, newInLap: newRefs.length, newAtAll });
  const values = [
    id,
    reading,
    after,
    newAtAll,
    page.total,
    // A further lap meets the same unreadable rows again.
    before.laps === 1 ? page.unreadable : 0,
    before.lap,
    newRefs,
    before.pages,
    // Only a page after which the lap goes on can be repeated.
    after?.lap === before.lap ? refsDigest : null,
  ];
  if (after !== null) return (await pool.query(advance, values)).rowCount === 1 ? after : null;
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(advance, values);
    if (rowCount === 1) await endSync(client, id, { state: 'succeeded', failure: null }, at);
    return null;
  });
}

/**
 * The reading after a page that shows the same rows as the page at its place in the part's first lap, as all pages before it in this lap did;
 * null if it cannot be such a page. None of its rows is new, and each is new in this lap, as it was in the first.
 */
function afterRepeat(before: ListReading, page: SyncPage, refs: readonly string[]): ListReading | null {
  const { repeated = 0 } = before;
  if (before.laps !== 2 || repeated !== before.pages || refs.length === 0 || page.next === null) return null;
  const after = afterPage(before, { ...page, newInLap: refs.length, newAtAll: 0 });
  return after && { ...after, repeated: repeated + 1 };
}

/** The last showing of a row: its lap, and in it its first page. */
interface SeenRow {
  readonly lap: number;
  /** Null if a process of an older version noted it. */
  readonly page: number | null;
}

/** Those of the rows that were shown before. */
async function rowsSeen(pool: Pool, syncId: string, refs: readonly string[]): Promise<ReadonlyMap<string, SeenRow>> {
  const { rows } = await pool.query<SeenRow & { ref: string }>(
    `SELECT provider_ref AS ref, lap, page FROM sync_rows WHERE sync_id = $1 AND provider_ref = ANY ($2::text[])`,
    [syncId, refs],
  );
  return new Map(rows.map((row) => [row.ref, row]));
}

/** Returns a row only if nobody has advanced since the rows were looked up: they change with the reading alone. */
const advance = `
  WITH advanced AS (
    UPDATE syncs SET pages = pages + 1, seen = seen + $4, total = coalesce($5, total), reading = $3, unreadable = unreadable + $6
    WHERE id = $1 AND state = 'running' AND reading IS NOT DISTINCT FROM $2::jsonb RETURNING id
  ), noted AS (
    INSERT INTO sync_rows (sync_id, provider_ref, first_lap, lap, page)
    SELECT id, ref, $7::integer, $7::integer, $9::integer FROM advanced, unnest($8::text[]) ref
    ON CONFLICT (sync_id, provider_ref) DO UPDATE SET lap = excluded.lap, page = excluded.page
  ), noted_page AS (
    INSERT INTO sync_pages (sync_id, lap, page, refs_digest)
    SELECT id, $7::integer, $9::integer, $10::text FROM advanced WHERE $10::text IS NOT NULL
  )
  SELECT FROM advanced`;

/** The same for a page that shows what a page of an earlier lap did: its rows need not be noted again. */
const advanceRepeat = `
  UPDATE syncs SET pages = pages + 1, total = coalesce($4, total), reading = $3
  WHERE id = $1 AND state = 'running' AND reading IS NOT DISTINCT FROM $2::jsonb
    AND EXISTS (SELECT FROM sync_pages WHERE sync_id = $1 AND lap = $5 AND page = $6 AND refs_digest = $7)`;

/** Completes a sync whose list came as a whole. */
export async function completeSync(
  pool: Pool,
  id: string,
  { rows, unreadable }: { readonly rows: number; readonly unreadable: number },
  at: Date,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(
      `UPDATE syncs SET pages = pages + 1, seen = $2, total = $2, unreadable = $3 WHERE id = $1 AND state = 'running'`,
      [id, rows, unreadable],
    );
    await endSync(client, id, { state: 'succeeded', failure: null }, at);
  });
}

/** Marks the sync as failed for good; what it stored stays. */
export async function failSync(pool: Pool, id: string, failure: string, at: Date): Promise<void> {
  await inTransaction(pool, (client) => endSync(client, id, { state: 'failed', failure }, at));
}

/** Ends the sync within a larger transaction. */
async function endSync(
  client: PoolClient,
  id: string,
  { state, failure }: { readonly state: 'succeeded' | 'failed'; readonly failure: string | null },
  at: Date,
): Promise<void> {
  await client.query(
    `UPDATE syncs SET state = $2, failure = $3, finished_at = $4, reading = NULL, user_ip = NULL
     WHERE id = $1 AND state IN ('queued', 'running')`,
    [id, state, failure, at],
  );
  await client.query(
    'WITH pages AS (DELETE FROM sync_pages WHERE sync_id = $1) DELETE FROM sync_rows WHERE sync_id = $1',
    [id],
  );
}
