import { callbackify } from 'node:util';
import pg from 'pg';
import { guardStatements } from './statements.ts';

export interface SessionConfig extends pg.ClientConfig {
  /** Time-outs of the server's, in milliseconds, by their names there. */
  readonly timeouts?: Readonly<Record<string, number>>;
  /** Milliseconds that a statement may take, its wait for a standby included ({@link guardStatements}); default no limit. */
  readonly longestStatementMs?: number;
  /** Told whenever the server cannot be reached, does not answer, or says that it cannot work. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

/** What the driver gives of an error: with `routine` where the server says it. */
export type ServerError = Error & { code?: string; routine?: string; severity?: string };
type Callback = (error: Error | null, client?: pg.Client) => void;

/** A server that takes no writes: a standby, or one under `default_transaction_read_only`. In the words of a server's own error. */
export class ReadOnlyServerError extends Error {
  readonly code = '25006';
  readonly severity = 'FATAL';

  constructor() {
    super('The server is read-only.');
    this.name = 'ReadOnlyServerError';
  }
}

/** Parameters whose every change the server reports (PostgreSQL 14 and newer), and which say "on" where it takes no writes. */
const readOnlyParameters: ReadonlySet<string> = new Set(['in_hot_standby', 'default_transaction_read_only']);

/** Classes and codes of SQLSTATE that say something of the server rather than of the statement. */
const serverFailure = /^(08|25006|53|57P|58)/;

/**
 * One connection. To a server that takes no writes it is refused, and it ends itself once no further statement on it would
 * do: the server became read-only or stopped answering, or a change of a table made prepared statements useless. Whoever
 * uses it then sees an error, as if the server had gone away.
 */
export class Session extends pg.Client {
  readonly #timeouts: Readonly<Record<string, number>>;
  readonly #onFailure: (error: Error) => void;

  constructor({ timeouts = {}, longestStatementMs, onFailure, ...config }: SessionConfig = {}) {
    super(config);
    this.#timeouts = timeouts;
    this.#onFailure = (error: ServerError) => {
      // As the server's own errors that end a connection: what the network or TLS says has no mark of its own.
      error.severity ??= 'FATAL';
      onFailure?.(error);
    };
    this.connection.on('errorMessage', (error: ServerError) => {
      if (serverFailure.test(error.code ?? '')) this.#onFailure(error);
      if (leavesUseless(error)) this.abandon(error);
    });
    this.on('error', this.#onFailure);
    if (longestStatementMs !== undefined) guardStatements(this, longestStatementMs);
  }

  /** Ends the connection at once, whatever runs on it. */
  abandon(reason: Error): void {
    this.connection.stream.destroy(reason);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.Client> | void {
    if (callback === undefined) return this.#open();
    callbackify(() => this.#open())(callback);
  }

  async #open(): Promise<pg.Client> {
    try {
      await super.connect();
      await this.#setUp();
      this.connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) => {
        if (readOnlyParameters.has(status.parameterName) && status.parameterValue === 'on') {
          this.abandon(new ReadOnlyServerError());
        }
      });
      return this;
    } catch (error) {
      this.#onFailure(error as Error);
      this.abandon(error as Error);
      throw error;
    }
  }

  /**
   * Sets the time-outs by a statement, as PgBouncer refuses them as parameters of the start; and has the server send warnings,
   * without which a success may be none ({@link guardStatements}).
   */
  async #setUp(): Promise<void> {
    const { rows } = await super.query<{ readOnly: boolean }>(
      `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "readOnly",
         (SELECT count(set_config(name, value, false)) FROM json_each_text($1) AS settings (name, value))`,
      [JSON.stringify({ ...this.#timeouts, client_min_messages: 'warning' })],
    );
    if (rows[0]?.readOnly === true) throw new ReadOnlyServerError();
  }
}

/**
 * `cached plan must not change result type` has no code of its own (0A000 is any feature that is not supported): it is
 * known by the function of the server that says it.
 */
function leavesUseless({ code, routine }: ServerError): boolean {
  return code === '25006' || code === '25P02' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
