import { openDatabase } from '@card-gateway/database';
import { withClient } from '@card-gateway/database/testing';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCard, listCards } from '../src/cards/store.ts';
import { getOperation, listOperations } from '../src/operations/store.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

// Planning a statement with joins takes the database longer than reading a row, or a page.

let database: TestDatabase;
let pool: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openDatabase(database.url, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 });
  await withClient(database.ownerUrl, (owner) =>
    owner.query(`
    ALTER TABLE operations DISABLE TRIGGER USER;
    INSERT INTO operations (id, tenant, caller, type, provider, account, resource_id, state, settled_by, settled_at, created_at, updated_at)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 'crowd', 'tests', 'issueCard', 'p', 'a', lpad(to_hex(n), 32, '0')::uuid, 'succeeded', 'answer', now(), now(), now()
    FROM generate_series(1, 20000) n;
    ALTER TABLE operations ENABLE TRIGGER USER;
    INSERT INTO cards (id, tenant, provider, account, provider_ref, product_ref, status, operation_id, created_at, updated_at)
    SELECT id, tenant, provider, account, id::text, 'product', 'active', id, created_at, updated_at FROM operations;
    ANALYZE operations, cards`),
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const id = '00000000-0000-0000-0000-000000000007';
const page = { limit: 50, after: null, afterAt: null, list: '' };
const everything = { types: undefined, syncsOfCards: undefined };

const calls: Readonly<Record<string, (client: PoolClient, tenant: string) => Promise<unknown>>> = {
  'one card': (client, tenant) => getCard(client, tenant, id),
  'one operation': (client) => getOperation(client, id),
  'a page of cards': (client, tenant) => listCards(client as unknown as Pool, { tenant }, page),
  'a page of cards from a time on': (client, tenant) =>
    listCards(client as unknown as Pool, { tenant, before: id }, page),
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
