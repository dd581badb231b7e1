import { setTimeout as wait } from 'node:timers/promises';
import { callbackify } from 'node:util';
import pg from 'pg';

/** What the server was told is carried out, or may be, and nobody knows whether it lasts: it is not to be relied on. */
export class Unconfirmed extends Error {
  /** "Statement completion unknown" of the SQL standard. */
  readonly code = '40003';
  readonly severity = 'ERROR';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Unconfirmed';
  }
}

/** A statement that did not end in its time, although the server was told to end it. */
class Overdue extends Error {
  /** "Query canceled" of PostgreSQL. */
  readonly code = '57014';
  readonly severity = 'ERROR';

  constructor() {
    super('The database did not end a statement in its time.');
    this.name = 'Overdue';
  }
}

/** What `pg` has beside its types. */
interface Wire extends pg.Client {
  readonly processID: number;
  readonly secretKey: number;
}
interface CancelWire extends pg.Connection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

/** A statement with a time of its own. */
export interface TimedQuery extends pg.QueryConfig {
  readonly longestMs?: number;
}

type Query = (config: string | TimedQuery, values: unknown) => Promise<unknown>;
type Callback = (error: Error | null, result: unknown) => void;

/** How long the server has to end what it was told to end; then the connection is given up. */
const graceMs = 1000;
const cancelTries = 30;
const cancelAgainMs = 1000;

/**
 * Makes two things true of each statement on a connection, a `COMMIT` among them.
 *
 * *A success lasts.* A server that gives up the wait for a standby says so in a warning and then reports success (PostgreSQL,
 * `SyncRepWaitForLSN`): such a statement fails with {@link Unconfirmed}. The warning is known by its source, as its text is
 * in the server's language; at a `COMMIT`, any warning will do.
 *
 * *It ends.* `statement_timeout` does not end that wait, nor does closing the connection: the server would keep one process
 * after the other. So a statement that is late is cancelled by a request of its own, which takes none of the server's
 * connections, and again until the server has heard it.
 */
export function guardStatements(client: pg.Client, longestMs: number): void {
  const query = client.query.bind(client) as unknown as Query;
  let isCommit = false;
  let isInDoubt = false;
  let isBroken = false;
  client.on('notice', ({ code, routine }) => {
    const isWarning = code?.startsWith('00') === false;
    if (routine === 'SyncRepWaitForLSN' || (isCommit && isWarning)) isInDoubt = true;
  });

  async function guarded(config: string | TimedQuery, values?: unknown): Promise<unknown> {
    const ownMs = typeof config === 'string' ? undefined : config.longestMs;
    let cancelling = Promise.resolve(false);
    let timer = setTimeout(() => {
      cancelling = cancel(client);
      timer = setTimeout(() => void client.connection.stream.destroy(new Overdue()), graceMs);
    }, ownMs ?? longestMs);
    isCommit = config === 'COMMIT';
    try {
      const result = await query(config, values);
      if (isInDoubt) throw new Unconfirmed('The server gave up its wait for a standby.');
      return result;
    } catch (error) {
      if (client.connection.stream.destroyed && !isBroken) {
        isBroken = true;
        void cancelUntilHeard(client, cancelling);
      }
      throw error;
    } finally {
      isInDoubt = false;
      clearTimeout(timer);
      // A request that arrives later would cancel the next statement.
      await cancelling;
    }
  }

  const withCallback = callbackify(guarded) as (
    config: string | TimedQuery,
    values: unknown,
    callback: Callback,
  ) => void;
  client.query = ((config: string | TimedQuery, values?: unknown, callback?: Callback) => {
    if (typeof values === 'function') return withCallback(config, undefined, values as Callback);
    if (callback !== undefined) return withCallback(config, values, callback);
    return guarded(config, values);
  }) as typeof client.query;
}

/** The server does not notice that nobody listens any more, and goes on until it is told. */
async function cancelUntilHeard(client: pg.Client, first: Promise<boolean>): Promise<void> {
  let isHeard = await first;
  for (let tried = 0; !isHeard && tried < cancelTries; tried += 1) {
    if (tried > 0) await wait(cancelAgainMs, undefined, { ref: false });
    isHeard = await cancel(client);
  }
}

/** Asks the server, on a connection that lasts for this alone, to end what a client waits for. False where it did not hear. */
function cancel(client: pg.Client): Promise<boolean> {
  const { processID, secretKey, host, port, ssl } = client as Wire;
  const wire = new pg.Connection({ ssl }) as CancelWire;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const send = (): void => wire.cancel(processID, secretKey);
  let isHeard = true;
  const timer = setTimeout(() => wire.stream.destroy(new Error('no answer')), graceMs).unref();
  wire.once('connect', () => (ssl ? wire.requestSsl() : send()));
  wire.once('sslconnect', send);
  wire.on('error', () => {
    isHeard = false;
  });
  // The server answers by closing the connection, once it has passed the request on.
  wire.once('end', () => {
    clearTimeout(timer);
    resolve(isHeard);
  });
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
  return promise;
}
