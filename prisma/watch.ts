import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './index.ts';
import { ReadOnlyServerError, type ServerError, Session } from './session.ts';

/** Knows at any moment whether a write could be recorded, without asking anything of the pool that requests use. */
export interface DatabaseWatch {
  /** What keeps writes from being recorded, for whoever asks over HTTP: it names no host. Null while nothing does. */
  fault(): string | null;
  /** To be called when something failed: looks closely and at once. */
  suspect(): void;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** The pool of the requests: its idle connections are given up with a server that fell silent. */
  readonly pool: Database;
  /** What else the server must do, asked at each look: why it does not, or null. */
  readonly demand?: ((client: pg.ClientBase) => Promise<string | null>) | undefined;
  /** Told when the database is away, with what was seen of it, and, with null, when it is back. */
  readonly onChange: (error: Error | null) => void;
}

const everyMs = 400;
/** A look takes no longer: together with the pause before it less than the 2 s within which a fault must be known. */
const withinMs = 1100;
const serverTimeoutMs = 900;
const silence = new Error('The database did not answer in time.');
/** Someone waits for a connection of the pool, and nobody has got one for this long: more than any time-out for one. */
const stuckAfterMs = 5000;

/** Takes the locks that every write takes, and writes nothing. */
const everyLook = `
  BEGIN;
  LOCK TABLE operations, graphile_worker._private_jobs IN ROW EXCLUSIVE MODE;
  SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "readOnly"`;
/** Counts more than fits into its memory, so that it needs some room on the disk. */
const closeLook = `${everyLook};
  SET LOCAL work_mem = '64kB';
  SELECT count(*) FROM generate_series(1, 10000)`;

/**
 * Looks at the database more than twice a second, on one connection of its own. The first look, the one after a failure and each one
 * until all is well again begin with a new connection and see whether the disk has room: that is what goes first.
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
    // Its place at the server is free once it is gone: two at once could be one too many.
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

  /** Looks within the time there is. An error that comes at once may be of this connection alone. */
  async function lookInTime(): Promise<ServerError | null> {
    const round = { isOver: false };
    const { promise: late, reject } = Promise.withResolvers<never>();
    // What has come while this process was busy is read first.
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
      // What a server says of a statement, it would say again.
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
      // A server that says something is there: its idle connections are as good as any other.
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

/** The server works, and not as it must. */
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
