import type { Pool, PoolClient } from 'pg';
import { until } from './until.ts';

/**
 * Lets `store` meet a change of another process in the worst moment: its rows are inserted or known already, and its
 * UPDATE waits for the row that `change` has changed and not committed yet. To get there, `store` is first held at the row
 * of `last`, the last one that it inserts.
 */
export async function duringUpdate(
  pool: Pool,
  { table, last }: { readonly table: 'cards' | 'card_transactions'; readonly last: string },
  store: () => Promise<void>,
  change: (other: PoolClient) => Promise<unknown>,
): Promise<void> {
  const [holder, other] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    await holder.query('BEGIN');
    await holder.query(`UPDATE ${table} SET updated_at = updated_at WHERE provider_ref = $1`, [last]);
    const storing = store();
    await waitedFor(pool, holder);
    await other.query('BEGIN');
    await change(other);
    await holder.query('COMMIT');
    await waitedFor(pool, other);
    await other.query('COMMIT');
    await storing;
  } finally {
    holder.release();
    other.release();
  }
}

/** Resolves once another connection waits for what this one holds. */
export async function waitedFor(pool: Pool, holder: PoolClient): Promise<void> {
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await until(
    () => pool.query('SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [rows[0]?.pid]),
    ({ rowCount }) => rowCount !== 0,
  );
}
