import type { OperationInput } from '@card-gateway/client';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { getCard } from '../src/cards/store.ts';
import { address } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';

type Order = OperationInput<'issueCard'>['body'];
type Query = OperationInput<'listCards'>['query'];

const nobody = 'chd_00000000000000000000000000';

let gateway: TestGateway;
/** Ids of products and of an approved cardholder, by account. */
const made = { products: new Map<string, string>(), holders: new Map<string, string>() };
const product = (providerRef: string) => made.products.get(providerRef) ?? '';
const holder = (account: string) => made.holders.get(account) ?? '';

beforeAll(async () => {
  gateway = await startGateway();
  for (const account of ['keysecure', 'keysecure-authorization']) {
    const { data } = await gateway.client.listCardProducts({ query: { account } });
    for (const { id, providerRef } of data) made.products.set(String(providerRef), id);
    made.holders.set(account, await cardholder(`approved-${account}`, account));
  }
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

async function cardholder(reference: string, account = 'keysecure', status: 'Approved' | 'Rejected' = 'Approved') {
  const body = { account, reference, sumsubShareToken: 'share' };
  const { id, providerRef } = await gateway.client.createCardholder({ body });
  gateway.sandbox.admin.keysecure.updateCardholder(String(providerRef), { status });
  return id;
}

const virtual = (change: Partial<Order> = {}): Order => ({
  account: 'keysecure',
  product: product('PKG2026000001'),
  cardholder: holder('keysecure'),
  form: 'virtual',
  ...change,
});
const physical = (change: Partial<Order> = {}): Order =>
  virtual({ product: product('PKG2026000002'), form: 'physical', address, ...change });
const inAuthorization = (change: Partial<Order> = {}): Order =>
  virtual({
    account: 'keysecure-authorization',
    product: product('BIN2026000001'),
    cardholder: holder('keysecure-authorization'),
    ...change,
  });

const issue = (body: Order) => gateway.client.issueCard({ body });
const refreshed = (id: string) => gateway.client.getCard({ params: { id }, query: { refresh: true } });
const issued = () => gateway.sandbox.admin.ledger({ effect: 'card_issued' });
const ids = async (query: Query) => (await gateway.client.listCards({ query })).data.map(({ id }) => id);

describe('a KeySecure card', () => {
  test.each([
    ['credit mode, virtual', () => virtual(), 'active', 'Activated', 'visa'],
    ['credit mode, physical', () => physical(), 'inactive', 'ToActivate', 'mastercard'],
    ['authorization mode, virtual', () => inAuthorization(), 'active', 'Activated', 'visa'],
    [
      'authorization mode, physical',
      () => inAuthorization({ product: product('BIN2026000002'), form: 'physical', address }),
      'inactive',
      'ToActivate',
      'mastercard',
    ],
  ] as const)('goes from application to made: %s', async (_, orderOf, status, word, network) => {
    const { sandbox } = gateway;
    const order = orderOf();
    const card = await issue(order);
    expect(card).toMatchObject({
      provider: 'keysecure',
      account: order.account,
      product: order.product,
      cardholder: order.cardholder,
      form: order.form,
      network,
      last4: null,
      status: 'pending',
      providerStatus: null,
      balance: null,
      syncedAt: null,
      operation: { outcome: 'succeeded' },
    });
    expect(sandbox.admin.ledger({ effect: 'card_issued', reference: card.id })).toHaveLength(1);

    expect(await refreshed(card.id)).toMatchObject({ id: card.id, status: 'pending', providerStatus: 'Pending' });
    sandbox.admin.changeClock({ advanceMs: 10_000 });
    const finished = await refreshed(card.id);
    expect(finished).toMatchObject({
      id: card.id,
      providerRef: card.providerRef,
      product: order.product,
      cardholder: order.cardholder,
      form: order.form,
      network,
      status,
      providerStatus: word,
    });
    expect(finished.last4).toMatch(/^\d{4}$/);
    expect(finished.syncedAt).not.toBeNull();
    expect(await gateway.client.getCard({ params: { id: card.id } })).toEqual(finished);
  });

  test('shows what became of it at the provider, by its own word too', async () => {
    const { sandbox } = gateway;
    const card = await issue(virtual());
    for (const [word, status] of [
      ['Frozen', 'frozen'],
      ['Delete', 'cancelled'],
      ['Fail', 'failed'],
      ['Melted', 'unrecognized'],
    ] as const) {
      // What the sandbox's own type does not allow, the wire may bring all the same.
      sandbox.admin.keysecure.updateCard(card.id, { status: word as 'Frozen' });
      expect(await refreshed(card.id)).toMatchObject({ status, providerStatus: word });
    }
  });

  test('is read from our records without asking the provider, and is not lost when that is down', async () => {
    const { client, sandbox } = gateway;
    const card = await issue(virtual());
    const asked = sandbox.admin.requests().counts;
    expect(await client.getCard({ params: { id: card.id } })).toEqual(card);
    expect(await client.getCard({ params: { id: card.id }, query: { refresh: false } })).toEqual(card);
    expect((await client.listCards({ query: { limit: 1 } })).data).toEqual([card]);
    expect(sandbox.admin.requests().counts).toEqual(asked);

    sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/detail', fault: 'reset' });
    await expect(refreshed(card.id)).rejects.toMatchObject({ code: 'provider-unavailable', status: 503 });
    expect(await client.getCard({ params: { id: card.id } })).toEqual(card);
  });

  test('some virtual products want an address too: without it the provider refuses, with it there is a card', async () => {
    const wanting = product('PKG2026000003');
    const count = issued().length;
    await expect(issue(virtual({ product: wanting }))).rejects.toMatchObject({
      code: 'refused-by-provider',
      problem: { provider: { code: '1004', message: 'address_info must not be null' } },
    });
    expect(issued()).toHaveLength(count);
    expect(await issue(virtual({ product: wanting, address }))).toMatchObject({ status: 'pending' });
    expect(issued()).toHaveLength(count + 1);
  });
});

describe('an order that cannot be', () => {
  test.each([
    [
      'a physical card without an address',
      () => virtual({ product: product('PKG2026000002'), form: 'physical' }),
      400,
      'invalid-request',
      '/address',
    ],
    [
      'a form its product is not made in',
      () => virtual({ form: 'physical', address }),
      400,
      'invalid-request',
      '/form',
    ],
    [
      'the product of another account',
      () => virtual({ product: product('BIN2026000001') }),
      404,
      'not-found',
      '/product',
    ],
    [
      'a product that is not there',
      () => virtual({ product: 'prod_00000000000000000000000000' }),
      404,
      'not-found',
      '/product',
    ],
    [
      'the cardholder of another account',
      () => virtual({ cardholder: holder('keysecure-authorization') }),
      404,
      'not-found',
      '/cardholder',
    ],
    ['a cardholder who is not there', () => virtual({ cardholder: nobody }), 404, 'not-found', '/cardholder'],
    ['the account of another tenant', () => virtual({ account: 'other-keysecure' }), 404, 'not-found', '/account'],
    [
      'a product made in no form',
      () => inAuthorization({ product: product('BIN2026000003') }),
      409,
      'illegal-state',
      '/product',
    ],
  ] as const)('is refused before any call: %s', async (_, orderOf, status, code, pointer) => {
    const { sandbox } = gateway;
    const before = sandbox.admin.requests().requests.length;
    await expect(issue(orderOf())).rejects.toMatchObject({ status, code, problem: { errors: [{ pointer }] } });
    expect(sandbox.admin.requests().requests).toHaveLength(before);
  });

  test('is refused before any call: for every fault of its address, and for want of a cardholder, at once', async () => {
    const before = gateway.sandbox.admin.requests().requests.length;
    const { cardholder: _none, ...nobodys } = virtual({});
    const abroad = { ...address, firstName: '明', city: '伦敦' };
    const faults = [
      { pointer: '/cardholder', detail: 'expected a cardholder, to whom this account issues; it is missing' },
      { pointer: '/address/firstName', detail: 'expected English letters' },
      { pointer: '/address/city', detail: 'expected English letters, digits and punctuation' },
    ];
    await expect(gateway.client.issueCard({ body: { ...nobodys, address: abroad } })).rejects.toMatchObject({
      status: 400,
      code: 'invalid-request',
      problem: { errors: faults, detail: faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ') },
    });
    expect(gateway.sandbox.admin.requests().requests).toHaveLength(before);
  });

  test('is refused before any call: at an account that issues nothing', async () => {
    for (const account of ['open-api', 'onerway', 'yixin']) {
      await expect(issue(virtual({ account }))).rejects.toMatchObject({ code: 'not-supported', status: 422 });
    }
  });

  test('is refused before any call: for a cardholder whose application failed', async () => {
    const { client } = gateway;
    const body = { account: 'keysecure', reference: 'never-applied', sumsubShareToken: 'unfetchable' };
    await expect(client.createCardholder({ body })).rejects.toMatchObject({ status: 422 });
    const { data } = await client.listCardholders({ query: { reference: 'never-applied' } });
    await expect(issue(virtual({ cardholder: data[0]?.id ?? '' }))).rejects.toMatchObject({
      code: 'illegal-state',
      problem: { errors: [{ pointer: '/cardholder' }] },
    });
  });
});

describe('an order that the provider refuses', () => {
  test('is certain: 422 with its code, a card that failed, and nothing in its ledger', async () => {
    const { client, sandbox } = gateway;
    const { id: unverified } = await client.createCardholder({
      body: { account: 'keysecure', reference: 'unverified', sumsubShareToken: 'share' },
    });
    const rejected = await cardholder('turned-down', 'keysecure', 'Rejected');
    sandbox.admin.keysecure.updateCardholder(unverified, { status: 'Pending' });
    for (const [person, providerCode] of [
      [unverified, '2004'],
      [rejected, '2005'],
    ] as const) {
      const count = issued().length;
      await expect(issue(virtual({ cardholder: person }))).rejects.toMatchObject({
        code: 'refused-by-provider',
        status: 422,
        problem: { outcome: 'refused', provider: { name: 'keysecure', code: providerCode } },
      });
      expect(issued()).toHaveLength(count);
      const { data } = await client.listCards({ query: { cardholder: person } });
      expect(data).toMatchObject([{ status: 'failed', providerRef: null, operation: { outcome: 'refused' } }]);
      const operation = await client.getOperation({ params: { id: data[0]?.operation?.id ?? '' } });
      expect(operation).toMatchObject({
        type: 'issueCard',
        outcome: 'refused',
        resource: data[0]?.id,
        resolvedBy: 'answer',
        refusal: { code: providerCode },
        attempts: [{ kind: 'send', outcome: 'refused', providerCode }],
      });
      // There is no card to ask for.
      expect(await refreshed(data[0]?.id ?? '')).toEqual(data[0]);
    }
  });

  test('says what the provider said without repeating the address', async () => {
    const order = physical({ address: { ...address, line1: 'Canary Lane 7; behind the mill' } });
    const refusal = await issue(order).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'refused-by-provider', problem: { provider: { code: '2007' } } });
    expect(JSON.stringify(refusal)).not.toContain('Canary');
    expect(gateway.log()).not.toContain('Canary');
  });
});

describe('the list of cards', () => {
  test('is filtered by account, status, cardholder, product and last four digits, alone and together', async () => {
    const { sandbox } = gateway;
    const person = await cardholder('filtered');
    const one = await issue(virtual({ cardholder: person }));
    const two = await issue(virtual({ cardholder: person, product: product('PKG2026000003'), address }));
    const elsewhere = await issue(inAuthorization());
    sandbox.admin.keysecure.updateCard(one.id, { status: 'Frozen' });
    const { last4 } = await refreshed(one.id);

    expect(await ids({ cardholder: person })).toEqual([two.id, one.id]);
    expect(await ids({ cardholder: person, product: product('PKG2026000001') })).toEqual([one.id]);
    expect(await ids({ cardholder: person, status: 'frozen' })).toEqual([one.id]);
    expect(await ids({ cardholder: person, status: 'frozen', account: 'keysecure', last4: last4 ?? '' })).toEqual([
      one.id,
    ]);
    expect(await ids({ last4: last4 ?? '' })).toContain(one.id);
    expect(await ids({ last4: last4 ?? '' })).not.toContain(two.id);
    expect(await ids({ status: 'frozen' })).toContain(one.id);
    expect(await ids({ product: product('PKG2026000003') })).toContain(two.id);
    expect(await ids({ product: product('PKG2026000003') })).not.toContain(one.id);
    expect(await ids({ account: 'keysecure-authorization' })).toContain(elsewhere.id);
    expect(await ids({ account: 'keysecure-authorization' })).not.toContain(one.id);
    expect(await ids({ account: 'keysecure-authorization', cardholder: person })).toEqual([]);
    expect(await ids({ cardholder: nobody })).toEqual([]);
    await expect(ids({ account: 'other-keysecure' })).rejects.toMatchObject({ status: 404 });
  });

  test('is filtered by when a card came to us', async () => {
    const before = await issue(virtual());
    const between = await issue(virtual());
    const after = await issue(virtual());
    const window = { createdAfter: between.createdAt, createdBefore: after.createdAt };
    const found = await ids(window);
    expect(found).toContain(between.id);
    expect(found).not.toContain(before.id);
    expect(found).not.toContain(after.id);
    const shifted = new Date(Date.parse(between.createdAt) + 3_600_000).toISOString().replace('Z', '+01:00');
    expect(await ids({ ...window, createdAfter: shifted })).toEqual(found);
    expect(await ids({ createdAfter: '1960-01-01T00:00:00Z', limit: 1 })).toEqual([after.id]);
    expect(await ids({ createdBefore: '1960-01-01T00:00:00Z' })).toEqual([]);
  });

  test('pages newest first, and cards that come in meanwhile neither shift nor double a page', async () => {
    const person = await cardholder('paged');
    const order = virtual({ cardholder: person });
    const orders: string[] = [];
    for (let number = 0; number < 7; number += 1) orders.unshift((await issue(order)).id);
    const walked: string[] = [];
    for await (const { id } of gateway.client.all('listCards', { query: { cardholder: person, limit: 2 } })) {
      walked.push(id);
      await issue(order);
    }
    expect(walked).toEqual(orders);
    expect(await ids({ cardholder: person, limit: 200 })).toHaveLength(14);
  });

  test('takes no cursor but its own', async () => {
    const { nextCursor } = await gateway.client.listCards({ query: { account: 'keysecure', limit: 1 } });
    const own = String(nextCursor);
    expect(nextCursor).not.toBeNull();
    expect(await ids({ account: 'keysecure', cursor: own, limit: 1 })).toHaveLength(1);
    // Of other filters, and of another list.
    await expect(ids({ cursor: own })).rejects.toMatchObject({ status: 400 });
    await expect(ids({ account: 'keysecure', status: 'active', cursor: own })).rejects.toMatchObject({ status: 400 });
    await expect(
      gateway.client.listCardholders({ query: { account: 'keysecure', cursor: own } }),
    ).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: 'query/cursor', detail: expect.stringContaining('this very list') as string }] },
    });
    for (const cursor of ['x', Buffer.from('1 OR 1=1').toString('base64url')]) {
      await expect(ids({ cursor })).rejects.toMatchObject({
        status: 400,
        problem: { errors: [{ pointer: 'query/cursor' }] },
      });
    }
  });
});

