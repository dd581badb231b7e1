import { glob, readFile } from 'node:fs/promises';
import { createDatabase, type OwnDatabase } from '@card-gateway/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStatements } from './statements/check.ts';
import { type Describe, openDescriber } from './statements/describe.ts';
import { laterThanPostgres15 } from './statements/postgres-15.ts';
import { Source } from './statements/source.ts';

// Every statement of the gateway, read out of its source as the compiler sees it, is described by the migrated database: its
// parameters fit the values it is given, and its columns are the members of the type that its rows are said to have.

/** Columns that are never null, though neither the schema nor the statement's plan shows it. */
const neverNull = {
  'measured/unresolved-store.ts: "oldestUnknownSince" may be null, and is Date here': 'the rule operations_unknown',
  'bindings/start-limits-store.ts: "id" may be null, and is string here': 'each row that is given has one',
  'cards/provider-cards-store.ts: "version" may be null, and is string here': 'each row has an `xmin`',
  'cards/provider-cards-store.ts: "providerRef" may be null, and is string here': 'what rows are matched by',
  'bindings/bound-cards-store.ts: "place" may be null, and is number here': 'numbers of rows, through a UNION',
  'cards/store.ts: "id" may be null, and is string here': 'each claim that is given has one',
  'transfers/store.ts: "id" may be null, and is string here': 'the same',
  'cards/list-store.ts: "packed" may be null, and is string here': 'concat_ws is null for a null separator alone',
  'cards/list-store.ts: "tenant" may be null, and is string here': 'each page that is asked for has one',
  'cards/list-store.ts: "since" may be null, and is string here': 'each page that is asked for has one',
  'cards/list-store.ts: "before" may be null, and is string here': 'each page that is asked for has one',
  'cards/version-store.ts: "packed" may be null, and is string here': 'concat_ws is null for a null separator alone',
  'cards/version-store.ts: "version" may be null, and is string here': 'the same',
  'cards/version-store.ts: "isComplete" may be null, and is boolean here': 'an operation that is there has a state',
  'sealed/store.ts: "sealed" may be null, and is Buffer<ArrayBufferLike> here':
    'its key, which is asked for, is kept with it',
  'events/mark-store.ts: "position" may be null, and is string here': 'a sum of three that are not null',
  'events/feed-store.ts: "end" may be null, and is string here': 'a sum of two that are not null',
  'events/feed-store.ts: "image" may be null, and is string here': 'a column that is never null, as text',
  'events/sequencer-store.ts: "next" may be null, and is string here': 'a sum of two that are not null',
  'events/sequencer-store.ts: "highest" may be null, and is string here': 'a pass’s last run has it',
  'events/sequencer-store.ts: "missing" may be null, and is string here': 'a pass’s last run has it',
  'events/sequencer-store.ts: "writer" may be null, and is string here': 'a lock has a holder',
  'jobs/retention-store.ts: "emptied" may be null, and is number here': 'a count',
  'events/sequencer-store.ts: "is_late" may be null, and is boolean here':
    'a position is compared with one that is not null',
};

const withoutLine = (fault: string): string => fault.replace(/:\d+/, '');

let database: OwnDatabase;
let client: pg.Client;
let describe: Describe;
const texts: string[] = [];
const source = new Source();
const project = source.open();

beforeAll(async () => {
  database = await createDatabase('migrated');
  client = new pg.Client({ connectionString: database.superuserUrl });
  await client.connect();
  describe = await openDescriber(client);
});

afterAll(async () => {
  source.close();
  await client.end();
  await database.drop();
});

test('every statement is what the schema says', async () => {
  const { faults, calls } = await checkStatements(project, Source.files(project), (text) => {
    texts.push(text);
    return describe(text);
  });
  expect(faults.filter((fault) => !(withoutLine(fault) in neverNull))).toEqual([]);
  expect(faults.map(withoutLine)).toEqual(expect.arrayContaining(Object.keys(neverNull)));
  expect(calls).toBeGreaterThan(150);
});

test('statements and migrations are known to the oldest PostgreSQL that is supported', async () => {
  const migrations = new URL('../../../prisma/migrations/', import.meta.url);
  for await (const file of glob('*/migration.sql', { cwd: migrations }))
    texts.push(await readFile(new URL(file, migrations), 'utf8'));
  expect(texts.flatMap(laterThanPostgres15)).toEqual([]);
  expect(texts.length).toBeGreaterThan(200);
  expect(
    ['SELECT 1 FROM (SELECT 2)', "SELECT JSON_OBJECT('a': 1) FROM (VALUES (1)) AS one"].flatMap(laterThanPostgres15),
  ).toHaveLength(2);
});

