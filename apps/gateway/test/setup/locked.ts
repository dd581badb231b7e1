import type { Pool } from 'pg';

/**
 * Holds a lock in a transaction of its own while `work` runs.
 *
 * @param what as after LOCK TABLE: a table alone makes every statement on it wait
 */
export async function withLocked<T>(pool: Pool, what: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${what}`);
    return await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}
