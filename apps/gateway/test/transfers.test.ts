import type { OperationInput } from '@card-gateway/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approvedCardholder } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type Rewriter, startRewriter } from './setup/rewrite.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

type Order = OperationInput<'createTransfer'>['body'];

let gateway: TestGateway;
/** In front of the sandbox, for what a provider may answer and the sandbox does not. */
let front: Rewriter;

beforeAll(async () => {
  let target = '';
  front = await startRewriter(() => target);
  gateway = await startGateway({
    // Nothing is looked up by itself: each test says when.
    jobs: false,
    account: (name, settings) => {
      if (name !== 'keysecure') return settings;
      const { origin, pathname } = new URL(String(settings['baseUrl']));
      target = origin;
      return { ...settings, baseUrl: front.url + pathname };
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await front.close();
});
beforeEach(() => {
  gateway.sandbox.admin.clearFaults();
  front.rewrite = (_path, text) => text;
});

const holder = async (account = 'keysecure'): Promise<string> => (await approvedCardholder(gateway, account)).id;
const order = (cardholder: string, change: Partial<Order> = {}): Order => ({
  account: 'keysecure',
  cardholder,
  direction: 'in',
  amount: { amount: '100.00', currency: 'TUSDT' },
  ...change,
});
const send = (body: Order, idempotencyKey: string = crypto.randomUUID()) =>
  gateway.client.call('createTransfer', { body, idempotencyKey });
const moved = () => gateway.sandbox.admin.ledger({ effect: 'money_moved' });
const sent = (): number => gateway.sandbox.admin.requestCount('keysecure', 'account/transfer');
const lose = (fault: 'reset' | 'work_then_reset'): void =>
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'account/transfer', fault });
const transfer = (id: string) => gateway.client.getTransfer({ params: { id } });
const operation = (id: string | undefined) => gateway.client.getOperation({ params: { id: id ?? '' } });
const balance = async (id: string): Promise<string | undefined> =>
  (await gateway.client.getBalances({ params: { id } })).data[0]?.amount;

describe('a transfer', () => {
  test('moves value to a cardholder and back, once per key', async () => {
    const cardholder = await holder();
    const before = moved().length;
    const idempotencyKey = crypto.randomUUID();
    const first = await send(order(cardholder), idempotencyKey);
    expect(first).toMatchObject({
      status: 201,
      replayed: false,
      data: {
        provider: 'keysecure',
        account: 'keysecure',
        cardholder,
        direction: 'in',
        amount: { amount: '100.00', currency: 'TUSDT' },
        status: 'succeeded',
        providerStatus: null,
        balanceBefore: { amount: '0.00', currency: 'TUSDT' },
        balanceAfter: { amount: '100.00', currency: 'TUSDT' },
        operation: { outcome: 'succeeded' },
      },
    });
    expect(first.data.providerRef).not.toBeNull();
    expect(await send(order(cardholder), idempotencyKey)).toMatchObject({ replayed: true, data: first.data });
    expect(await transfer(first.data.id)).toEqual(first.data);

    const out = order(cardholder, { direction: 'out', amount: { amount: '0.5', currency: 'TUSDT' } });
    const { data } = await send(out);
    expect(data).toMatchObject({
      direction: 'out',
      amount: { amount: '0.5' },
      balanceBefore: { amount: '100.00' },
      balanceAfter: { amount: '99.50' },
    });
    expect(moved().slice(before)).toMatchObject([{ reference: first.data.id }, { reference: data.id }]);
  });

  test('shows in lists by what is asked for, newest first', async () => {
    const cardholder = await holder();
    const ids: string[] = [];
    for (const direction of ['in', 'out', 'in'] as const) {
      const amount = { amount: '1', currency: 'TUSDT' };
      ids.unshift((await send(order(cardholder, { direction, amount }))).data.id);
    }
    const list = async (query: OperationInput<'listTransfers'>['query']) =>
      (await gateway.client.listTransfers({ query })).data.map(({ id }) => id);
    expect(await list({ cardholder })).toEqual(ids);
    expect(await list({ cardholder, direction: 'out' })).toEqual([ids[1]]);
    expect(await list({ cardholder, status: 'failed' })).toEqual([]);
    expect(await list({ account: 'keysecure', limit: 1 })).toEqual([ids[0]]);
    await expect(list({ account: 'other-keysecure' })).rejects.toMatchObject({ code: 'not-found' });
    const all: string[] = [];
    for await (const { id } of gateway.client.all('listTransfers', { query: { cardholder, limit: 2 } })) all.push(id);
    expect(all).toEqual(ids);
  });
});

describe('an order that cannot be', () => {
  const nobody = 'chd_00000000000000000000000000';
  test.each([
    ['another currency', { amount: { amount: '1', currency: 'USD' } }, 'invalid-request', '/amount/currency'],
    ['too many decimals', { amount: { amount: '1.001', currency: 'TUSDT' } }, 'invalid-request', '/amount/amount'],
    ['no value', { amount: { amount: '0.00', currency: 'TUSDT' } }, 'invalid-request', '/amount/amount'],
    ['nobody', { cardholder: nobody }, 'not-found', '/cardholder'],
    ['the account of another tenant', { account: 'other-keysecure' }, 'not-found', '/account'],
  ] as const)('names %s', async (_, change, code, pointer) => {
    const cardholder = await holder();
    const before = sent();
    await expect(send(order(cardholder, change))).rejects.toMatchObject({
      code,
      problem: { errors: [{ pointer, detail: expect.any(String) as string }] },
    });
    expect(sent()).toBe(before);
    expect((await gateway.client.listTransfers({ query: { cardholder } })).data).toEqual([]);
  });

  test('names the cardholder of another account, or one that the provider does not know', async () => {
    const other = await holder('keysecure-authorization');
    await expect(send(order(other))).rejects.toMatchObject({ code: 'not-found', status: 404 });

    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'cardholder/apply', fault: 'reset' });
    const body = { account: 'keysecure', reference: 'never-arrived', sumsubShareToken: 'share-token' };
    const { id } = await gateway.client.createCardholder({ body });
    await expect(send(order(id))).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
    await expect(gateway.client.getBalances({ params: { id } })).rejects.toMatchObject({ code: 'illegal-state' });
  });

  test('is for an account whose merchant keeps the balance', async () => {
    const account = 'keysecure-authorization';
    const cardholder = await holder(account);
    await expect(send(order(cardholder, { account }))).rejects.toMatchObject({ code: 'not-supported' });
    await expect(gateway.client.getBalances({ params: { id: cardholder } })).rejects.toMatchObject({
      code: 'not-supported',
    });
  });
});

