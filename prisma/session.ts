import { callbackify } from 'node:util';
import pg from 'pg';
import { guardStatements } from './statements.ts';

export interface SessionConfig extends pg.ClientConfig {
  /** Server time-outs in milliseconds, by parameter name. */
  readonly timeouts?: Readonly<Record<string, number>>;
  /** Milliseconds that a statement may take, including its wait for a standby ({@link guardStatements}); default no limit. */
  readonly longestStatementMs?: number;
  /** Called whenever the server is unreachable, does not answer, or reports that it cannot work. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

/** The driver's error; `routine` is present if the server sent it. */
export type ServerError = Error & { code?: string; routine?: string; severity?: string };
type Callback = (error: Error | null, client?: pg.Client) => void;

/**
 * A server that accepts no writes: a standby, or one with `default_transaction_read_only`. Worded like the server's own error.
 */
export class ReadOnlyServerError extends Error {
  readonly code = '25006';
  readonly severity = 'FATAL';

  constructor() {
    super('The server is read-only.');
    this.name = 'ReadOnlyServerError';
  }
}

/**
 * Parameters that the server reports on every change (PostgreSQL 14 and newer), and that are "on" while it accepts no writes.
 */
const readOnlyParameters: ReadonlySet<string> = new Set(['in_hot_standby', 'default_transaction_read_only']);

const ownSettings = {
  client_min_messages: 'warning',
  default_transaction_isolation: 'read committed',
  datestyle: 'ISO',
};

/** SQLSTATE classes and codes that concern the server rather than the statement. */
const serverFailure = /^(08|25006|53|57P|58)/;

/**
 * One connection. It refuses a read-only server, and ends itself once no further statement on it can succeed: the server became
 * read-only or stopped answering, or its prepared statements are outdated or gone. Its user then sees an error, as if the
 * server had gone away.
 */
export class Session extends pg.Client {
  readonly #timeouts: Readonly<Record<string, number>>;
  readonly #onFailure: (error: Error) => void;

  constructor({ timeouts = {}, longestStatementMs, onFailure, ...config }: SessionConfig = {}) {
    super(config);
    this.#timeouts = timeouts;
    this.#onFailure = (error: ServerError) => {
      // Mark it like the server's own fatal errors: network and TLS errors have no severity.
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

  /** Ends the connection at once, even while a statement runs. */
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
   * Sets the time-outs by a statement, because PgBouncer rejects them as start-up parameters, and makes the server send
   * warnings, which {@link guardStatements} needs to detect unconfirmed commits. What else depends on the database's or the role's
   * own settings: a statement must see what was committed while the one before it waited for a lock, or limits would be exceeded; and
   * the driver reads times in ISO form only.
   */
  async #setUp(): Promise<void> {
    const { rows } = await super.query<{ readOnly: boolean }>(
      `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "readOnly",
         (SELECT count(set_config(name, value, false)) FROM json_each_text($1) AS settings (name, value))`,
      [JSON.stringify({ ...this.#timeouts, ...ownSettings })],
    );
    if (rows[0]?.readOnly === true) throw new ReadOnlyServerError();
  }
}

/**
 * `cached plan must not change result type` has no SQLSTATE of its own (0A000 covers every unsupported feature), so it is
 * recognised by the server function that reports it. Statements that the server no longer has (26000, e.g. after a pooler's
 * `DEALLOCATE ALL`) are not prepared again by the driver.
 */
function leavesUseless({ code, routine }: ServerError): boolean {
  const isOutdated = code === '0A000' && routine === 'RevalidateCachedQuery';
  return code === '25006' || code === '25P02' || code === '26000' || isOutdated;
}
