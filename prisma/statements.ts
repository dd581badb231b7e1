import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { NamedQuery, NamedStatements } from './named-query.ts';

/** The statement is or may be applied, but whether it lasts is unknown: do not rely on it. */
export class Unconfirmed extends Error {
  /** The SQL standard's "statement completion unknown". */
  readonly code = '40003';
  readonly severity = 'ERROR';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Unconfirmed';
  }
}

/** SQLSTATE classes of connection and server failures, as opposed to failures of the statement or its transaction. */
const ofServer = /^(08|53|57|58|XX|40003$)/;

/** Whether the server refused the statement, e.g. a `COMMIT` because of a deferred constraint: then nothing was applied. */
export function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== undefined && !ofServer.test(error.code);
}

/** A statement that exceeded its time although the server was told to cancel it. */
class Overdue extends Error {
  /** PostgreSQL's "query canceled". */
  readonly code = '57014';
  readonly severity = 'ERROR';

  constructor() {
    super('The database did not end a statement in its time.');
    this.name = 'Overdue';
  }
}

/** Members of `pg` that its types lack. */
interface Wire extends pg.Client {
  readonly processID: number;
  readonly secretKey: number;
}
interface CancelWire extends pg.Connection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

/** A statement, and what {@link guardStatements} should know of it. */
export interface GuardedQuery extends pg.QueryConfig {
  /** Its own time limit. */
  readonly longestMs?: number;
  /** Whether it is a transaction of its own that must last: it is then guarded like a `COMMIT`. */
  readonly isCommit?: boolean;
}

type Callback = (error: Error | null, result: unknown) => void;
type Query = (config: string | GuardedQuery | NamedQuery, values?: unknown, callback?: Callback) => void;

/** How long the server has to end a cancelled statement before the connection is dropped. */
const graceMs = 1000;
const cancelTries = 30;
const cancelAgainMs = 1000;

/**
 * Guarantees two properties of each statement on a connection, including `COMMIT`.
 *
 * *A success is durable.* A server that gives up waiting for a standby sends a warning and then reports success (PostgreSQL,
 * `SyncRepWaitForLSN`): such a statement fails with {@link Unconfirmed}. The warning is recognised by its source, because its
 * text is localized; at a `COMMIT`, any warning counts.
 *
 * *It ends.* Neither `statement_timeout` nor closing the connection ends that wait: the server would accumulate processes. So a
 * late statement is cancelled by a separate cancel request, which uses none of the server's connections, and again until the
 * server has received it.
 */
export function guardStatements(client: pg.Client, longestMs: number): void {
  const query = client.query.bind(client) as unknown as Query;
  const named = new NamedStatements(client);
  let isCommit = false;
  let isInDoubt = false;
  let isBroken = false;
  client.on('notice', ({ code, routine }) => {
    const isWarning = code?.startsWith('00') === false;
    if (routine === 'SyncRepWaitForLSN' || (isCommit && isWarning)) isInDoubt = true;
  });

  function guarded(config: string | GuardedQuery, values: unknown, callback: Callback): void {
    const { longestMs: ownMs, isCommit: isOwnCommit = false } = typeof config === 'string' ? {} : config;
    let cancelling: Promise<boolean> | null = null;
    let timer = setTimeout(() => {
      cancelling = cancel(client);
      timer = setTimeout(() => void client.connection.stream.destroy(new Overdue()), graceMs);
    }, ownMs ?? longestMs);
    isCommit = config === 'COMMIT' || isOwnCommit;
    const ended: Callback = (error, result) => {
      clearTimeout(timer);
      const failure = error ?? (isInDoubt ? new Unconfirmed('The server gave up its wait for a standby.') : null);
      isInDoubt = false;
      if (failure !== null && client.connection.stream.destroyed && !isBroken) {
        isBroken = true;
        void cancelUntilHeard(client, cancelling);
      }
      if (cancelling === null) callback(failure, result);
      else void after(cancelling, () => callback(failure, result));
    };
    if (isNamed(config)) query(new NamedQuery(config, values, ended, named));
    else query(config, values, ended);
  }

  /**
   * By callback, because with the driver's own promise (pg 8.23) the statements of a connection, with their values and rows, keep
   * one another until a full collection: the heap filled with them, and a quarter of the CPU time went to collecting.
   */
  async function promised(config: string | GuardedQuery, values: unknown): Promise<unknown> {
    try {
      return await new Promise((resolve, reject) => {
        guarded(config, values, (error, result) => (error === null ? resolve(result) : reject(error)));
      });
    } catch (error) {
      // The driver made it where the socket is read; this leads back to the statement.
      if (error instanceof Error) Error.captureStackTrace(error);
      throw error;
    }
  }

  client.query = ((config: string | GuardedQuery, values?: unknown, callback?: Callback) => {
    if (typeof values === 'function') return guarded(config, undefined, values as Callback);
    if (callback !== undefined) return guarded(config, values, callback);
    return promised(config, values);
  }) as typeof client.query;
}

/** Whether it has a name, and asks for rows in the driver's usual form. */
function isNamed(config: string | GuardedQuery): config is GuardedQuery & { readonly name: string } {
  return typeof config !== 'string' && config.name !== undefined && !('rowMode' in config);
}

/** A cancel request that arrived after the end of its statement would hit the next one. */
async function after(cancelling: Promise<boolean>, end: () => void): Promise<void> {
  await cancelling;
  end();
}

/** The server does not notice that its client has gone and continues until it is told. */
async function cancelUntilHeard(client: pg.Client, first: Promise<boolean> | null): Promise<void> {
  let isHeard = (await first) ?? false;
  for (let tried = 0; !isHeard && tried < cancelTries; tried += 1) {
    if (tried > 0) await wait(cancelAgainMs, undefined, { ref: false });
    isHeard = await cancel(client);
  }
}

/**
 * Sends a cancel request for the client's statement on a separate, one-shot connection. False if the server did not receive it.
 */
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
  // The server closes the connection once it has processed the request.
  wire.once('end', () => {
    clearTimeout(timer);
    resolve(isHeard);
  });
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
  return promise;
}
