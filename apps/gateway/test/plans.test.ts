import { newUuid, operationTypes } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import { withClient } from '@card-gateway/database/testing';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { counted, startColumns } from '../src/bindings/start-limits-store.ts';
import { type ArrivedCallback, storeCallback } from '../src/callbacks/intake-store.ts';
import { type CardFilter, listCards, listCardVersions } from '../src/cards/list-store.ts';
import { getCard } from '../src/cards/store.ts';
import { cardVersion, versionedCards } from '../src/cards/version-store.ts';
import { noEarlierOpen } from '../src/ledger/resolve-store.ts';
import { getOperation, listOperations, type OperationFilter } from '../src/operations/store.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { countingRows } from './setup/rows-read.ts';

// Planning a statement with joins takes the database longer than reading a row, or a page. Each filter has an index that finds its
// rows among millions of others.

const rows = `SELECT lpad(to_hex(n), 32, '0')::uuid AS id, tenant, account, type, (n % 100000) <= 3 AND tenant = 'crowd' AS isRare
  FROM (VALUES ('crowd', 'a', 'issueCard', 0, 20000), ('crowd', 'b', 'freezeCard', 100000, 20000), ('few', 'c', 'issueCard', 200000, 3))
    AS groups (tenant, account, type, since, count), generate_series(since + 1, since + count) n`;

