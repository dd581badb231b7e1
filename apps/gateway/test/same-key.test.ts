import { harbour } from '@card-gateway/examples/harbour';
import { type Harbour, openHarbour } from '@card-gateway/examples/harbour/provider';
import { newUuid, toPublicId } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

let provider: Harbour;
let gateway: TestGateway;
let cardholder: string;
let byTheRules: Harbour['answer'];

beforeAll(async () => {
  provider = await openHarbour();
  byTheRules = provider.answer;
  const rest = { tenant: 'default', sandbox: true, network: null, callbacks: null, authorization: null };
  const settings = harbour.settings.parse(provider.settings);
  gateway = await startGateway({
    // Nothing is looked up by itself: each test says when.
    jobs: false,
    accounts: [{ name: 'harbour', adapter: harbour, settings, ...rest, syncEveryMs: null }],
  });
  const id = newUuid(Date.now());
  await gateway.owner.query(
    `INSERT INTO cardholders (id, tenant, provider, account, provider_ref, reference, status, created_at, updated_at)
     VALUES ($1, 'default', 'harbour', 'harbour', 'hh_1', 'user-1', 'approved', now(), now())`,
    [id],
  );
  cardholder = toPublicId('cardholder', id);
});
afterAll(async () => {
  await gateway.close();
  await provider.loopback.close();
});
beforeEach(() => {
  provider.answer = byTheRules;
  provider.moved.length = 0;
});

const send = (amount = '12.5') =>
  gateway.client.createTransfer({
    body: { account: 'harbour', cardholder, direction: 'in', amount: { amount, currency: 'USD' } },
  });
const outcomeOf = async (id: string | undefined) => {
  const { outcome, resolvesBy } = await gateway.client.getOperation({ params: { id: id ?? '' } });
  return { outcome, resolvesBy };
};
const orders = () => provider.business().filter(({ path }) => path === '/v2/transfers');

/** A transfer whose answer is lost, done or not. */
async function lost(isDone: boolean, amount?: string): Promise<string | undefined> {
  provider.answer = (request) => {
    if (isDone) byTheRules(request);
    return { kind: 'reset' };
  };
  const { operation } = await send(amount);
  provider.answer = byTheRules;
  expect(operation).toMatchObject({ outcome: 'unknown' });
  return operation?.id;
}

test.each([
  ['was done', true],
  ['never arrived', false],
])('an order that %s is sent again, the same under the same key, and done once', async (_name, isDone) => {
  const before = orders().length;
  const id = await lost(isDone);
  await reconcileNow(gateway.services, id);
  expect(await outcomeOf(id)).toMatchObject({ outcome: 'succeeded' });
  expect(provider.moved).toEqual([1250]);
  const [first, again, ...more] = orders().slice(before);
  expect(more).toEqual([]);
  expect(again?.body).toBe(first?.body);
  expect(again?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test('a refusal of the order tells that nothing happened; one of this request alone tells nothing', async () => {
  const id = await lost(true, '1000.01');
  const { answer } = provider;
  provider.answer = () => ({ kind: 'answer', status: 429, body: '{"error":{"code":"too_many","detail":"wait"}}' });
  await reconcileNow(gateway.services, id);
  expect(await outcomeOf(id)).toEqual({ outcome: 'unknown', resolvesBy: 'look-up' });
  provider.answer = answer;
  await reconcileNow(ahead(gateway, 60_000), id);
  expect(await outcomeOf(id)).toMatchObject({ outcome: 'refused' });
  expect(provider.moved).toEqual([]);
});

test('once the provider may have forgotten the key, nothing is sent and a person must say', async () => {
  const id = await lost(true);
  const before = orders().length;
  await reconcileNow(ahead(gateway, 86_400_000), id);
  expect(await outcomeOf(id)).toEqual({ outcome: 'unknown', resolvesBy: 'person' });
  expect(orders()).toHaveLength(before);
});
