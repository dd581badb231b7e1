import type pg from 'pg';
import { Nullability, type Nulls, type Plan } from './nulls.ts';

/** The database's description of one result column. */
export interface DescribedColumn {
  readonly name: string;
  /** Of `pg_type.typname`: `_text` is an array of `text`. */
  readonly type: string;
  /** The column of a table that it is, with all of that table's; null for an expression. */
  readonly origin: { readonly table: string; readonly column: string; readonly columns: readonly string[] } | null;
  readonly nulls: Nulls;
}

/** What the database makes of a statement, without running it. */
export interface Description {
  readonly parameters: readonly string[];
  readonly columns: readonly DescribedColumn[];
}

export type Describe = (text: string) => Promise<Description>;

interface Attribute {
  readonly key: string;
  readonly table: string;
  readonly column: string;
  readonly isNotNull: boolean;
}

/** Describes statements over a connection to the migrated database. */
export async function openDescriber(client: pg.Client): Promise<Describe> {
  const { rows: types } = await client.query<{ oid: number; name: string }>('SELECT oid, typname AS name FROM pg_type');
  const { rows: attributes } = await client.query<Attribute>(
    `SELECT attrelid || '.' || attnum AS key, relname AS table, attname AS column, attnotnull AS "isNotNull"
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace AND relkind = 'r'`,
  );
  const typeNames = new Map(types.map(({ oid, name }) => [oid, name]));
  const byKey = new Map(attributes.map((attribute) => [attribute.key, attribute]));
  const columnsOf = Map.groupBy(attributes, ({ table }) => table);
  const isNotNull = (table: string, column: string): boolean =>
    columnsOf.get(table)?.find((one) => one.column === column)?.isNotNull === true;

  return async (text) => {
    const { parameters, fields } = await parse(client, text);
    const nullability = fields.length === 0 ? null : new Nullability(await explain(client, text), isNotNull);
    return {
      parameters: parameters.map((oid) => typeNames.get(oid) ?? String(oid)),
      columns: fields.map(({ name, dataTypeID, tableID, columnID }, place) => {
        const from = byKey.get(`${tableID}.${columnID}`);
        return {
          name,
          type: typeNames.get(dataTypeID) ?? String(dataTypeID),
          origin:
            from === undefined
              ? null
              : { ...from, columns: columnsOf.get(from.table)?.map(({ column }) => column) ?? [] },
          nulls: nullability?.of(place, from?.isNotNull === true) ?? 'perhaps',
        };
      }),
    };
  };
}

type Field = Pick<pg.FieldDef, 'name' | 'tableID' | 'columnID' | 'dataTypeID'>;

interface Parsed {
  readonly parameters: readonly number[];
  readonly fields: readonly Field[];
}

/** What the server answers to the message Describe of its protocol. */
function parse(client: pg.Client, text: string): Promise<Parsed> {
  const { promise, resolve, reject } = Promise.withResolvers<Parsed>();
  let parameters: readonly number[] = [];
  let fields: readonly Field[] = [];
  const heard = (message: { readonly dataTypeIDs: readonly number[] }): void => {
    parameters = message.dataTypeIDs;
  };
  client.connection.once('parameterDescription', heard);
  const description = {
    submit: (connection: pg.Connection) => {
      connection.parse({ name: '', text, types: [] }, true);
      connection.describe({ type: 'S', name: '' }, true);
      connection.sync();
    },
    handleRowDescription: (message: { readonly fields: readonly Field[] }) => {
      ({ fields } = message);
    },
    handleReadyForQuery: () => resolve({ parameters, fields }),
    handleError: reject,
  };
  client.query(description);
  return promise.finally(() => client.connection.off('parameterDescription', heard));
}

async function explain(client: pg.Client, text: string): Promise<Plan> {
  const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
    `EXPLAIN (VERBOSE, GENERIC_PLAN, FORMAT JSON) ${text}`,
  );
  return rows[0]?.['QUERY PLAN'][0]?.Plan ?? {};
}
