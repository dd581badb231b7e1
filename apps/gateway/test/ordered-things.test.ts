import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder, type CardOrder } from './setup/orders.ts';
import { watchStatements } from './setup/wire.ts';

// What an order names is looked up by the statement that records it, so it is never recorded by what was known before.

let gateway: TestGateway;
let other: Awaited<ReturnType<TestGateway['another']>>;
let sent: string[];
let key: string;
let order: CardOrder;
let product: string;

beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  other = await gateway.another();
  sent = watchStatements(gateway.pool);
  ({ key } = await gateway.key());
  order = await cardOrder(gateway);
  product = uuidOf('product', order.product);
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});
beforeEach(() => setIssuable(true));

const setIssuable = (isIssuable: boolean): Promise<unknown> =>
  gateway.pool.query('UPDATE card_products SET issuable = $2 WHERE id = $1', [product, isIssuable]);
const issue = (body: object = order, idempotencyKey: string = crypto.randomUUID(), url = gateway.url) =>
  call(url, { method: 'POST', path: '/v1/cards', key, headers: { 'idempotency-key': idempotencyKey }, body });
const issued = (): number => gateway.sandbox.admin.ledger({ effect: 'card_issued' }).length;
const recorded = async (): Promise<number> => {
  const { rows } = await gateway.pool.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM cards)::int + (SELECT count(*) FROM operations WHERE type = 'issueCard')::int AS count`,
  );
  return rows[0]?.count ?? NaN;
};

test('a product that another process no longer finds issuable is ordered by none, at once; and by all once it is again', async () => {
  expect(await issue()).toMatchObject({ status: 201 });
  expect(await issue(order, undefined, other.url)).toMatchObject({ status: 201 });
  const before = [issued(), await recorded()];
  await setIssuable(false);
  for (const url of [gateway.url, other.url]) {
    expect(await issue(order, undefined, url)).toMatchObject({ status: 409, json: { code: 'illegal-state' } });
  }
  expect([issued(), await recorded()]).toEqual(before);
  await setIssuable(true);
  expect(await issue()).toMatchObject({ status: 201 });
});

test('a repeat is answered as before, also once nothing that it names is there', async () => {
  const fresh = await cardOrder(gateway);
  const idempotencyKey = crypto.randomUUID();
  const first = await issue(fresh, idempotencyKey);
  expect(first).toMatchObject({ status: 201 });
  const before = [issued(), await recorded()];
  const { rows } = await gateway.pool.query<{ id: string }>(
    'UPDATE card_products SET id = gen_random_uuid() WHERE id = $1 RETURNING id',
    [product],
  );
  try {
    for (const url of [gateway.url, other.url]) {
      const again = await issue(fresh, idempotencyKey, url);
      expect(again).toMatchObject({ status: 201, json: first.json, headers: { 'idempotent-replayed': 'true' } });
    }
    expect(await issue(fresh)).toMatchObject({ status: 404, json: { errors: [{ pointer: '/product' }] } });
    expect(await issue({ ...fresh, form: 'physical' }, idempotencyKey)).toMatchObject({
      status: 422,
      json: { code: 'idempotency-key-reused' },
    });
  } finally {
    await gateway.pool.query('UPDATE card_products SET id = $2 WHERE id = $1', [rows[0]?.id, product]);
  }
  expect([issued(), await recorded()]).toEqual(before);
});

test('a key that a passing refusal freed orders nothing that cannot be ordered now, and then what can', async () => {
  const idempotencyKey = crypto.randomUUID();
  // KeySecure's "too many requests" (keysecure.md §10).
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'refuse', code: 1009 });
  expect(await issue(order, idempotencyKey)).toMatchObject({ status: 422, json: { outcome: 'refused' } });
  await setIssuable(false);
  expect(await issue(order, idempotencyKey)).toMatchObject({ status: 409, json: { code: 'illegal-state' } });
  await setIssuable(true);
  expect(await issue(order, idempotencyKey)).toMatchObject({ status: 201 });
});

test('of orders in one statement, those that name what is not there are refused alone', async () => {
  const before = issued();
  sent.length = 0;
  const nobody = order.cardholder.replace(/.{6}$/, '000000');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => issue(n % 3 === 0 ? { ...order, cardholder: nobody } : order)),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, n) => (n % 3 === 0 ? 404 : 201)));
  expect(issued()).toBe(before + 8);
  expect(sent.filter((name) => name === 'card-record').length).toBeLessThan(12);
});

test('while the catalogue is stored over and over, each order is either refused or issued once', async () => {
  const before = issued();
  const ordered = new AbortController();
  const storing = (async () => {
    for (let n = 0; !ordered.signal.aborted; n += 1) await setIssuable(n % 2 === 0);
  })();
  const answers = [];
  for (let round = 0; round < 12; round += 1) {
    answers.push(...(await Promise.all([gateway.url, other.url].map((url) => issue(order, undefined, url)))));
  }
  ordered.abort();
  await storing;
  const cards = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(
    ({ status, json }) => status === 409 && (json as { code: string }).code === 'illegal-state',
  );
  expect(cards.length + refused.length).toBe(answers.length);
  expect(issued()).toBe(before + cards.length);
});
