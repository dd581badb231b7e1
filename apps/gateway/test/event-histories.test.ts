import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { compareLog, recordRows, subjectTables } from './setup/row-history.ts';
import {
  assigned,
  type Columns,
  common,
  insert,
  inTransaction,
  type Kind,
  kinds,
  needed,
  readColumns,
  texts,
} from './setup/subject-rows.ts';

let database: OpenTestDatabase;
let owner: Pool;
let columns: Columns;

beforeAll(async () => {
  database = await openTestDatabase('ownerUrl', { connections: 1, statementTimeoutMs: 30_000 });
  owner = database.pool;
  await recordRows(owner);
  columns = await readColumns(owner);
});
afterAll(() => database.drop());

/** A statement on some of the rows; some are there from the start. */
interface Statement {
  readonly kind: Kind;
  readonly isUpsert: boolean;
  readonly rows: readonly number[];
  readonly set: Readonly<Record<string, unknown>>;
  /** It is rolled back to the savepoint before it. */
  readonly isUndone: boolean;
}

const rowsOfKind = 4;

/** What a random statement sets: some columns, each to one of its values or, of a text, to any. */
const settingOf = (kind: Kind): fc.Arbitrary<Statement['set']> =>
  fc.record(
    Object.fromEntries(
      [...(columns.changing.get(kind) ?? [])].map(([column, values]) => {
        const isText = values === texts || (values.includes(texts[2]) && values.includes(texts[3]));
        const some = fc.constantFrom(...values);
        const any = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\u0000', ''));
        return [column, isText ? fc.oneof(some, any) : some];
      }),
    ),
    { requiredKeys: [] },
  );

const statement = (): fc.Arbitrary<Statement> =>
  fc.constantFrom(...kinds).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      isUpsert: kind === 'transfer' ? fc.constant(false) : fc.boolean(),
      rows: fc.uniqueArray(fc.nat(rowsOfKind - 1), { minLength: 1 }),
      set: settingOf(kind),
      isUndone: fc.nat(5).map((one) => one === 0),
    }),
  );

const transaction = () =>
  fc.record({
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Amsterdam'),
    statements: fc.array(statement(), { minLength: 1, maxLength: 5 }),
    isCommitted: fc.nat(5).map((one) => one !== 0),
  });

test('random histories are told whole: the events undone give what was, done again what is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction(), { minLength: 1, maxLength: 4 }), async (history) => {
      await owner.query('TRUNCATE events, row_history');
      const ids = new Map<Kind, readonly string[]>();
      await inTransaction(owner, async (client) => {
        for (const kind of kinds) {
          const own = Array.from({ length: rowsOfKind }, () => randomUUID());
          ids.set(kind, own);
          await insert(client, kind, kind === 'transfer' ? own : own.slice(0, rowsOfKind / 2));
        }
      });
      for (const { timeZone, statements, isCommitted } of history) {
        await inTransaction(
          owner,
          async (client) => {
            await client.query(`SET LOCAL "TimeZone" = '${timeZone}'`);
            for (const one of statements) await execute(client, one, ids.get(one.kind) ?? []);
          },
          isCommitted ? 'COMMIT' : 'ROLLBACK',
        );
      }
      const { wanted, found } = await compareLog(owner);
      expect(found).toEqual(wanted);
    }),
    { numRuns: 25 },
  );
});

async function execute(client: PoolClient, { kind, isUpsert, rows, set, isUndone }: Statement, all: readonly string[]) {
  const ids = rows.map((row) => all[row]);
  const names = Object.keys(set);
  if (names.length === 0) return;
  const { table } = subjectTables[kind];
  const assignments = names.map((column, at) => `${column} = ${assigned(column, at + 2, `${table}.id`)}`).join(', ');
  const row = { ...common, ...needed[kind] };
  const text = isUpsert
    ? `INSERT INTO ${table} (${Object.keys(row).join(', ')})
       SELECT ${Object.values(row).join(', ')} FROM unnest($1::uuid[]) id ON CONFLICT (id) DO UPDATE SET ${assignments}`
    : `UPDATE ${table} SET ${assignments} WHERE id = ANY ($1)`;
  await client.query('SAVEPOINT before');
  try {
    await client.query(text, [ids, ...Object.values(set)]);
    if (isUndone) await client.query('ROLLBACK TO before');
  } catch (error) {
    // A row that cannot be, which the table refuses: an event that came before the refusal must be gone too.
    expect((error as { readonly code?: string }).code).toMatch(/^(23514|23505)$/);
    await client.query('ROLLBACK TO before');
  }
}
