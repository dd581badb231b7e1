import { type BoundCard, Secret, uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { storeBoundCards } from '../src/bindings/bound-cards-store.ts';
import { ingestCards } from '../src/cards/ingest-cards.ts';
import { storeProducts } from '../src/catalog/store.ts';
import { workCallback } from '../src/jobs/callback.ts';
import { startJobs } from '../src/jobs/jobs.ts';
import { scheduleSyncs } from '../src/jobs/schedule-syncs.ts';
import { createLog } from '../src/log.ts';
import { isPulledSince } from '../src/syncs/store.ts';
import { describeTransfer } from '../src/transfers/store.ts';
import { cardUpdate, post, takingCallbacks } from './setup/callbacks.ts';
import { approvedCardholder, cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder } from './setup/orders.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

// The clock of a process was a day ahead for a moment. What it stored then says that it came after all that comes today.

const dayMs = 86_400_000;

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;
beforeAll(async () => {
  // Nothing is worked by itself: each test says when.
  gateway = await startGateway({ ...takingCallbacks, jobs: false });
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());

function account(name: string) {
  const found = gateway.services.accounts.byName(name);
  if (found === undefined) throw new Error(`There is no account ${name}.`);
  return found;
}
const today = (): Date => new Date();

/** A card that was described tomorrow. */
async function describedTomorrow() {
  const card = await cards.made('virtual', 'Activated');
  await gateway.pool.query(
    `UPDATE cards SET status = 'frozen', provider_status = 'Frozen', synced_at = now() + interval '1 day' WHERE id = $1`,
    [uuidOf('card', card.id)],
  );
  return card;
}
const statusOf = async (id: string) => (await gateway.client.getCard({ params: { id } })).status;

test('a card that is read shows what the provider says', async () => {
  const card = await describedTomorrow();
  expect(await cards.refreshed(card.id)).toMatchObject({ status: 'active' });
  gateway.sandbox.admin.keysecure.updateCard(card.id, { status: 'Frozen' });
  expect(await cards.refreshed(card.id)).toMatchObject({ status: 'frozen' });
});

test('a card that is listed, and one that is as it was, are described as of today', async () => {
  const [changed, same] = [await describedTomorrow(), await describedTomorrow()];
  const askedAt = today();
  const rows = [changed, same].map(({ providerRef }, index) => ({
    providerRef: providerRef ?? '',
    ...(index === 0 ? ({ status: 'active', providerStatus: 'Activated' } as const) : {}),
  }));
  await ingestCards(gateway.services, account('keysecure'), rows, { by: 'list', askedAt });
  for (const { id } of [changed, same]) {
    expect(await gateway.client.getCard({ params: { id } })).toMatchObject({ syncedAt: askedAt.toISOString() });
  }
  expect([await statusOf(changed.id), await statusOf(same.id)]).toEqual(['active', 'frozen']);
  // One that was requested before is outdated again.
  const outdated = [{ providerRef: changed.providerRef ?? '', status: 'frozen', providerStatus: 'Frozen' } as const];
  await ingestCards(gateway.services, account('keysecure'), outdated, {
    by: 'list',
    askedAt: new Date(askedAt.getTime() - 1),
  });
  expect(await statusOf(changed.id)).toBe('active');
});

test('a callback about a card takes effect', async () => {
  const card = await describedTomorrow();
  gateway.sandbox.admin.keysecure.updateCard(card.id, { status: 'Delete' });
  const sent = await post(
    `${gateway.url}/callbacks/keysecure`,
    cardUpdate(gateway, { cardNo: card.providerRef ?? '', to: 'Delete' }),
  );
  expect(sent.status).toBe(200);
  const { data } = await gateway.client.listCallbacks({ query: { limit: 1 } });
  await workCallback(gateway.services, uuidOf('callback', data[0]?.id ?? ''), true);
  expect(await statusOf(card.id)).toBe('cancelled');
});

test('a cardholder, a transfer and a product show what the provider says', async () => {
  const { id } = await approvedCardholder(gateway);
  await gateway.pool.query(`UPDATE cardholders SET synced_at = now() + interval '1 day' WHERE id = $1`, [
    uuidOf('cardholder', id),
  ]);
  expect(await gateway.client.getCardholder({ params: { id }, query: { refresh: true } })).toMatchObject({
    status: 'approved',
  });

  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'account/transfer', fault: 'reset' });
  const amount = { amount: '5.00', currency: 'TUSDT' };
  const body = { account: 'keysecure', cardholder: id, direction: 'in', amount } as const;
  const transfer = await gateway.client.createTransfer({ body });
  const uuid = uuidOf('transfer', transfer.id);
  await gateway.pool.query(`UPDATE transfers SET synced_at = now() + interval '1 day' WHERE id = $1`, [uuid]);
  const told = { providerRef: 'T-1', ourReference: null, status: 'pending', providerStatus: 'Pending' } as const;
  await describeTransfer(gateway.pool, uuid, told, today());
  expect(await gateway.client.getTransfer({ params: { id: transfer.id } })).toMatchObject({
    providerStatus: 'Pending',
  });

  await gateway.pool.query(`UPDATE card_products SET seen_at = now() + interval '1 day', name = 'Old'`);
  const productsOf = async () => {
    const { data } = await gateway.client.listCardProducts({ query: { account: 'keysecure', refresh: true } });
    return data.filter(({ name, issuable }) => name === 'Old' || !issuable);
  };
  expect(await productsOf()).toEqual([]);
  await gateway.pool.query(`UPDATE card_products SET seen_at = now() + interval '1 day'`);
  await storeProducts(gateway.pool, account('keysecure'), { products: [], isWhole: true, askedAt: today() });
  const { rows } = await gateway.pool.query(`SELECT FROM card_products WHERE account = 'keysecure' AND issuable`);
  expect(rows).toEqual([]);
  expect(await productsOf()).toEqual([]);
});

