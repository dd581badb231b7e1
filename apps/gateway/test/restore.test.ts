import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

/** A database that was restored to a moment before its last orders, while the provider has the cards. */
let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;
beforeAll(async () => {
  gateway = await startGateway();
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());

async function forget(card: string): Promise<void> {
  const id = uuidOf('card', card);
  await gateway.owner.query('DELETE FROM cards WHERE id = $1', [id]);
  await gateway.owner.query('DELETE FROM operations WHERE resource_id = $1', [id]);
}

async function sync(account: string): Promise<void> {
  const { client } = account.startsWith('other') ? await gateway.key({ tenant: 'other' }) : gateway;
  const { id } = await client.startSync({ body: { account } });
  const { status } = await until(
    () => client.getSync({ params: { id } }),
    (one) => one.status === 'succeeded' || one.status === 'failed',
  );
  expect(status).toBe('succeeded');
}

test('cards that were forgotten come back by a sync, under the ids that their callers have', async () => {
  const ordered = [await cards.made('virtual'), await cards.made('virtual')];
  for (const { id } of ordered) await forget(id);
  const problem = await gateway.client
    .getCard({ params: { id: ordered[0]?.id ?? '' } })
    .catch((error: unknown) => error);
  expect(problem).toMatchObject({ status: 404 });

  await sync('keysecure');
  for (const { id, providerRef, createdAt } of ordered) {
    const card = await gateway.client.getCard({ params: { id } });
    expect(card).toMatchObject({ id, providerRef, status: 'active', operation: null });
    // By a second: of the order itself the id has kept the millisecond.
    expect(Math.abs(Date.parse(card.createdAt) - Date.parse(createdAt))).toBeLessThan(1000);
  }
});

test('an id that another account has taken meanwhile stays there, and the card has a new one', async () => {
  const { id, providerRef } = await cards.made('virtual');
  await forget(id);
  // The same merchant at the provider, for another tenant here.
  await sync('other-keysecure');
  await sync('keysecure');
  const { client } = await gateway.key({ tenant: 'other' });
  expect(await client.getCard({ params: { id } })).toMatchObject({ account: 'other-keysecure', providerRef });
  const { data } = await gateway.client.listCards({ query: { account: 'keysecure', limit: 100 } });
  const again = data.filter((card) => card.providerRef === providerRef);
  expect(again).toHaveLength(1);
  expect(again[0]?.id).not.toBe(id);
});
