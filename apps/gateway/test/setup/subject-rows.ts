import type { Pool, PoolClient } from 'pg';
import { imageColumns, quietColumns, type SubjectKind, subjectKinds, subjectTables } from './row-history.ts';

/** Kinds of which every change is told. */
export const kinds = ['card', 'cardholder', 'binding', 'transaction', 'transfer'] as const;
export type Kind = (typeof kinds)[number];

/** Shown columns that no statement changes once the row is there. */
const fixed: Readonly<Record<Kind, readonly string[]>> = {
  card: ['id', 'provider', 'account', 'created_at'],
  cardholder: ['id', 'provider', 'account', 'created_at'],
  binding: ['id', 'provider', 'account', 'created_at'],
  transaction: ['id', 'provider', 'account', 'provider_ref', 'created_at'],
  transfer: ['id', 'provider', 'account', 'cardholder_id', 'direction', 'amount', 'currency', 'created_at'],
};

export const texts = [
  '',
  'plain',
  `it's "quoted" \\ and \\u0041`,
  '👩‍👩‍👧 宜信',
  'line\nbreak\ttab',
  'x'.repeat(20_000),
  '{"a":null}',
  'null',
];
const byType: Readonly<Record<string, readonly unknown[]>> = {
  text: texts,
  numeric: ['0', '0.1', '0.10', '-12.340', '0.0000001', '123456789012345678901234567890.123456789'],
  smallint: [0, 3],
  'timestamp(3) with time zone': [
    '0001-01-01T00:00:00Z',
    '1883-11-18T12:03:58.123Z',
    '2026-03-29T01:30:00.5+01:00',
    '2026-11-29T12:00:00.0004Z',
    '9999-12-31T23:59:59.999Z',
  ],
};
const byColumn: Readonly<Record<string, readonly unknown[]>> = {
  last4: ['0000', '1234'],
  expiry: ['2028-03', '2031-12'],
  form: ['virtual', 'physical'],
  masked_number: ['621700******0123', '1'],
  fees: ['[]', `[{"amount": "0.10", "type": "it's"}]`],
  merchant: [`{"name": "A \\"Shop\\" \\\\ 👛"}`, '{}'],
};
const kindsOfBinding = ['bank_card', 'token', 'subscription'];
const typesOfTransaction = ['purchase', 'refund', 'unrecognized'];

/** What the columns of a table can be. */
export interface Columns {
  /** The statuses that each kind can have. */
  readonly statuses: ReadonlyMap<SubjectKind, readonly string[]>;
  /** The columns of a kind that change, each with values of all sorts. */
  readonly changing: ReadonlyMap<Kind, ReadonlyMap<string, readonly unknown[]>>;
}