describe('a transfer whose answer is lost', () => {
  test('is found by its own number and never sent again', async () => {
    const cardholder = await holder();
    const before = [sent(), moved().length] as const;
    lose('work_then_reset');
    const idempotencyKey = crypto.randomUUID();
    const { status, data, location } = await send(order(cardholder), idempotencyKey);
    expect({ status, location }).toEqual({ status: 202, location: `/v1/operations/${data.operation?.id}` });
    expect(data).toMatchObject({ status: 'pending', providerRef: null, operation: { resolvesBy: 'look-up' } });
    expect((await send(order(cardholder), idempotencyKey)).status).toBe(202);

    await reconcileNow(gateway.services, data.operation?.id);
    const resolved = await transfer(data.id);
    expect(resolved).toMatchObject({
      status: 'succeeded',
      providerStatus: 'Success',
      balanceBefore: { amount: '0.00' },
      balanceAfter: { amount: '100.00' },
      operation: { outcome: 'succeeded' },
    });
    expect(resolved.providerRef).not.toBeNull();
    expect(await send(order(cardholder), idempotencyKey)).toMatchObject({
      status: 201,
      replayed: true,
      data: resolved,
    });
    expect([sent(), moved().length]).toEqual([before[0] + 1, before[1] + 1]);
    expect(await balance(cardholder)).toBe('100.00');
  });

  test('and that is not found is asked for again, and not sent either', async () => {
    const cardholder = await holder();
    const before = [sent(), moved().length];
    lose('reset');
    const { data } = await send(order(cardholder));
    for (const later of [0, 60_000, 600_000]) await reconcileNow(ahead(gateway, later), data.operation?.id);
    expect(await operation(data.operation?.id)).toMatchObject({
      outcome: 'unknown',
      resolvesBy: 'look-up',
      attempts: [{ kind: 'send' }, { kind: 'look-up', outcome: 'absent' }],
    });
    expect(await transfer(data.id)).toMatchObject({ status: 'pending', providerRef: null });
    expect([sent(), moved().length]).toEqual([Number(before[0]) + 1, before[1]]);
  });

  test.each([
    ['Fail', 'refused', 'failed'],
    ['Pending', 'unknown', 'pending'],
    ['Perhaps', 'unknown', 'pending'],
  ])('and that the provider lists as %s is %s', async (word, outcome, status) => {
    const cardholder = await holder();
    lose('work_then_reset');
    const idempotencyKey = crypto.randomUUID();
    const { data } = await send(order(cardholder), idempotencyKey);
    front.rewrite = (path, text) =>
      path.endsWith('/transfer/list') ? text.replaceAll('"status":"Success"', `"status":"${word}"`) : text;
    await reconcileNow(gateway.services, data.operation?.id);
    // The look-up's result is stored, whatever it resolves: a person finds the transfer by its number.
    expect(await transfer(data.id)).toMatchObject({
      status,
      providerRef: expect.any(String) as string,
      providerStatus: word,
      operation: { outcome },
    });
    const { attempts, resolvedBy } = await operation(data.operation?.id);
    expect(resolvedBy).toBe(outcome === 'refused' ? 'look-up' : null);
    expect(attempts).toHaveLength(2);
    const repeated = send(order(cardholder), idempotencyKey);
    if (outcome === 'refused') await expect(repeated).rejects.toMatchObject({ code: 'refused-by-provider' });
    else expect((await repeated).status).toBe(202);
  });

  test('is looked up too where the answer leaves open whether it was made', async () => {
    const cardholder = await holder();
    const before = sent();
    front.rewrite = (path, text) =>
      path.endsWith('/account/transfer') ? text.replaceAll(/,"(before|after)_balance":"[^"]*"/g, '') : text;
    const { status, data } = await send(order(cardholder));
    expect(status).toBe(202);
    expect(data).toMatchObject({ status: 'pending', providerRef: null });
    await reconcileNow(gateway.services, data.operation?.id);
    expect(await transfer(data.id)).toMatchObject({ status: 'succeeded', operation: { outcome: 'succeeded' } });
    expect(sent()).toBe(before + 1);
  });

  test.each([
    ['another holder', /"cardholder_no":"[^"]*"/g, '"cardholder_no":"U000000000001"'],
    ['the other direction', /"type":"In"/g, '"type":"Out"'],
    ['another amount', /"balance":"100(?:\.0+)?"/g, '"balance":"1.00"'],
  ])('and that the provider lists with %s stays unknown until it lists what was ordered', async (_, said, instead) => {
    const cardholder = await holder();
    lose('work_then_reset');
    const { data } = await send(order(cardholder));
    let changed = false;
    front.rewrite = (path, text) => {
      if (!path.endsWith('/transfer/list')) return text;
      changed = text.search(said) >= 0;
      return text.replaceAll(said, instead);
    };
    await reconcileNow(gateway.services, data.operation?.id);
    expect(changed).toBe(true);
    expect(await transfer(data.id)).toMatchObject({
      status: 'pending',
      providerRef: null,
      operation: { outcome: 'unknown' },
    });
    front.rewrite = (_path, text) => text;
    await reconcileNow(ahead(gateway, 60_000), data.operation?.id);
    expect(await transfer(data.id)).toMatchObject({ status: 'succeeded', operation: { outcome: 'succeeded' } });
  });

  test('and that the provider lists under the number of another one is left to a person', async () => {
    const cardholder = await holder();
    const { data: other } = await send(order(cardholder));
    lose('work_then_reset');
    const { data } = await send(order(cardholder));
    front.rewrite = (path, text) =>
      path.endsWith('/transfer/list')
        ? text.replaceAll(/"transfer_no":"[^"]*"/g, `"transfer_no":"${other.providerRef}"`)
        : text;
    await reconcileNow(gateway.services, data.operation?.id);
    expect(await operation(data.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'person' });
    expect(await transfer(data.id)).toMatchObject({ status: 'pending', providerRef: null });
    expect(await transfer(other.id)).toEqual(other);
  });

  test('beyond the balance: the code is in no document, so that only a person can say', async () => {
    const cardholder = await holder();
    const out = order(cardholder, { direction: 'out' });
    const { status, data } = await send(out);
    expect(status).toBe(202);
    await reconcileNow(gateway.services, data.operation?.id);
    expect(await operation(data.operation?.id)).toMatchObject({
      outcome: 'unknown',
      unknownBecause: 'unlisted_code',
      attempts: [{ kind: 'send', providerCode: '3901' }, { outcome: 'absent' }],
    });
    await gateway.client.resolveOperation({
      params: { id: data.operation?.id ?? '' },
      body: { outcome: 'refused', reason: 'KeySecure support: the balance was too low.' },
    });
    expect(await transfer(data.id)).toMatchObject({ status: 'failed', operation: { outcome: 'refused' } });
    expect(await balance(cardholder)).toBe('0.00');
  });

  test('needs the provider’s number when a person says that it succeeded', async () => {
    const cardholder = await holder();
    lose('reset');
    const { data } = await send(order(cardholder));
    const params = { id: data.operation?.id ?? '' };
    const word = { outcome: 'succeeded', reason: 'KeySecure support found it.' } as const;
    await expect(gateway.client.resolveOperation({ params, body: word })).rejects.toMatchObject({ status: 400 });
    await gateway.client.resolveOperation({ params, body: { ...word, providerRef: 'T202611220001' } });
    expect(await transfer(data.id)).toMatchObject({ status: 'succeeded', providerRef: 'T202611220001' });
  });
});

