import pg from 'pg';
import { Session, type SessionConfig } from './session.ts';
import { type TimedQuery, Unconfirmed } from './statements.ts';

export type { Pool, PoolClient } from 'pg';
export { Unconfirmed } from './statements.ts';
export { type DatabaseWatch, watchDatabase } from './watch.ts';

export interface DatabaseOptions {
  /** What the connections are for, as `pg_stat_activity` shows it after `card-gateway`. */
  readonly purpose?: string;
  /** Most connections open at once. */
  readonly connections: number;
  /** Milliseconds to wait for a free connection. */
  readonly connectTimeoutMs: number;
  /** Milliseconds after which the server ends a statement; its wait for a standby ends a second later. */
  readonly statementTimeoutMs: number;
  /** Milliseconds that a statement waits for a row or table that another transaction holds; default as long as it may run. */
  readonly lockTimeoutMs?: number;
  /** Told of connections that broke while idle; the pool replaces them. */
  readonly onIdleError?: (error: Error) => void;
  /** Told of every error that says that the server is away, rather than that a statement was wrong. */
  readonly onFailure?: (error: Error) => void;
}

/** A pool that says when nobody gets a connection any more, and whose connections can be given up at once. */
export class Database extends pg.Pool {
  readonly #idle = new Set<Session>();
  readonly #taken = new Set<Session>();
  #servedAt = performance.now();

  constructor(options: pg.PoolConfig) {
    super(options);
    this.on('acquire', (client) => {
      this.#servedAt = performance.now();
      this.#idle.delete(sessionOf(client));
      this.#taken.add(sessionOf(client));
    });
    this.on('release', (_error, client) => {
      this.#taken.delete(sessionOf(client));
      this.#idle.add(sessionOf(client));
    });
    this.on('remove', (client) => {
      this.#idle.delete(sessionOf(client));
    });
  }

  /** Milliseconds since anybody got a connection, while somebody waits for one; else 0. */
  stuckForMs(): number {
    return this.waitingCount === 0 ? 0 : performance.now() - this.#servedAt;
  }

  /** Ends the connections that nobody uses: where the server has moved, each of them would cost a caller its time-out. */
  abandonIdle(reason: Error): void {
    for (const session of this.#idle) session.abandon(reason);
  }

  /** Ends all connections, whatever runs on them, and opens no more. */
  destroy(reason: Error): void {
    if (!this.ending) void this.end();
    for (const session of [...this.#idle, ...this.#taken]) session.abandon(reason);
  }
}

const sessionOf = (client: pg.PoolClient): Session => client as unknown as Session;

/** Milliseconds of silence after which the system asks whether the other end is still there; Linux gives up 10 s later. */
const keepAliveAfterMs = 5000;

/**
 * Opens the connection pool; nothing connects before the first statement. A connection to a server that takes no writes is
 * refused, and one whose server becomes such a server ends ({@link Session}).
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
  // A connection may break while idle, or between two statements of its user; the next statement then fails by itself.
  pool.on('error', (error) => options.onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * Runs `work` in one transaction on one connection; any throw rolls it back.
 *
 * @throws {@link Unconfirmed} when it was to be committed, and may be or not
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
    // A connection whose ROLLBACK fails too is thrown away rather than given to the next request.
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw isRefusal(error) ? error : new Unconfirmed('Whether the transaction was committed is not known.', error);
  });
  // The server's answer where a statement of it had failed and `work` went on all the same.
  if (command !== 'COMMIT') throw new RolledBack();
}

/** What a transaction did not do: its server took nothing of it. */
class RolledBack extends Error {
  /** "In failed SQL transaction" of PostgreSQL. */
  readonly code = '25P02';
  readonly severity = 'ERROR';

  constructor() {
    super('The transaction was rolled back instead of committed, as a statement in it had failed.');
    this.name = 'RolledBack';
  }
}

/** Classes of SQLSTATE that say of a connection or a server, and not of a transaction, that it failed. */
const ofServer = /^(08|53|57|58|XX|40003$)/;

/** Whether the server refused to commit, e.g. for a deferred check: then nothing of it stands. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== undefined && !ofServer.test(error.code);
}

/**
 * Waits until the server confirms a commit: all that it had committed before is then as durable as
 * `synchronous_standby_names` and `synchronous_commit` ask.
 *
 * @throws when it does not within `longestMs`, by default as long as a statement may take
 */
export async function confirmCommits(client: pg.Pool | pg.ClientBase, longestMs?: number): Promise<void> {
  // The least that a commit waits for: it is written to the log, and to nothing else.
  const text = "SELECT pg_logical_emit_message(true, 'card-gateway', '')";
  const query: TimedQuery = { text, ...(longestMs !== undefined && { longestMs }) };
  await client.query(query);
}
