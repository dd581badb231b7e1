import type { Client, OperationInput } from '@card-gateway/client';
import { firstUuidAt, newUuid } from '@card-gateway/core';
import { inTransaction } from '@card-gateway/database';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { moveAccount } from '../src/accounts/tenant-store.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

// Lists are read over and over while everything that a card shows changes on several connections. Whenever that pauses, pages by
// versions, and reads by versions, must equal pages that are read without them.

type Query = NonNullable<OperationInput<'listCards'>['query']>;

const since = Date.parse('2026-01-01T00:00:00Z');
const at = (n: number): string => new Date(since + n * 1000).toISOString();
const tenants = ['default', 'other'] as const;
/** Of `moving`, the tenant changes. */
const accounts = ['one', 'two', 'moving'] as const;
const queries: readonly Query[] = [
  {},
  { createdBefore: at(70) },
  { createdAfter: at(30) },
  { createdAfter: at(20), createdBefore: at(120) },
];

let gateway: TestGateway;
const readers: { readonly own: string; readonly client: Client }[] = [];
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  for (const [index, tenant] of tenants.entries()) {
    readers.push({ own: accounts[index] ?? '', client: (await gateway.key({ tenant })).client });
  }
  await gateway.owner.query(
    `INSERT INTO account_tenants VALUES ('one', 'default'), ('two', 'other'), ('moving', 'other')`,
  );
  for (const account of accounts) {
    for (let n = 0; n < 60; n += 1) await gateway.owner.query(insertCard, [account, cardId()]);
  }
});
afterAll(() => gateway.close());

const random = (below: number): number => Math.floor(Math.random() * below);
const oneOf = <T>(values: readonly T[]): T => values[random(values.length)] as T;
const cardId = (): string =>
  firstUuidAt(since + random(150) * 1000).slice(0, -12) + String(random(1e12)).padStart(12, '0');

/** So many that some are unknown until the end. */
const holders = Array.from({ length: 12 }, (_none, n) => `holder ${n}`);

const insertCard = `
  INSERT INTO cards (id, tenant, provider, account, status, created_at, updated_at)
  SELECT $2, tenant, 'keysecure', account, 'active', now(), now() FROM account_tenants WHERE account = $1
  ON CONFLICT DO NOTHING`;
const anyCard = `(SELECT id FROM cards WHERE account = $1 ORDER BY random() LIMIT 1)`;

