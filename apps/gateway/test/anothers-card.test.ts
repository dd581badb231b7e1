import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type CardOrder, cardOrder } from './setup/orders.ts';
import { type Rewriter, startRewriter } from './setup/rewrite.ts';
import { reconcileNow } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

/** A provider answers an order with the number of a card that is not this order's. */
let gateway: TestGateway;
let front: Rewriter;
let order: CardOrder;

beforeAll(async () => {
  let target = '';
  front = await startRewriter(() => target);
  gateway = await startGateway({
    account: (name, settings) => {
      if (name !== 'keysecure') return settings;
      const { origin, pathname } = new URL(String(settings['baseUrl']));
      target = origin;
      return { ...settings, baseUrl: front.url + pathname };
    },
  });
  order = await cardOrder(gateway);
});
afterAll(async () => {
  await gateway.close();
  await front.close();
});
beforeEach(() => {
  front.rewrite = (_path, text) => text;
  gateway.sandbox.admin.clearFaults();
});

const cardNo = /"card_no":"[^"]*"/g;
const issue = () => gateway.client.issueCard({ body: order });

/** A card of the merchant that was ordered elsewhere, and brought in by a list. */
async function listedCard() {
  const { client: other } = await gateway.key({ tenant: 'other' });
  const made = await other.issueCard({ body: await cardOrder({ ...gateway, client: other }, 'other-keysecure') });
  const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
  await until(
    () => gateway.client.getSync({ params: { id } }),
    ({ status }) => status === 'succeeded',
  );
  const { data } = await gateway.client.listCards({ query: { account: 'keysecure', limit: 100 } });
  const known = data.find(({ providerRef }) => providerRef === made.providerRef);
  if (known === undefined) throw new Error('The list did not bring the card in.');
  return known;
}

test.each([
  ['came in by a list', listedCard],
  ['another order became', issue],
])('an order that is answered with a card that %s: unknown, and that card stays', async (_name, cardOf) => {
  const known = await cardOf();
  front.rewrite = (path, text) =>
    path.endsWith('/card/apply') ? text.replaceAll(cardNo, `"card_no":"${known.providerRef}"`) : text;
  const card = await issue();
  expect(card).toMatchObject({ providerRef: null, operation: { outcome: 'unknown' } });
  front.rewrite = (_path, text) => text;
  expect(await gateway.client.getCard({ params: { id: known.id } })).toMatchObject({
    id: known.id,
    providerRef: known.providerRef,
  });

  // Asked by our own number, the provider names the right one.
  await reconcileNow(gateway.services, card.operation?.id);
  const { providerRef, operation } = await gateway.client.getCard({ params: { id: card.id } });
  expect(operation).toMatchObject({ outcome: 'succeeded' });
  expect(providerRef).toBe(gateway.sandbox.admin.keysecure.card(card.id).cardNo);
});
