import pg from 'pg';
import { Session, type SessionConfig } from './session.ts';
import { type GuardedQuery, isRefusal, Unconfirmed } from './statements.ts';

export type { Pool, PoolClient } from 'pg';
export { gathered, gatheredById } from './gathering.ts';
export { type GuardedQuery, Unconfirmed } from './statements.ts';
export { type DatabaseWatch, watchDatabase } from './watch.ts';

export interface DatabaseOptions {
  /** Purpose of the connections, shown in `pg_stat_activity` after `card-gateway`. */
  readonly purpose?: string;
  readonly connections: number;
  /** Milliseconds to wait for a free connection. */
  readonly connectTimeoutMs: number;
  /** Milliseconds after which the server ends a statement; a wait for a standby is ended one second later. */
  readonly statementTimeoutMs: number;
  /** Milliseconds that a statement waits for a lock held by another transaction; default the statement time-out. */
  readonly lockTimeoutMs?: number;
  /** Called for connections that broke while idle; the pool replaces them. */
  readonly onIdleError?: (error: Error) => void;
  /** Called for every error that indicates an unavailable server rather than a faulty statement. */
  readonly onFailure?: (error: Error) => void;
}

/** A pool that reports when no one gets a connection any more, and whose connections can be dropped at once. */
export class Database extends pg.Pool {
  /** Of each open connection. Its entry stays: a set that is entered and left all the time leaves its old tables in memory. */
  readonly #isTaken = new Map<Session, boolean>();
  #servedAt = performance.now();

  constructor(options: pg.PoolConfig) {
    super(options);
    this.on('acquire', (client) => {
      this.#servedAt = performance.now();
      this.#isTaken.set(sessionOf(client), true);
    });
    this.on('release', (_error, client) => this.#isTaken.set(sessionOf(client), false));
    this.on('remove', (client) => this.#isTaken.delete(sessionOf(client)));
  }

  /** Milliseconds since a connection was last handed out while a request waits for one; otherwise 0. */
  stuckForMs(): number {
    return this.waitingCount === 0 ? 0 : performance.now() - this.#servedAt;
  }

  /** Ends the idle connections: after a failover each of them would cost a request its time-out. */
  abandonIdle(reason: Error): void {
    for (const [session, isTaken] of this.#isTaken) if (!isTaken) session.abandon(reason);
  }

  /** Ends all connections, even busy ones, and opens no more. */
  destroy(reason: Error): void {
    if (!this.ending) void this.end();
    for (const session of this.#isTaken.keys()) session.abandon(reason);
  }
}

const sessionOf = (client: pg.PoolClient): Session => client as unknown as Session;

/** Milliseconds of silence before TCP keep-alive probes start; Linux gives up 10 s later. */
const keepAliveAfterMs = 5000;

/**
 * Opens the connection pool; the first statement connects. A connection to a read-only server is refused, and one whose server
 * becomes read-only is ended ({@link Session}).
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const { statementTimeoutMs, lockTimeoutMs } = options;
  const config: SessionConfig & pg.PoolConfig = {
    connectionString: url,
    application_name: ['card-gateway', ...(options.purpose === undefined ? [] : [options.purpose])].join(' '),
    max: options.connections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    Client: Session,
    timeouts: {
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs ?? 0,
      idle_in_transaction_session_timeout: statementTimeoutMs,
    },
    longestStatementMs: statementTimeoutMs + 1000,
    onFailure: options.onFailure,
  };
  const pool = new Database(config);
  // A connection may break while idle or between two statements of its user; the next statement then fails by itself.
  pool.on('error', (error) => options.onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * Runs `work` in one transaction on one connection; any throw rolls it back.
 *
 * @throws {@link Unconfirmed} when the COMMIT was sent and its effect is not known
 */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await commit(client);
    client.release();
    return result;
  } catch (error) {
    // If the ROLLBACK fails too, the connection is discarded rather than handed to the next request.
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  }
}

/**
 * Sends one statement that is a transaction of its own: it must have `isCommit`.
 *
 * @param send sends it, and nothing else
 * @throws {@link Unconfirmed} when it was sent and its effect is not known
 */
export async function inOneStatement<T>(pool: pg.Pool, send: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await send(client);
    client.release();
    return result;
  } catch (error) {
    client.release(!isRefusal(error) && !(error instanceof Unconfirmed));
    throw unlessRefused(error);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw unlessRefused(error);
  });
  // The server answers ROLLBACK if a statement failed and `work` continued nevertheless.
  if (command !== 'COMMIT') throw new RolledBack();
}

/** The transaction was rolled back: the server applied none of it. */
class RolledBack extends Error {
  /** PostgreSQL's "in failed SQL transaction". */
  readonly code = '25P02';
  readonly severity = 'ERROR';

  constructor() {
    super('The transaction was rolled back instead of committed, as a statement in it had failed.');
    this.name = 'RolledBack';
  }
}

function unlessRefused(error: unknown): unknown {
  return isRefusal(error) ? error : new Unconfirmed('Whether the transaction was committed is not known.', error);
}

/**
 * Waits until the server confirms a commit. Everything committed before is then as durable as `synchronous_standby_names` and
 * `synchronous_commit` require.
 *
 * @throws when that takes longer than `longestMs`, by default the statement time-out
 */
export async function confirmCommits(client: pg.Pool | pg.ClientBase, longestMs?: number): Promise<void> {
  // The smallest commit that waits: it only writes to the WAL.
  const text = "SELECT pg_logical_emit_message(true, 'card-gateway', '')";
  const query: GuardedQuery = { text, ...(longestMs !== undefined && { longestMs }) };
  await client.query(query);
}
