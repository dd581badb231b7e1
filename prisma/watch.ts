import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { ReadOnlyServerError, type ServerError, Session } from './session.ts';

/** Tells at any moment whether a write could be recorded, without using the request pool. */
export interface DatabaseWatch {
  /** What prevents writes from being recorded, worded for HTTP clients, without host names; null if nothing does. */
  fault(): string | null;
  /** Call this when something failed: probes closely and at once. */
  suspect(): void;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** The request pool; its idle connections are dropped when the server falls silent. */
  readonly pool: { stuckForMs(): number; abandonIdle(reason: Error): void };
  /** An additional requirement, checked on each probe: returns what is missing, or null. */
  readonly demand?: ((client: pg.ClientBase) => Promise<string | null>) | undefined;
  /** Called with the observed error when the database becomes unavailable, and with null when it is back. */
  readonly onChange: (error: Error | null) => void;
}

const everyMs = 400;
/** Time limit of a probe; with the pause before it less than the 2 s within which a fault must be known. */
const withinMs = 1100;
const serverTimeoutMs = 900;
const silence = new Error('The database did not answer in time.');
/**
 * The pool counts as stuck if a request waits and no connection was handed out for this long, which exceeds every connection
 * time-out.
 */
const stuckAfterMs = 5000;

/** Takes the locks that every write takes, without writing. */
const everyLook = `
  BEGIN;
  LOCK TABLE operations, graphile_worker._private_jobs IN ROW EXCLUSIVE MODE;
  SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "readOnly"`;
/** Materializes more than fits into `work_mem`, so that it needs disk space. */
const closeLook = `${everyLook};
  SET LOCAL work_mem = '64kB';
  SELECT count(*) FROM generate_series(1, 10000)`;

/**
 * Probes the database more than twice a second on its own connection. The first probe, the one after a failure and each one
 * until recovery open a new connection and check for disk space, because these fail first.
 */
export function watchDatabase(url: string, { pool, demand, onChange }: WatchOptions): DatabaseWatch {
  let session: Session | null = null;
  let fault: string | null = null;
  let isSuspect = true;
  let wake = (): void => {};
  const closing = new AbortController();

  async function open(): Promise<Session> {
    session = new Session({
      connectionString: url,
      application_name: 'card-gateway watch',
      longestStatementMs: withinMs,
      timeouts: {
        statement_timeout: serverTimeoutMs,
        lock_timeout: serverTimeoutMs,
        idle_in_transaction_session_timeout: serverTimeoutMs,
      },
    });
    await session.connect();
    return session;
  }

  async function look(isClose: boolean, round: { readonly isOver: boolean }): Promise<void> {
    // Free its slot at the server first: a second connection could exceed the limit.
    if (isClose && session !== null) await session.end();
    if (round.isOver) throw silence;
    const own = isClose || session === null ? await open() : session;
    const results = await own.query(isClose ? closeLook : everyLook);
    await own.query('ROLLBACK');
    const [row] = (results as unknown as { rows: { readOnly: boolean }[] }[])[2]?.rows ?? [];
    if (row?.readOnly !== false) throw new ReadOnlyServerError();
    const lacking = await demand?.(own);
    if (lacking !== null && lacking !== undefined) throw new Lacking(lacking);
  }

  /**
   * Runs one probe within its time limit. An immediate error may concern only this connection, so the probe is retried on a new
   * one.
   */
  async function lookInTime(): Promise<ServerError | null> {
    const round = { isOver: false };
    const { promise: late, reject } = Promise.withResolvers<never>();
    // First process the input that arrived while this process was busy.
    const timer = setTimeout(() => setImmediate(() => reject(silence)), withinMs);
    const isClose = isSuspect || fault !== null;
    isSuspect = false;
    const failed = (error: ServerError): ServerError => {
      session?.abandon(error);
      session = null;
      return error;
    };
    try {
      const error = await Promise.race([look(isClose, round), late]).then(() => null, failed);
      // A statement error would recur.
      if (error === null || isClose || error === silence || error.severity === 'ERROR') return error;
      return await Promise.race([look(true, round), late]).then(() => null, failed);
    } finally {
      round.isOver = true;
      clearTimeout(timer);
    }
  }

  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      const error = await lookInTime();
      if (closing.signal.aborted) break;
      // A server that answers is reachable: its idle connections are as good as any other.
      if (error !== null && error.severity !== 'ERROR' && error.routine === undefined) pool.abandonIdle(error);
      const before = fault;
      fault = error === null ? null : saying(error);
      if ((fault === null) !== (before === null)) onChange(error);
      const woken = new Promise<void>((resolve) => (wake = resolve));
      await Promise.race([woken, wait(everyMs, undefined, { signal: closing.signal }).catch(() => {})]);
    }
    session?.abandon(new Error('It is no longer watched.'));
  }
  const watching = watch();

  return {
    fault: () => fault ?? (pool.stuckForMs() > stuckAfterMs ? 'No connection to the database becomes free.' : null),
    suspect: () => {
      if (fault !== null || isSuspect) return;
      isSuspect = true;
      wake();
    },
    close: async () => {
      closing.abort();
      session?.abandon(new Error('It is no longer watched.'));
      await watching;
    },
  };
}

/** The server works, but lacks something required. */
class Lacking extends Error {
  readonly severity = 'ERROR';
}

function saying(error: ServerError): string {
  if (error instanceof Lacking) return `${error.message}.`;
  const { code = '' } = error;
  if (code === '25006') return 'The database takes no writes: it is read-only, or a standby.';
  if (code === '53100') return 'The disk of the database is full.';
  if (code === '53300') return 'The database has no connection left.';
  if (code === '55P03' || code === '57014') return 'A table that every write needs is locked.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The name of the database cannot be looked up.';
  return 'The database does not answer.';
}