test('what a user has bound is what the list says', async () => {
  const bound = (providerRef: string, last4: string): BoundCard => ({
    providerRef,
    kind: 'token',
    maskedNumber: `411111******${last4}`,
    bin: '411111',
    last4,
    network: 'visa',
    cardType: null,
    bank: null,
    expiry: '2030-01',
    binCountry: null,
    pan: null,
    token: new Secret('a'.repeat(64)),
  });
  const list = (cards: readonly BoundCard[], askedAt: Date) =>
    storeBoundCards(gateway.pool, gateway.sealing, account('onerway'), {
      user: 'ahead',
      kind: 'token',
      cards,
      unreadable: 0,
      askedAt,
    });
  await list([bound('1', '1111'), bound('2', '2222')], today());
  await gateway.pool.query(`UPDATE bindings SET synced_at = now() + interval '1 day' WHERE user_ref = 'ahead'`);
  await list([{ ...bound('2', '2222'), expiry: '2031-01' }], today());
  const { data } = await gateway.client.listBindings({ query: { user: 'ahead' } });
  const shown = data.map(({ providerRef, status, expiry }) => [providerRef, status, expiry].join(' '));
  expect(shown.toSorted()).toEqual(['1 removed 2030-01', '2 bound 2031-01']);
});

test('a card sync that is due starts, and a hint is followed by one', async () => {
  const every = { ...account('open-api'), syncEveryMs: 60_000 };
  const accounts = { ...gateway.services.accounts, all: [every] };
  const started = () => scheduleSyncs({ ...gateway.services, accounts });
  expect(await started()).toEqual(['open-api']);
  expect(await started()).toEqual([]);
  // Another interval has its own key.
  every.syncEveryMs = 61_000;
  await gateway.pool.query(
    `UPDATE syncs SET state = 'succeeded', created_at = created_at + interval '1 day', started_at = now() + interval '1 day',
       finished_at = now() + interval '1 day'`,
  );
  expect(await isPulledSince(gateway.pool, 'open-api', today(), today())).toBe(false);
  expect(await started()).toEqual(['open-api']);
});

test('a lost answer is looked up within seconds', async () => {
  const body = await cardOrder(gateway);
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  const { operation } = await gateway.client.issueCard({ body });
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'bad_gateway' });
  await reconcileNow(ahead(gateway, dayMs), operation?.id);
  const { rows } = await gateway.pool.query<{ waits: number }>(
    'SELECT extract(epoch FROM run_at - now())::float8 AS waits FROM graphile_worker.jobs WHERE key = $1',
    [`settle:${uuidOf('operation', operation?.id ?? '')}`],
  );
  expect(rows[0]?.waits).toBeLessThan(60);
});

test('nothing is removed as old by a clock that is ahead', async () => {
  const { pool } = gateway;
  const input = { body: await cardOrder(gateway), idempotencyKey: 'not-old' };
  const first = await gateway.client.issueCard(input);
  const queue = await startJobs(ahead(gateway, 400 * dayMs), writeKinds, createLog('fatal'));
  try {
    await pool.query(`SELECT graphile_worker.add_job('removeOld')`);
    const failure = await until(
      async () => {
        const { rows } = await pool.query<{ failure: string | null }>(
          `SELECT last_error AS failure FROM graphile_worker.jobs WHERE task_identifier = 'removeOld'`,
        );
        return rows[0]?.failure ?? null;
      },
      (told) => told !== null,
    );
    expect(failure).toContain('ahead of the database');
  } finally {
    await queue.stop();
  }
  expect(await gateway.client.call('issueCard', input)).toMatchObject({ replayed: true, data: { id: first.id } });
});
