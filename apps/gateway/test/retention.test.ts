import { newUuid, nilUuid, Pan, type ProviderCard, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeProviderCards } from '../src/cards/provider-cards-store.ts';
import { removeOld } from '../src/jobs/retention.ts';
import { emptyOver } from '../src/jobs/retention-store.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard } from './setup/orders.ts';
import { ahead } from './setup/reconcile.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: {
      CARD_DATA_KEPT_DAYS: '10',
      SYNCS_KEPT_DAYS: '10',
      FAILED_CALLBACKS_KEPT_DAYS: '20',
      DELIVERY_ATTEMPTS_KEPT_DAYS: '10',
    },
  });
});
afterAll(() => gateway.close());

const dayMs = 86_400_000;
const removedAfter = (days: number) => removeOld(ahead(gateway, days * dayMs));
const owner = { tenant: 'default', name: 'open-api', provider: 'open-api' };

test('the number of a card that is over goes, lists do not bring it back, and it comes back with the card', async () => {
  const pan = Pan.parse('4288017683479975');
  if (pan === null) throw new Error('That is no card number.');
  const describe = (providerRef: string, status: ProviderCard['status'], days: number) =>
    storeProviderCards(
      gateway.pool,
      gateway.sealing,
      owner,
      [{ providerRef, status, pan } as ProviderCard],
      new Date(Date.now() + days * dayMs),
    );
  const kept = async (providerRef: string) => {
    const { rows } = await gateway.pool.query<{ sealed: boolean; found: boolean; last4: string }>(
      'SELECT pan_sealed IS NOT NULL AS sealed, pan_fingerprint IS NOT NULL AS found, last4 FROM cards WHERE provider_ref = $1',
      [providerRef],
    );
    return rows[0];
  };
  const [there, gone] = [
    { sealed: true, found: true, last4: '9975' },
    { sealed: false, found: false, last4: '9975' },
  ];
  await describe('over', 'cancelled', 0);
  await describe('used', 'active', 0);
  expect(await removedAfter(9)).toMatchObject({ card_numbers: 0 });
  expect(await removedAfter(11)).toMatchObject({ card_numbers: 1 });
  expect(await Promise.all([kept('over'), kept('used')])).toEqual([gone, there]);
  await describe('over', 'cancelled', 1);
  expect(await kept('over')).toEqual(gone);
  await describe('over', 'active', 2);
  expect(await kept('over')).toEqual(there);
});

test('the fingerprints of a binding that is over go; of one that is not, or not resolved, they stay; repeats are answered as before', async () => {
  const { client, sandbox, pool } = gateway;
  const order = { body: bankCard(), idempotencyKey: 'an-order' };
  const [over, open] = [await client.startBinding(order), await client.startBinding({ body: bankCard() })];
  sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault: 'reset' });
  const lost = await client.startBinding({ body: bankCard() });
  await pool.query("UPDATE bindings SET status = 'expired' WHERE id = ANY ($1::uuid[])", [
    [over, lost].map(({ id }) => uuidOf('binding', id)),
  ]);
  expect(await removedAfter(9)).toMatchObject({ binding_fingerprints: 0 });
  expect(await removedAfter(11)).toMatchObject({ binding_fingerprints: 1 });
  const { rows } = await pool.query<{ id: string; found: number }>(
    'SELECT id, num_nonnulls(pan_fingerprint, phone_fingerprint, token_fingerprint) AS found FROM bindings',
  );
  const found = (id: string): number | undefined => rows.find((row) => row.id === uuidOf('binding', id))?.found;
  expect([over, open, lost].map(({ id }) => found(id))).toEqual([0, 2, 2]);
  expect(await client.call('startBinding', order)).toMatchObject({ replayed: true, data: { id: over.id } });
});

test('failed callbacks and syncs go after theirs, others and the audit log stay, and all is counted', async () => {
  const { pool } = gateway;
  await pool.query(
    `INSERT INTO callbacks (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, failure, received_at)
     SELECT gen_random_uuid(), 'default', 'p', 'a', 'key ' || n, 'other', '\\x0100', 'failed', 'why', now() - n * interval '10 days'
     FROM generate_series(0, 3) n`,
  );
  // Whatever their age: a waiting callback that lost its job is first shown as failed; a processed one has its own period.
  await pool.query(
    `INSERT INTO callbacks (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, worked_at, received_at)
     SELECT gen_random_uuid(), 'default', 'p', 'a', 'key ' || state, 'other', '\\x0100', state, worked_at, now() - interval '40 days'
     FROM (VALUES ('received', NULL), ('worked', now())) other (state, worked_at)`,
  );
  await pool.query(
    `INSERT INTO syncs (id, tenant, provider, account, kind, state, created_at, finished_at)
     SELECT gen_random_uuid(), 'default', 'p', 'a', 'cards', 'succeeded', now() - n * interval '8 days', now() - n * interval '8 days'
     FROM generate_series(0, 3) n`,
  );
  const audited = async () => (await pool.query('SELECT FROM audit_log')).rowCount;
  const before = await audited();
  expect(await removedAfter(1)).toMatchObject({ failed_callbacks: 2, syncs: 2 });
  expect(await audited()).toBe(before);
  const { rows } = await pool.query('SELECT state FROM callbacks ORDER BY state');
  expect(rows.map(({ state }) => state as string)).toEqual(['failed', 'failed', 'failed', 'worked']);
  const { text } = await gateway.services.metrics.text(gateway.services);
  for (const line of ['card_numbers"} 1', 'binding_fingerprints"} 1', 'failed_callbacks"} 2', 'syncs"} 2']) {
    expect(text).toContain(`gateway_retention_removed_total{kind="${line}`);
  }
});

test('attempts to post events go after theirs', async () => {
  const { pool } = gateway;
  const ages = [0, 8, 9.9, 10.1, 400];
  await pool.query(
    `INSERT INTO delivery_attempts (id, tenant, destination_id, event_id, type, attempt, delivered, duration_ms, attempted_at)
     SELECT id, 'default', id, id, 'card.updated', 1, true, 1, now() FROM unnest($1::uuid[]) id`,
    [ages.map((days) => newUuidAt(Date.now() - days * dayMs))],
  );
  expect(await removedAfter(0)).toMatchObject({ delivery_attempts: 2 });
  expect(await removedAfter(0)).toMatchObject({ delivery_attempts: 0 });
  expect(await removedAfter(5)).toMatchObject({ delivery_attempts: 2 });
});

/** Like an id that was made at that time. */
function newUuidAt(time: number): string {
  const digits = Math.floor(time).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7${newUuid(time).slice(15)}`;
}

test('each statement reads as many rows as it may, and the next one those after them, whatever their age', async () => {
  const { pool } = gateway;
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, pan_sealed, pan_fingerprint, created_at, updated_at)
     SELECT lpad(n::text, 32, '0')::uuid, 'default', 'p', 'a', n::text, 'cancelled', '\\x0100', n::text, now(),
       now() - n * interval '1 day'
     FROM (VALUES (1), (12), (13)) old (n) RETURNING id`,
  );
  const before = new Date(Date.now() - 10 * dayMs);
  const next = (after: string) => emptyOver(pool, 'card_numbers', before, { after, most: 2 });
  const [young, old, older] = rows.map(({ id }) => id);
  expect(await next(nilUuid)).toEqual({ id: old, emptied: 1 });
  expect(await next(String(old))).toEqual({ id: older, emptied: 1 });
  expect(await next(String(older))).toBeNull();
  expect(await next(nilUuid)).toEqual({ id: young, emptied: 0 });
});