describe('what is refused', () => {
  test('leaves a failed transfer, and a new key can try again', async () => {
    const cardholder = await holder();
    const fault = { provider: 'keysecure', operation: 'account/transfer', fault: 'refuse', code: 2002 } as const;
    gateway.sandbox.admin.addFault(fault);
    await expect(send(order(cardholder))).rejects.toMatchObject({
      code: 'refused-by-provider',
      problem: { outcome: 'refused' },
    });
    const { data } = await gateway.client.listTransfers({ query: { cardholder } });
    expect(data).toMatchObject([{ status: 'failed', providerRef: null, operation: { outcome: 'refused' } }]);
    expect((await send(order(cardholder))).status).toBe(201);
  });

  test('by the database: value that moved without the provider’s number', async () => {
    const { data } = await send(order(await holder()));
    await expect(
      gateway.pool.query('UPDATE transfers SET provider_ref = NULL WHERE provider_ref = $1', [data.providerRef]),
    ).rejects.toMatchObject({ constraint: 'transfers_succeeded_is_there' });
  });
});

describe('balances', () => {
  test('come straight from the provider', async () => {
    const cardholder = await holder();
    await send(order(cardholder, { amount: { amount: '31.41', currency: 'TUSDT' } }));
    await send(order(cardholder, { amount: { amount: '27.18', currency: 'TUSDT' } }));
    const { data } = await gateway.client.getBalances({ params: { id: cardholder } });
    expect(data).toMatchObject([{ currency: 'TUSDT', amount: '58.59', usdValue: '58.59', bonus: '0.00' }]);
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'reset', times: 0 });
    await expect(balance(cardholder)).rejects.toMatchObject({ code: 'provider-unavailable', status: 503 });
  });
});
