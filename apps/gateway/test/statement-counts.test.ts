import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvedCardholder, cardMaker, secretsOf } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, smsCode } from './setup/orders.ts';
import { watchStatements } from './setup/wire.ts';

// Each statement costs a round trip to the database, BEGIN and COMMIT too. A change that adds one fails here; one that saves one
// lowers its number.

let gateway: TestGateway;
let cards: Awaited<ReturnType<typeof cardMaker>>;
let sent: string[];

beforeAll(async () => {
  gateway = await startGateway({ jobs: false, undocumented: true });
  sent = watchStatements(gateway.pool);
  cards = await cardMaker(gateway);
});
afterAll(() => gateway.close());

/** Prepares, uncounted, and returns the call to count. */
type Prepare = () => Promise<() => Promise<unknown>>;

const key = (): string => crypto.randomUUID();
const startedBinding = async () => {
  const body = bankCard();
  const { id } = await gateway.client.startBinding({ body });
  return { params: { id }, body: { code: smsCode(gateway, body.phone) } };
};
const transferOf = async () => {
  const cardholder = (await approvedCardholder(gateway)).id;
  const amount = { amount: '100.00', currency: 'TUSDT' };
  return { body: { account: 'keysecure', cardholder, direction: 'in', amount } as const };
};

/** Each under a key of its own, unless it is named a repeat. */
const calls: readonly (readonly [name: string, statements: number, prepare: Prepare])[] = [
  [
    'issueCard',
    2,
    async () => {
      const body = await cardOrder(gateway);
      return () => gateway.client.issueCard({ body });
    },
  ],
  [
    'issueCard, repeated',
    2,
    async () => {
      const order = { body: await cardOrder(gateway), idempotencyKey: key() };
      await gateway.client.issueCard(order);
      return () => gateway.client.issueCard(order);
    },
  ],
  [
    'createCardholder',
    2,
    async () => {
      const body = { account: 'keysecure', reference: key(), sumsubShareToken: 'share-token' };
      return () => gateway.client.createCardholder({ body });
    },
  ],
  [
    'reapplyCardholder',
    3,
    async () => {
      const { id, providerRef } = await approvedCardholder(gateway);
      gateway.sandbox.admin.keysecure.updateCardholder(String(providerRef), { status: 'Rejected' });
      await gateway.client.getCardholder({ params: { id }, query: { refresh: true } });
      return () => gateway.client.reapplyCardholder({ params: { id }, body: { sumsubShareToken: 'share-token' } });
    },
  ],
  [
    'freezeCard',
    3,
    async () => {
      const { id } = await cards.made('virtual');
      return () => gateway.client.freezeCard({ params: { id } });
    },
  ],
  [
    'activateCard',
    3,
    async () => {
      const { id } = await cards.made('physical');
      const { cvv, pan } = secretsOf(gateway, id);
      return () => gateway.client.activateCard({ params: { id }, body: { cvv, last4: pan.slice(-4) } });
    },
  ],
  [
    'setCardPin',
    3,
    async () => {
      const { id } = await cards.made('physical', 'Activated');
      return () => gateway.client.setCardPin({ params: { id }, body: { pin: '258036' } });
    },
  ],
  [
    'createTransfer',
    2,
    async () => {
      const order = await transferOf();
      return () => gateway.client.createTransfer(order);
    },
  ],
  [
    'startBinding',
    5,
    async () => {
      const body = bankCard();
      return () => gateway.client.startBinding({ body });
    },
  ],
  [
    'verifyBinding',
    3,
    async () => {
      const verify = await startedBinding();
      return () => gateway.client.verifyBinding(verify);
    },
  ],
  [
    'removeBinding',
    3,
    async () => {
      const user = key();
      gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
      const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
      const { data } = await gateway.client.listBindings({ query });
      const params = { id: data[0]?.id ?? '' };
      return () => gateway.client.removeBinding({ params });
    },
  ],
  ['startSync', 13, async () => () => gateway.client.startSync({ body: { account: 'keysecure' } })],
  [
    'getCard',
    1,
    async () => {
      const { id } = await cards.order('virtual');
      return () => gateway.client.getCard({ params: { id } });
    },
  ],
  [
    'getCard, again',
    1,
    async () => {
      const { id } = await cards.order('virtual');
      await gateway.client.getCard({ params: { id } });
      return () => gateway.client.getCard({ params: { id } });
    },
  ],
  [
    'getCard, changed since',
    2,
    async () => {
      const { id } = await cards.made('virtual');
      await gateway.client.getCard({ params: { id } });
      await gateway.client.freezeCard({ params: { id } });
      return () => gateway.client.getCard({ params: { id } });
    },
  ],
  [
    'getOperation',
    1,
    async () => {
      const { operation } = await cards.order('virtual');
      return () => gateway.client.getOperation({ params: { id: operation?.id ?? '' } });
    },
  ],
  ['listCards', 1, async () => () => gateway.client.listCards()],
];

test.each(calls)('%s takes %i statements', async (_name, statements, prepare) => {
  const call = await prepare();
  sent.length = 0;
  await call();
  const ofCall = sent.filter((one) => one !== 'api-key');
  expect(ofCall, ofCall.join('\n')).toHaveLength(statements);
});
