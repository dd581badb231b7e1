import { readdir, readFile } from 'node:fs/promises';
import type { Pool } from 'pg';

/** What the database counts; differences are those of a sync. */
export interface Counts {
  readonly commits: number;
  readonly walBytes: number;
  readonly inserted: number;
  readonly updated: number;
  /** Updates that wrote no index entry. */
  readonly updatedInPlace: number;
  readonly deleted: number;
}

export async function countsOf(pool: Pool): Promise<Counts> {
  const { rows } = await pool.query<Counts>(
    `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float8 AS commits,
       (pg_current_wal_lsn() - '0/0')::float8 AS "walBytes", sum(n_tup_ins)::float8 AS inserted, sum(n_tup_upd)::float8 AS updated,
       sum(n_tup_hot_upd)::float8 AS "updatedInPlace", sum(n_tup_del)::float8 AS deleted
     FROM pg_stat_user_tables WHERE schemaname = 'public'`,
  );
  const [counts] = rows;
  if (counts === undefined) throw new Error('The database does not count.');
  return counts;
}

/** WAL that the server has written so far. */
export async function walBytes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(`SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS bytes`);
  return rows[0]?.bytes ?? Number.NaN;
}

/** Linux counts CPU time in hundredths of a second. */
const ticksPerSecond = 100;

/** CPU seconds of the server and its processes so far, those that have ended included. */
export async function databaseCpu(pool: Pool): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN;
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const parentOf = (fields: readonly string[]): number => Number(fields[1]);
  const postmaster = parentOf(await statOf(String(rows[0]?.pid)));
  let ticks = 0;
  for (const pid of await readdir('/proc')) {
    const fields = /^\d+$/.test(pid) ? await statOf(pid).catch(() => []) : [];
    const isServer = Number(pid) === postmaster;
    if (!isServer && parentOf(fields) !== postmaster) continue;
    // A process's own time and, for the server, that of its ended children.
    ticks += fields.slice(11, isServer ? 15 : 13).reduce((sum, one) => sum + Number(one), 0);
  }
  return ticks / ticksPerSecond;
}

/** The fields of proc_pid_stat(5) from the third one on. */
async function statOf(pid: string): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
