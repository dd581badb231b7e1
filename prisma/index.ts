import pg from 'pg';

export type { Pool, PoolClient } from 'pg';

export interface DatabaseOptions {
  /** Most connections open at once. */
  readonly connections: number;
  /** Milliseconds to wait for a free connection. */
  readonly connectTimeoutMs: number;
  /** Milliseconds after which the server ends a statement. */
  readonly statementTimeoutMs: number;
  /** Milliseconds that a statement waits for a row or table that another transaction holds; default as long as it may run. */
  readonly lockTimeoutMs?: number;
  /** Told of connections that broke while idle; the pool replaces them. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens the connection pool; nothing connects before the first statement. */
export function openDatabase(url: string, options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'card-gateway',
    max: options.connections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    ...(options.lockTimeoutMs !== undefined && { lock_timeout: options.lockTimeoutMs }),
    query_timeout: options.statementTimeoutMs + 1000,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    keepAlive: true,
  });
  // A connection may break while idle, or between two statements of its user; the next statement then fails by itself.
  pool.on('error', (error) => options.onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in one transaction on one connection; any throw rolls it back. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // A connection whose ROLLBACK fails too is thrown away rather than given to the next request.
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  }
}