test('what is changed in the schema is found', async () => {
  await client.query(`
    ALTER TABLE api_keys RENAME COLUMN caller TO called_by;
    ALTER TABLE key_checks ALTER COLUMN check_value TYPE text USING 'x';
    ALTER TABLE audit_log ALTER COLUMN caller DROP NOT NULL`);
  const files = ['keys/store.ts', 'sealed/store.ts', 'audit/store.ts'];
  const { faults } = await checkStatements(project, files, await openDescriber(client));
  expect([...new Set(faults.map(withoutLine))]).toEqual([
    'keys/store.ts: column "caller" does not exist',
    'keys/store.ts: column "caller" of relation "api_keys" does not exist',
    'sealed/store.ts: "sealed" may be null, and is Buffer<ArrayBufferLike> here',
    'sealed/store.ts: "value" is text to the database, and Buffer<ArrayBufferLike> here',
    'audit/store.ts: "caller" may be null, and is string here',
  ]);
});

/** Each in a statement of its own: what is written there instead, and what is found. */
const planted: readonly { file: string; instead: readonly [string, string]; found: readonly string[] }[] = [
  {
    file: 'transfers/store.ts',
    instead: ['t.provider, t.account,', 't.provider AS account, t.account AS provider,'],
    found: ['"account" is the column transfers.provider', '"provider" is the column transfers.account'],
  },
  {
    file: 'transfers/store.ts',
    instead: ['values: [id, at],', 'values: [id],'],
    found: ['1 values for 2 parameters'],
  },
  {
    file: 'cardholders/store.ts',
    instead: ['h.fail_reason AS "failReason"', 'h.failure AS "failReason"'],
    found: ['column h.failure does not exist'],
  },
  {
    file: 'catalog/store.ts',
    instead: ['readonly bin: string | null;', 'readonly bin: string;'],
    found: ['"bin" may be null, and is string here'],
  },
  {
    file: 'catalog/store.ts',
    instead: ['readonly issuable: boolean;', 'readonly issuable: boolean | null;'],
    found: ['"issuable" is never null, and is boolean | null here'],
  },
  {
    file: 'catalog/store.ts',
    instead: ['JSON.stringify(rows), account.tenant', 'rows, account.tenant'],
    found: ['$2 is jsonb to the database, and {'],
  },
  {
    file: 'syncs/store.ts',
    instead: ['readonly startedAt: Date | null;', 'readonly startedAt: string | null;'],
    found: ['"startedAt" is timestamptz to the database, and string | null here'],
  },
  {
    file: 'syncs/store.ts',
    instead: ['s.total, s.failure', 's.failure'],
    found: ['"total" is in no column'],
  },
  {
    file: 'cards/store.ts',
    instead: ['readonly cardholderId: string | null;', 'readonly cardholderId: string;'],
    found: ['"cardholderId" may be null, and is string here'],
  },
  {
    file: 'cards/store.ts',
    instead: ['types: shownInstants,', ''],
    found: ['"createdAt" is timestamptz to the database, and string here'],
  },
  {
    file: 'ledger/store.ts',
    instead: ['silent_ms::float8 AS "silentMs"', 'silent_ms AS "silentMs"'],
    found: ['"silentMs" is int8 to the database, and number here'],
  },
  {
    file: 'ledger/queue-store.ts',
    instead: ['[operation.id, waitMs, operation.account]', '[operation.id, operation.account, waitMs]'],
    found: ['$2 is float8 to the database, and string here', '$3 is text to the database, and number here'],
  },
  {
    file: 'sealed/store.ts',
    instead: [
      "query<{ id: string }>('SELECT id FROM retired_sealing_keys')",
      "query('SELECT id FROM retired_sealing_keys')",
    ],
    found: ['rows are read, and nothing says of which type they are'],
  },
  {
    file: 'accounts/tenant-store.ts',
    instead: ["'DELETE FROM account_tenants WHERE account = $1 RETURNING tenant'", 'name'],
    found: ['cannot tell what `client.query<{ tenant: string }>('],
  },
  {
    file: 'bindings/store.ts',
    instead: ["'b.kind =': filter.kind", "'b.sms_at =': filter.kind"],
    found: ['$2 is timestamptz to the database, and "bank_card"'],
  },
  {
    file: 'cards/change-store.ts',
    instead: ['c.synced_at, moved.at', 'c.synced_at, moved.instant'],
    found: ['column moved.instant does not exist'],
  },
  {
    file: 'cards/change-store.ts',
    instead: ['AND status = asked.status', 'AND state = asked.status'],
    found: ['column "state" does not exist'],
  },
  {
    file: 'operations/resolution-store.ts',
    instead: ['"providerRef"', '"providerReference"'],
    found: ['"providerRef" is in no column', 'the column "providerReference" is not in the row\'s type'],
  },
];

test('what is planted in the source is found', async () => {
  const changed: Record<string, string> = {};
  for (const { file, instead } of planted) {
    const text = changed[file] ?? (await readFile(Source.path(file), 'utf8'));
    expect(text).toContain(instead[0]);
    changed[file] = text.replaceAll(...instead);
  }
  const { faults } = await checkStatements(source.change(changed), Object.keys(changed), describe);
  for (const { file, found } of planted) {
    for (const fault of found)
      expect(faults.map(withoutLine)).toContainEqual(expect.stringContaining(`${file}: ${fault}`));
  }
});