test.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])(
  'the instants of a card do not depend on the session: %s',
  async (zone) => {
    const { id } = await issue(virtual());
    const card = await refreshed(id);
    const client = await gateway.pool.connect();
    try {
      await client.query(`BEGIN; SET LOCAL TIME ZONE '${zone}'`);
      const stored = await client.query<{ created: Date; updated: Date; synced: Date }>(
        'SELECT created_at AS created, updated_at AS updated, synced_at AS synced FROM cards WHERE id = $1',
        [uuidOf('card', id)],
      );
      const [times] = stored.rows;
      expect(card).toMatchObject({
        createdAt: times?.created.toISOString(),
        updatedAt: times?.updated.toISOString(),
        syncedAt: times?.synced.toISOString(),
      });
      expect(await getCard(client, 'default', uuidOf('card', id))).toMatchObject({
        createdAt: card.createdAt,
        updatedAt: card.updatedAt,
        syncedAt: card.syncedAt,
      });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  },
);

test('a card that is not ours is not there', async () => {
  const card = await issue(virtual());
  const other = await gateway.key({ tenant: 'other' });
  for (const refresh of [false, true]) {
    await expect(other.client.getCard({ params: { id: card.id }, query: { refresh } })).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    });
  }
  expect((await other.client.listCards({ query: { cardholder: card.cardholder ?? '' } })).data).toEqual([]);
});