/** Changes of an account, which is $1, as the gateway and its commands make them. */
const changes: readonly ((client: PoolClient, account: string) => Promise<unknown>)[] = [
  (client, account) =>
    client.query(`UPDATE cards SET status = $2, balance = $3, network = $4 WHERE id = ${anyCard}`, [
      account,
      oneOf(['active', 'frozen', 'cancelled']),
      oneOf(['1', '1.0', '2', null]),
      oneOf(['visa', null]),
    ]),
  (client, account) =>
    client.query(`UPDATE cards SET product_ref = $2, cardholder_ref = $3 WHERE id = ${anyCard}`, [
      account,
      oneOf(['one', 'two', null]),
      oneOf([...holders, null]),
    ]),
  (client, account) => client.query(`UPDATE cards SET synced_at = now() WHERE id = ${anyCard}`, [account]),
  (client, account) => client.query(`DELETE FROM cards WHERE id = ${anyCard}`, [account]),
  (client, account) => client.query(insertCard, [account, cardId()]),
  (client, account) =>
    client.query(
      `INSERT INTO card_products (id, tenant, provider, account, provider_ref, network, balance_currency, status, issuable, seen_at)
       SELECT $2, tenant, 'keysecure', $1, $3, $4, $5, 'available', true, now() FROM account_tenants WHERE account = $1
       ON CONFLICT (account, provider_ref) DO UPDATE SET network = excluded.network, balance_currency = excluded.balance_currency`,
      [account, newUuid(Date.now()), oneOf(['one', 'two']), oneOf(['visa', 'jcb', null]), oneOf(['EUR', 'USD', null])],
    ),
  (client, account) =>
    client.query('DELETE FROM card_products WHERE account = $1 AND provider_ref = $2', [
      account,
      oneOf(['one', 'two']),
    ]),
  (client, account) =>
    client.query(
      `INSERT INTO cardholders (id, tenant, provider, account, provider_ref, reference, status, created_at, updated_at)
       SELECT $2, tenant, 'keysecure', $1, $3, $3, 'approved', now(), now() FROM account_tenants WHERE account = $1 ON CONFLICT DO NOTHING`,
      [account, newUuid(Date.now()), oneOf(holders)],
    ),
  (client, account) =>
    client.query(
      `WITH claimed AS (
         INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state, settles_by, lease_until, created_at, updated_at)
         SELECT $2::uuid, tenant, 'tests', $2::uuid::text, 'hash', 'freezeCard', 'keysecure', account, id, 'submitting', 'look-up', now(), now(), now()
         FROM cards WHERE id = ${anyCard} RETURNING id, resource_id)
       UPDATE cards c SET operation_id = claimed.id FROM claimed WHERE c.id = claimed.resource_id`,
      [account, newUuid(Date.now())],
    ),
  (client, account) =>
    client.query(
      `UPDATE operations SET state = 'unknown', unknown_because = 'no_answer', unknown_since = now(), settles_by = 'look-up',
         next_look_up_at = now(), lease_until = NULL WHERE account = $1 AND state IN ('submitting', 'unknown')`,
      [account],
    ),
  (client, account) =>
    client.query(
      `WITH resolved AS (
         UPDATE operations SET state = 'succeeded', settled_by = 'answer', settled_at = now(), next_look_up_at = NULL, lease_until = NULL
         WHERE id IN (SELECT id FROM operations WHERE account = $1 AND state IN ('submitting', 'unknown') LIMIT 3) RETURNING id)
       INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
       SELECT id, 0, 'send', now(), now(), 'done' FROM resolved`,
      [account],
    ),
];

/** Some changes of an account as one transaction, some of which are taken back. */
async function change(): Promise<void> {
  const account = oneOf(accounts);
  await inTransaction(gateway.owner, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [account]);
    for (let n = random(4); n >= 0; n -= 1) {
      await client.query('SAVEPOINT one');
      await oneOf(changes)(client, account);
      await client.query(`${oneOf(['RELEASE', 'RELEASE', 'ROLLBACK TO'])} SAVEPOINT one`);
    }
  });
}

const move = () => moveAccount(gateway.owner, { name: 'moving', tenant: oneOf(tenants) }, async () => {});

async function walk(client: Client, query: Query) {
  const walked = [];
  for await (const card of client.all('listCards', { query })) walked.push(card);
  return walked;
}

async function readWhile(isChanging: () => boolean): Promise<void> {
  await Promise.all(
    readers.flatMap(({ own, client }) =>
      queries.map(async (query) => {
        while (isChanging()) {
          const cards = await walk(client, query);
          const ids = cards.map(({ id }) => id);
          expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
          for (const { account } of cards) expect([own, 'moving']).toContain(account);
        }
      }),
    ),
  );
}

const rounds = 5;
test('pages and reads by versions equal plain pages after any changes', async () => {
  for (let round = 0; round < rounds; round += 1) {
    let isChanging = true;
    const reading = readWhile(() => isChanging);
    const changing = Array.from({ length: 2 }, async () => {
      for (let n = 0; n < 15; n += 1) await change();
    });
    await Promise.all(changing);
    await move();
    isChanging = false;
    await reading;
    for (const { client } of readers) {
      for (const query of queries)
        expect(await walk(client, query)).toEqual(await walk(client, { ...query, limit: 49 }));
      const plain = await walk(client, { limit: 49 });
      expect(await Promise.all(plain.map(({ id }) => client.getCard({ params: { id } })))).toEqual(plain);
    }
  }
});