let database: TestDatabase;
let pool: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openDatabase(database.url, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 });
  await withClient(database.ownerUrl, async (owner) => {
    await owner.query('ALTER TABLE operations DISABLE TRIGGER USER');
    // Of 20,000 in each of two accounts, the first three of an account differ; a tenant of a third account has three.
    await owner.query(`
      INSERT INTO operations (id, tenant, caller, type, provider, account, resource_id, state, settled_by, settled_at, refusal,
        created_at, updated_at)
      SELECT id, tenant, 'tests', CASE WHEN isRare THEN 'cancelCard' ELSE type END, 'p', account, id,
        CASE WHEN isRare THEN 'refused' ELSE 'succeeded' END, 'answer', now(), CASE WHEN isRare THEN '{}'::jsonb END, now(), now()
      FROM (${rows})`);
    await owner.query(`
      INSERT INTO cards (id, tenant, provider, account, provider_ref, product_ref, cardholder_ref, status, last4, operation_id,
        created_at, updated_at)
      SELECT id, tenant, 'p', account, id::text, CASE WHEN isRare THEN 'rare' ELSE 'usual' END,
        CASE WHEN isRare THEN 'rare' ELSE 'usual' END, CASE WHEN isRare THEN 'frozen' ELSE 'active' END,
        CASE WHEN isRare THEN '0001' ELSE '0002' END, id, now(), now()
      FROM (${rows})`);
    await owner.query('ALTER TABLE operations ENABLE TRIGGER USER');
    await owner.query('ANALYZE operations, cards');
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const id = '00000000-0000-0000-0000-000000000007';
const page = { limit: 50, after: null, afterAt: null, list: '' };
const everything = { types: operationTypes, syncsOfCards: undefined };

const arrived = (): ArrivedCallback => ({
  id: newUuid(Date.now()),
  tenant: 'crowd',
  provider: 'p',
  account: 'a',
  deduplicationKey: newUuid(Date.now()),
  kind: 'card_changed',
  recordSealed: Buffer.alloc(0),
  receivedAt: new Date(),
  hintEveryMs: 0,
  change: { providerRef: id, status: 'frozen', providerStatus: 'Frozen', earliest: new Date(), latest: new Date() },
});

const calls: Readonly<Record<string, (client: PoolClient, tenant: string) => Promise<unknown>>> = {
  'one card': (client, tenant) => getCard(client, tenant, id),
  'one operation': (client) => getOperation(client, id),
  'a callback with its change': (client) => storeCallback(client as unknown as Pool, arrived()),
  'a page of cards': (client, tenant) => listCards(client as unknown as Pool, { tenant }, page),
  'a page of cards from a time on': (client, tenant) =>
    listCards(client as unknown as Pool, { tenant, before: id }, page),
  "the versions of a page's cards": (client, tenant) => listCardVersions(client, { tenant, before: id }, page),
  'the version of a card': (client) => cardVersion(client, id),
  'cards with their versions': (client) => versionedCards(client, [id]),
  'a page of operations': (client, tenant) =>
    listOperations(client as unknown as Pool, { tenant, ...everything }, page),
};

test.each(Object.entries(calls))('%s is planned once, and not for each request', async (_name, ask) => {
  const client = await pool.connect();
  try {
    await client.query('DEALLOCATE ALL');
    for (let turn = 0; turn < 12; turn += 1) await ask(client, turn % 2 === 0 ? 'crowd' : 'few');
    const { rows } = await client.query(
      'SELECT name, generic_plans::int, custom_plans::int FROM pg_prepared_statements',
    );
    expect(rows).toEqual([expect.objectContaining({ generic_plans: 7, custom_plans: 5 })]);
  } finally {
    client.release(true);
  }
});

const cardFilters: readonly Omit<CardFilter, 'tenant'>[] = [
  {},
  { before: id },
  { account: 'a' },
  { status: 'frozen' },
  { last4: '0001' },
  { account: 'b', cardholderRef: 'rare' },
  { account: 'b', productRef: 'rare' },
  { account: 'a', status: 'frozen' },
  { account: 'a', status: 'active', last4: '0001' },
  { account: 'b', productRef: 'usual', status: 'frozen' },
  { account: 'b', productRef: 'rare', cardholderRef: 'usual', status: 'active' },
];
const operationFilters: readonly Partial<OperationFilter>[] = [
  {},
  { account: 'a' },
  { state: 'refused' },
  { state: 'unknown' },
  { state: 'succeeded' },
  { types: ['cancelCard'] },
  { types: ['cancelCard', 'freezeCard'], state: 'refused' },
  { account: 'a', types: ['freezeCard'] },
  { account: 'a', state: 'refused' },
  { account: 'b', types: ['cancelCard'], state: 'refused' },
  { account: 'b', types: ['freezeCard'], state: 'succeeded' },
];

// For what its filters leave, not for what the table holds.
describe.each(['crowd', 'few'])('for the tenant "%s" a list reads few rows', (tenant) => {
  const countOf = async (listing: (to: Pool) => Promise<readonly unknown[]>): Promise<number> => {
    const read: number[] = [];
    await withClient(database.ownerUrl, (owner) => listing(countingRows(owner, ['cards', 'operations'], read)));
    return read.reduce((sum, one) => sum + one, 0);
  };
  test.each(cardFilters)('of cards by %o', async (filter) => {
    expect(await countOf((to) => listCards(to, { tenant, ...filter }, page))).toBeLessThan(1000);
  });
  test.each([{}, { before: id }, { after: id }])('of the versions of cards by %o', async (filter) => {
    expect(await countOf((to) => listCardVersions(to, { tenant, ...filter }, page))).toBeLessThan(100);
  });
  test.each(operationFilters)('of operations by %o', async (filter) => {
    expect(await countOf((to) => listOperations(to, { tenant, ...everything, ...filter }, page))).toBeLessThan(1000);
  });
});

// The id alone is the key of all operations that are older than one.
test('an earlier write on a resource is looked for among its own, also before there are statistics', async () => {
  await withClient(database.ownerUrl, async (owner) => {
    await owner.query(`CREATE TEMP TABLE operations (LIKE operations INCLUDING INDEXES INCLUDING DEFAULTS);
      INSERT INTO operations (id, tenant, caller, type, provider, account, resource_id, state, created_at, updated_at, answer)
      SELECT gen_random_uuid(), 't', 'tests', 'freezeCard', 'p', 'a', gen_random_uuid(), 'succeeded', now(), now(),
        to_json(repeat('x', 700)) FROM generate_series(1, 2000)`);
    const { rows } = await owner.query(`EXPLAIN SELECT FROM json_to_recordset('[]') AS said (id uuid),
      LATERAL (SELECT FROM operations o WHERE o.id = said.id AND ${noEarlierOpen} FOR UPDATE) now`);
    expect(JSON.stringify(rows)).toContain('(resource_id = o.resource_id)');
    expect(JSON.stringify(rows)).not.toContain('Index Cond: (id < o.id)');
  });
});

test('what counts for the limits of a binding is looked for by its keys, also before there are statistics', async () => {
  await withClient(database.ownerUrl, async (owner) => {
    await owner.query(`CREATE TEMP TABLE bindings (LIKE bindings INCLUDING INDEXES INCLUDING DEFAULTS);
      INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, status, masked_number, last4, operation_id, created_at, updated_at,
        pan_fingerprint, phone_fingerprint, sms_at)
      SELECT gen_random_uuid(), 't', 'p', 'a', n, 'bank_card', 'refused', '6217', '1234', gen_random_uuid(), now(), now(), 'card ' || n,
        repeat('phone', 12) || n, now() FROM generate_series(1, 100) n`);
    const { rows } =
      await owner.query(`EXPLAIN SELECT FROM json_to_recordset('[]') AS asked (tenant text, account text, ${startColumns}), ${counted}
      WHERE card.until IS NULL AND card.verifying IS NULL AND latest.in_hour IS NULL AND latest.in_day IS NULL AND latest.number_at IS NULL`);
    expect(JSON.stringify(rows)).toContain('bindings_phone');
    expect(JSON.stringify(rows)).not.toContain('Seq Scan');
  });
});

// Otherwise each change of a row writes to all indexes of its table, those of conditions too (PostgreSQL, "Heap-Only Tuples").
test('no index contains what every change of a row changes', async () => {
  const { rows } = await pool.query(
    `SELECT indexrelid::regclass::text AS name FROM pg_index
     WHERE indrelid = ANY ('{cards,bindings,cardholders,transfers,card_transactions,operations}'::regclass[])
       AND pg_get_indexdef(indexrelid) ~ 'updated_at|synced_at|operation_id'`,
  );
  // A transfer is written by one operation for ever.
  expect(rows).toEqual([{ name: 'transfers_operation_key' }]);
});

// An id is newer than all others of its group: pages that fill from their left end split in halves (docs/decisions/speed-of-rows.md).
test('where an index ends in the id, it ascends', async () => {
  const { rows } = await pool.query(
    `SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class c ON c.oid = indrelid
     WHERE relnamespace = 'public'::regnamespace AND pg_get_indexdef(indexrelid) ~ '\\mid DESC\\)'`,
  );
  // Ordered by another time, of one card.
  expect(rows).toEqual([{ name: 'card_transactions_card_idx' }]);
});
