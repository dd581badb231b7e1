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
 * the original row satisfied them.
 *
 * @param groups tables that are filled one after another, at the same time as other groups: as many groups as cores
 */
export async function fill(pool: Pool, { count }: Rows, groups: readonly (readonly Copied[])[]): Promise<void> {
  for (const [name, value] of Object.entries(whileFilling)) await pool.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await pool.query('SELECT pg_reload_conf()');
  await Promise.all(groups.map((tables) => fillTables(pool, count, tables)));
  for (const name of Object.keys(whileFilling)) await pool.query(`ALTER SYSTEM RESET ${name}`);
  await pool.query('SELECT pg_reload_conf()');
  await pool.query('CHECKPOINT');
  // What was written without fsync; otherwise the system would write it during the measurements.
  await run('sync', [], { folder: '/' });
}

async function fillTables(pool: Pool, count: number, tables: readonly Copied[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(`SET maintenance_work_mem = '1GB'`);
    for (const { table, of, own } of tables) {
      const columns = await columnsOf(client, table);
      const values = columns.map((column) => own[column] ?? `t.${column}`);
      const indexes = await dropIndexes(client, table);
      await client.query(
        `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
         FROM (SELECT * FROM ${table} WHERE ${of}) t, generate_series(1::bigint, ${count}) n`,
      );
      await client.query(`VACUUM ANALYZE ${table}`);
      for (const index of indexes) await client.query(index);
    }
  } finally {
    client.release(true);
  }
}

/** Drops the indexes, because building them afterwards is faster. @returns the statements that recreate them */
async function dropIndexes(client: PoolClient, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [table],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
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
