import pg from 'pg';

/** What a query of the driver does with a connection. */
interface Connection {
  readonly parsedStatements: unknown;
  readonly submittedNamedStatements: unknown;
  readonly stream: unknown;
  parse(statement: unknown): void;
  bind(values: unknown): void;
  describe(portal: unknown): void;
  execute(portal: unknown): void;
  sync(): void;
  close(statement: unknown): void;
}

/** What the driver reads rows by. */
interface Columns {
  readonly fields: unknown;
  readonly _parsers: unknown;
  readonly _prebuiltEmptyResultObject: unknown;
  /** Those of the connection, once it sends the query, if the statement has none of its own. */
  _types?: pg.CustomTypesConfig | undefined;
}

/** The driver's query, with members that its types lack. */
interface Query {
  name: string;
  readonly _result: Columns;
  _accumulateRows: boolean;
  submit(connection: Connection): Error | null;
  handleCommandComplete(message: unknown, connection: unknown): void;
}
const Query = pg.Query as unknown as new (text: string, values: unknown, callback: unknown) => Query;

/** What is known of the named statements of one connection. */
export class NamedStatements {
  /** By the name of the statement. */
  readonly columns = new Map<string, Columns>();
  readonly undescribing: Connection;

  constructor(client: pg.Client) {
    this.undescribing = new Undescribing(client.connection as unknown as Connection);
  }
}

/**
 * A statement with a name, whose columns the server describes only once per connection: describing them, and reading that, takes longer
 * than a row. They cannot change, because the server then refuses to run what it has prepared.
 */
export class NamedQuery extends Query {
  readonly #statements: NamedStatements;

  constructor(
    { name, text, values, types }: pg.QueryConfig & { readonly name: string },
    ownValues: unknown,
    callback: unknown,
    statements: NamedStatements,
  ) {
    // The driver would copy a config property by property.
    super(text, ownValues ?? values, callback);
    this.name = name;
    this._result._types = types;
    this.#statements = statements;
  }

  override submit(connection: Connection): Error | null {
    const columns = this.#statements.columns.get(this.name);
    if (columns === undefined || columns._types !== this._result._types) return super.submit(connection);
    Object.assign(this._result, columns);
    this._accumulateRows = true;
    return super.submit(this.#statements.undescribing);
  }

  override handleCommandComplete(message: unknown, connection: unknown): void {
    super.handleCommandComplete(message, connection);
    const { fields, _types, _parsers, _prebuiltEmptyResultObject } = this._result;
    if (this.#statements.columns.get(this.name)?._types === _types) return;
    this.#statements.columns.set(this.name, { fields, _types, _parsers, _prebuiltEmptyResultObject });
  }
}

/** A connection that asks for no description. */
class Undescribing implements Connection {
  readonly #connection: Connection;
  readonly parsedStatements: unknown;
  readonly submittedNamedStatements: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.parsedStatements = connection.parsedStatements;
    this.submittedNamedStatements = connection.submittedNamedStatements;
  }

  /** A connection by TLS replaces its stream. */
  get stream(): unknown {
    return this.#connection.stream;
  }

  describe(): void {}

  parse(statement: unknown): void {
    this.#connection.parse(statement);
  }

  bind(values: unknown): void {
    this.#connection.bind(values);
  }

  execute(portal: unknown): void {
    this.#connection.execute(portal);
  }

  sync(): void {
    this.#connection.sync();
  }

  close(statement: unknown): void {
    this.#connection.close(statement);
  }
}
