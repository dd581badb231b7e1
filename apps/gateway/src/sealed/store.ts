import type { Pool } from '@card-gateway/database';
import type { KeyCheck } from '../sealing.ts';
import type { FingerprintColumn, SealedColumn } from './columns.ts';

/** A sealed value with the row it is bound to. */
export interface SealedRow {
  readonly id: string;
  readonly sealed: Buffer;
  /** Null if a part of the natural key is missing: such a value can never be opened. */
  readonly row: readonly string[] | null;
}

/** A re-sealed value, with the bytes that it replaces. */
export interface Resealed {
  readonly id: string;
  readonly was: Buffer;
  readonly sealed: Buffer;
  readonly fingerprint: string | null;
}

export interface Window {
  /** The rows of the window that are under an older key. */
  readonly due: readonly SealedRow[];
  /** Start of the next window; null at the end of the table. */
  readonly last: string | null;
}

/** Reads the next rows of a table, few enough to keep the statement short however large the table is. */
export async function readWindow(
  pool: Pool,
  column: SealedColumn,
  after: string,
  newest: { readonly sealing: string; readonly fingerprint: string },
  size: number,
): Promise<Window> {
  const { rows } = await pool.query<Omit<SealedRow, 'sealed'> & { sealed: Buffer | null }>(
    `SELECT id, CASE WHEN due THEN sealed END AS sealed, key_parts AS row FROM (
       SELECT id, ${column.column}_sealed AS sealed,
         CASE WHEN num_nulls(${column.row.join(', ')}) = 0 THEN ARRAY[${column.row.join(', ')}] END AS key_parts,
         ${column.column}_key <> $2 OR ${isOlderFingerprint(column)} AS due
       FROM ${column.table} WHERE id > $1 AND ${column.column}_key IS NOT NULL ORDER BY id LIMIT $4) looked_at`,
    [after, newest.sealing, `${newest.fingerprint}:`, size],
  );
  const last = rows.length < size ? null : (rows.at(-1)?.id ?? null);
  return { due: rows.flatMap(({ sealed, ...row }) => (sealed === null ? [] : [{ ...row, sealed }])), last };
}

/** Selects rows that are still under an older key. */
function isOlderFingerprint({ fingerprint }: SealedColumn): string {
  return fingerprint === null ? '$3::text IS NULL' : `starts_with(${fingerprint}, $3) IS NOT TRUE`;
}

/**
 * Replaces values that have not changed meanwhile. Rows locked by others are skipped rather than waited for, so this and a sync
 * cannot deadlock.
 *
 * @returns the ids of the replaced rows
 */
export async function replaceSealed(
  pool: Pool,
  { table, column, fingerprint }: SealedColumn,
  values: readonly Resealed[],
): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH free AS (SELECT id FROM ${table} WHERE id = ANY ($1::uuid[]) FOR UPDATE SKIP LOCKED),
       anew AS (SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[]) n (id, was, sealed, fingerprint))
     UPDATE ${table} t SET ${column}_sealed = anew.sealed ${fingerprint === null ? '' : `, ${fingerprint} = anew.fingerprint`}
     FROM anew JOIN free USING (id) WHERE t.id = anew.id AND t.${column}_sealed = anew.was RETURNING t.id`,
    [
      values.map(({ id }) => id),
      values.map(({ was }) => was),
      values.map(({ sealed }) => sealed),
      values.map((value) => value.fingerprint),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The number of rows under each sealing key of a column. */
export async function countByKey(pool: Pool, { table, column }: SealedColumn): Promise<Map<string, number>> {
  const { rows } = await pool.query<KeyCount>(
    `SELECT ${column}_key AS key, count(*) AS rows FROM ${table} WHERE ${column}_key IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return countsOf(rows);
}

/** The number of rows under each fingerprint key of a column. */
export async function countByFingerprintKey(
  pool: Pool,
  { table, column }: FingerprintColumn,
): Promise<Map<string, number>> {
  const { rows } = await pool.query<KeyCount>(
    `SELECT split_part(${column}, ':', 1) AS key, count(*) AS rows FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return countsOf(rows);
}

interface KeyCount {
  readonly key: string;
  readonly rows: string;
}

function countsOf(rows: readonly KeyCount[]): Map<string, number> {
  return new Map(rows.map(({ key, rows: count }) => [key, Number(count)]));
}

/** The ids of the keys in use, found by one index look-up per key. */
export async function keysInUse(pool: Pool, { table, column }: SealedColumn): Promise<string[]> {
  const key = `${column}_key`;
  const { rows } = await pool.query<{ key: string }>(
    `WITH RECURSIVE found (key) AS (
       SELECT min(${key}) FROM ${table} WHERE ${key} IS NOT NULL
       UNION ALL
       SELECT (SELECT min(${key}) FROM ${table} WHERE ${key} > found.key) FROM found WHERE found.key IS NOT NULL)
     SELECT key FROM found WHERE key IS NOT NULL`,
  );
  return rows.map((row) => row.key);
}

/** A sealed value with its stored fingerprint. */
export interface SampleRow extends SealedRow {
  readonly fingerprint: string | null;
}

/** Some of a column's values under a key. */
export async function sampleOf(pool: Pool, column: SealedColumn, key: string, most: number): Promise<SampleRow[]> {
  const { rows } = await pool.query<SampleRow>(
    `SELECT id, ${column.column}_sealed AS sealed, ${column.fingerprint ?? 'NULL::text'} AS fingerprint,
       CASE WHEN num_nulls(${column.row.join(', ')}) = 0 THEN ARRAY[${column.row.join(', ')}] END AS row
     FROM ${column.table} WHERE ${column.column}_key = $1 LIMIT $2`,
    [key, most],
  );
  return rows;
}

export async function knownKeys(pool: Pool): Promise<KeyCheck[]> {
  const { rows } = await pool.query<KeyCheck>('SELECT kind, id, check_value AS value FROM key_checks');
  return rows;
}

/** Registers keys with unknown ids. */
export async function makeKeysKnown(pool: Pool, checks: readonly KeyCheck[]): Promise<void> {
  await pool.query(
    `INSERT INTO key_checks (kind, id, check_value) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
     ON CONFLICT (kind, id) DO NOTHING`,
    [checks.map(({ kind }) => kind), checks.map(({ id }) => id), checks.map(({ value }) => value)],
  );
}

/** Retires keys for good: the database then rejects values sealed under them. */
export async function retireKeys(pool: Pool, ids: readonly string[], at: Date): Promise<void> {
  await pool.query(
    'INSERT INTO retired_sealing_keys (id, retired_at) SELECT id, $2 FROM unnest($1::text[]) id ON CONFLICT (id) DO NOTHING',
    [ids, at],
  );
}

export async function retiredKeys(pool: Pool): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM retired_sealing_keys');
  return new Set(rows.map(({ id }) => id));
}
