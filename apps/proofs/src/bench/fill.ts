import type { Pool, PoolClient } from 'pg';
import { run } from '../docker/command.ts';

/** The rows that exist before the first request: row `n`, from 1 to `count`, was created in millisecond `since + n`. */
export interface Rows {
  readonly count: number;
  /** Unix milliseconds. */
  readonly since: number;
}

/** A table to fill with copies of one of its rows. */
export interface Copied {
  readonly table: string;
  /** SQL condition that selects the row to copy. */
  readonly of: string;
  /** The columns that differ, as SQL over `n`. */
  readonly own: Readonly<Record<string, string>>;
}

/** The UUIDv7 of row `n`. */
export function uuidOfRow({ since }: Rows, n: number): string {
  const hex = `${(since + n).toString(16).padStart(12, '0')}70008000${n.toString(16).padStart(12, '0')}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The same in SQL. */
export function uuidSql({ since }: Rows): string {
  return `(lpad(to_hex(${since} + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid`;
}

/** The provider's id of the card in row `n`. */
export const cardRefOfRow = (n: number): string => `S${n}`;
export const cardRefSql = `'S' || n`;
export const last4Sql = `lpad((n % 10000)::text, 4, '0')`;

/** The creation time of row `n`, in SQL. */
export function timeSql({ since }: Rows): string {
  return `to_timestamp((${since} + n) / 1000.0)`;
}

/** Server settings that make a fill faster; a server that crashes meanwhile loses its data. */
const whileFilling = {
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
};

/**
 * Fills tables of any schema version, by copying a row that the service itself wrote. Triggers and foreign keys are off, because
 * the original row satisfied them. Afterwards all of it is in the server's buffers and the system's cache, as far as they suffice.
 *
 * @param groups tables that are filled one after another, at the same time as other groups: as many groups as cores
 */
export async function fill(pool: Pool, { count }: Rows, groups: readonly (readonly Copied[])[]): Promise<void> {
  const tables = groups.map((group) => group.map(({ table }) => table));
  const inGroups = async <T>(all: readonly (readonly T[])[], work: (client: PoolClient, one: T) => Promise<void>) => {
    await Promise.all(all.map((group) => inSession(pool, group, work)));
  };
  for (const [name, value] of Object.entries(whileFilling)) await pool.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await pool.query('SELECT pg_reload_conf()');
  const indexes = new Map<string, readonly string[]>();
  for (const table of tables.flat()) indexes.set(table, await dropIndexes(pool, table));
  await inGroups(groups, (client, table) => copy(client, count, table));
  // While a group still inserts, another's rows would not be visible to all, and VACUUM would leave its work for later.
  await inGroups(tables, async (client, table) => void (await client.query(`VACUUM (FREEZE, ANALYZE) ${table}`)));
  await inGroups(tables, async (client, table) => {
    for (const index of indexes.get(table) ?? []) await client.query(index);
  });
  for (const name of Object.keys(whileFilling)) await pool.query(`ALTER SYSTEM RESET ${name}`);
  await pool.query('SELECT pg_reload_conf()');
  await pool.query('CHECKPOINT');
  // What was written without fsync; otherwise the system would write it during the measurements.
  await run('sync', [], { folder: '/' });
  await readAll(pool, tables.flat());
}

/** Does `work` for one after another, on a connection of their own. */
async function inSession<T>(
  pool: Pool,
  all: readonly T[],
  work: (client: PoolClient, one: T) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`SET session_replication_role = replica; SET maintenance_work_mem = '1GB'`);
    for (const one of all) await work(client, one);
  } finally {
    client.release(true);
  }
}

async function copy(client: PoolClient, count: number, { table, of, own }: Copied): Promise<void> {
  const columns = await columnsOf(client, table);
  const values = columns.map((column) => own[column] ?? `t.${column}`);
  await client.query(
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
     FROM (SELECT * FROM ${table} WHERE ${of}) t, generate_series(1::bigint, ${count}) n`,
  );
}

/** Reads tables and indexes into the server's buffers; last what random accesses need, in case not all of it fits. */
async function readAll(pool: Pool, tables: readonly string[]): Promise<void> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_prewarm');
  await pool.query(
    `SELECT pg_prewarm(id) FROM (
       SELECT t.id, 1 AS place, pg_relation_size(t.id) AS size FROM unnest($1::regclass[]) AS t (id)
       UNION ALL SELECT indexrelid, CASE WHEN indisunique THEN 2 ELSE 0 END, pg_relation_size(indexrelid)
       FROM pg_index WHERE indrelid = ANY ($1::regclass[])
       ORDER BY place, size DESC) parts`,
    [tables],
  );
}

/** Drops the indexes, because building them afterwards is faster. @returns the statements that recreate them */
async function dropIndexes(pool: Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [table],
  );
  for (const { name } of rows) await pool.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

async function columnsOf(client: PoolClient, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
}