/** Reads from the database what is shown and what it can be, so that a new column is not forgotten. */
export async function readColumns(owner: Pool): Promise<Columns> {
  const statuses = new Map<SubjectKind, readonly string[]>();
  const changing = new Map<Kind, ReadonlyMap<string, readonly unknown[]>>();
  for (const kind of subjectKinds) {
    const { table, status } = subjectTables[kind];
    const { rows } = await owner.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2
       UNION ALL
       SELECT substring(prosrc FROM '[^\\n]*\\n?[^\\n]*THEN ''' || $2 || '''') FROM pg_proc WHERE proname = $1 || '_rules'`,
      [table, `${table}_${status}`],
    );
    const { definition = '' } = rows[0] ?? {};
    const listed = /'\{(.*)\}'/.exec(definition)?.[1]?.split(',');
    statuses.set(kind, listed ?? [...definition.matchAll(/'(\w+)'::text/g)].map(([, name = '']) => name));
  }
  for (const kind of kinds) {
    const columns = await imageColumns(owner, kind);
    const own: Readonly<Record<string, readonly unknown[] | undefined>> = {
      ...byColumn,
      status: statuses.get(kind),
      kind: kindsOfBinding,
      ...(kind === 'transaction' && { type: typesOfTransaction }),
    };
    const values = columns
      .filter(({ name }) => !fixed[kind].includes(name) && !quietColumns.includes(name))
      .map(({ name, type, isRequired }) => {
        const some = own[name] ?? byType[type] ?? [];
        return [name, isRequired ? some : [...some, null]] as const;
      });
    const without = values.filter(([, some]) => some.length < 2).map(([name]) => name);
    if (without.length > 0)
      throw new Error(`No values for ${without.join(', ')} of ${kind}: add some for their types.`);
    changing.set(kind, new Map(values));
  }
  return { statuses, changing };
}

/** The ids of what a transfer belongs to. */
const operationOf = "md5('operation ' || id::text)::uuid";
const cardholderOf = "md5('cardholder ' || id::text)::uuid";

/** Columns that a new row must have, as SQL over its `id`. */
export const needed: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  card: { status: `'pending'` },
  cardholder: { status: `'pending'`, reference: 'id::text' },
  binding: {
    user_ref: `'user'`,
    kind: `'bank_card'`,
    status: `'starting'`,
    masked_number: `'621700******0123'`,
    last4: `'0123'`,
    challenge_ref: `'c'`,
    challenge_expires_at: 'now()',
    attempts_left: '5',
  },
  transaction: {
    provider_ref: 'id::text',
    card_ref: `'C1'`,
    type: `'purchase'`,
    provider_type: `'Consumption'`,
    status: `'pending'`,
    provider_status: `'Pending'`,
    amount: '1.50',
    said_at: 'now()',
    first_at: 'now()',
    synced_at: 'now()',
  },
  transfer: {
    provider_ref: 'id::text',
    cardholder_id: cardholderOf,
    direction: `'in'`,
    amount: '10.00',
    currency: `'USD'`,
    status: `'pending'`,
    operation_id: operationOf,
  },
};
export const common = {
  id: 'id',
  tenant: `'default'`,
  provider: `'keysecure'`,
  account: `'keysecure'`,
  created_at: 'now()',
  updated_at: 'now()',
};

/** Sets a column to the parameter with that number. What must be unique has the row's id before it. */
export const assigned = (column: string, parameter: number, id = 'id'): string =>
  column === 'provider_ref' || column === 'reference' ? `${id}::text || $${parameter}` : `$${parameter}`;

/** Rows as they begin. */
export async function insert(client: Pool | PoolClient, kind: Kind, ids: readonly string[]): Promise<void> {
  const row = { ...common, ...needed[kind] };
  if (kind === 'transfer') {
    const { rows } = await client.query<{ operation: string; cardholder: string }>(
      `SELECT ${operationOf} AS operation, ${cardholderOf} AS cardholder FROM unnest($1::uuid[]) id`,
      [ids],
    );
    await insert(
      client,
      'cardholder',
      rows.map(({ cardholder }) => cardholder),
    );
    await insertOperations(
      client,
      rows.map(({ operation }) => operation),
    );
  }
  await client.query(
    `INSERT INTO ${subjectTables[kind].table} (${Object.keys(row).join(', ')})
     SELECT ${Object.values(row).join(', ')} FROM unnest($1::uuid[]) id`,
    [ids],
  );
}

/** Operations that are being sent. */
export async function insertOperations(client: Pool | PoolClient, ids: readonly string[]): Promise<void> {
  await client.query(
    `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
       request_id, created_at, updated_at, lease_until)
     SELECT id, 'default', 'tests', 'sha256:' || encode(sha256(id::text::bytea), 'hex'), 'sha256:h', 'createTransfer', 'keysecure',
       'keysecure', gen_random_uuid(), 'submitting', 'request of ' || id::text, now(), now(), now() FROM unnest($1::uuid[]) id`,
    [ids],
  );
}

/** @param end what ends the transaction once it has acted */
export async function inTransaction(
  owner: Pool,
  act: (client: PoolClient) => Promise<void>,
  end = 'COMMIT',
): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query('BEGIN');
    await act(client);
    await client.query(end);
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
