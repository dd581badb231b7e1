import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { everythingStored, tracesIn } from './setup/traces.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

const known = 'custId_1640247522000';
type Kind = 'token' | 'subscription';

async function listed(user: string, kind?: Kind, refresh = true) {
  const query = { account: 'onerway', user, kind, refresh };
  const { data } = await gateway.client.listBindings({ query });
  return data.toReversed();
}

async function synced(user: string, kind?: Kind) {
  const { client } = gateway;
  const started = await client.startSync({ body: { account: 'onerway', user, kind } });
  return until(
    () => client.getSync({ params: { id: started.id } }),
    ({ status }) => status === 'succeeded' || status === 'failed',
  );
}

describe('the card tokens of a user', () => {
  test('are listed and kept: masked number, expiry, network, country; several of one card are several', async () => {
    const tokens = await listed(known, 'token');
    const shown = tokens.map(({ maskedNumber, last4, expiry, network, binCountry }) => [
      maskedNumber,
      last4,
      expiry,
      network,
      binCountry,
    ]);
    // The fifth belongs to another store of the merchant.
    expect(shown.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['411773******0421', '0421', '2031-05', 'visa', 'US'],
      ['411773******0421', '0421', '2031-05', 'visa', 'US'],
      ['455600******3304', '3304', '2032-12', 'visa', null],
      ['527390******7718', '7718', '2024-05', 'mastercard', 'US'],
    ]);
    const stored = gateway.sandbox.admin.onerway.tokens();
    for (const token of tokens) {
      expect(token).toMatchObject({
        provider: 'onerway',
        account: 'onerway',
        user: known,
        kind: 'token',
        status: 'bound',
        cardType: null,
        bank: null,
        challenge: null,
        operation: null,
      });
      expect(stored.map(({ token: { id } }) => id)).toContain(token.providerRef);
    }
    expect(new Set(tokens.map(({ providerRef }) => providerRef)).size).toBe(4);
  });

  test('are the same rows in every list, read from our records without asking the provider', async () => {
    const { client, sandbox } = gateway;
    const first = await listed(known, 'token');
    const second = await listed(known, 'token');
    const still = ({ syncedAt: _syncedAt, ...rest }: (typeof first)[number]) => rest;
    expect(second.map(still)).toEqual(first.map(still));
    expect(second.every((token, index) => String(token.syncedAt) > String(first[index]?.syncedAt))).toBe(true);

    const count = sandbox.admin.requestCount('onerway', 'queryTokenList');
    expect(await listed(known, 'token', false)).toEqual(second);
    const [token] = second;
    expect(await client.getBinding({ params: { id: token?.id ?? '' } })).toEqual(token);
    expect(sandbox.admin.requestCount('onerway', 'queryTokenList')).toBe(count);
  });

  test('and their subscriptions are two kinds; without one named, both are asked for', async () => {
    const subscriptions = await listed(known, 'subscription');
    expect(subscriptions.map(({ kind, maskedNumber, status }) => [kind, maskedNumber, status])).toEqual(
      Array.from({ length: 3 }, () => ['subscription', '411773******0421', 'bound']),
    );
    const { sandbox } = gateway;
    const count = sandbox.admin.requestCount('onerway', 'queryTokenList');
    expect((await listed(known)).map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'subscription'),
      ...Array.from({ length: 4 }, () => 'token'),
    ]);
    expect(sandbox.admin.requestCount('onerway', 'queryTokenList')).toBe(count + 2);
  });

  test('that the provider no longer lists are removed, and are bound again, in their row, when they come back', async () => {
    const { admin } = gateway.sandbox;
    const kept = { id: '1800000000000000001', cardNumber: '411111******1111' };
    const lost = { id: '1800000000000000002', cardNumber: '422222******2222' };
    admin.onerway.seedTokens({ merchantCustId: 'comes-and-goes', tokens: [kept, lost] });
    const before = await listed('comes-and-goes', 'token');
    expect(before.map(({ status }) => status)).toEqual(['bound', 'bound']);

    admin.reset();
    admin.onerway.seedTokens({ merchantCustId: 'comes-and-goes', tokens: [kept] });
    const after = await listed('comes-and-goes', 'token');
    expect(after.map(({ id, status }) => [id, status])).toEqual(
      before.map(({ id, providerRef }) => [id, providerRef === lost.id ? 'removed' : 'bound']),
    );
    const bound = await gateway.client.listBindings({ query: { user: 'comes-and-goes', status: 'bound' } });
    expect(bound.data.map(({ providerRef }) => providerRef)).toEqual([kept.id]);

    admin.onerway.seedTokens({ merchantCustId: 'comes-and-goes', tokens: [lost] });
    const again = await listed('comes-and-goes', 'token');
    expect(again.map(({ id, status }) => [id, status])).toEqual(before.map(({ id }) => [id, 'bound']));
  });

  test('stay as they were while the provider is down', async () => {
    const before = await listed(known, 'token');
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'onerway', operation: 'queryTokenList', fault: 'truncated' });
    await expect(listed(known, 'token')).rejects.toMatchObject({ code: 'provider-error', status: 502 });
    admin.addFault({ provider: 'onerway', operation: 'queryTokenList', fault: 'refuse' });
    await expect(listed(known, 'token')).rejects.toMatchObject({
      code: 'provider-error',
      problem: { provider: { name: 'onerway', code: '12004' } },
    });
    expect(await listed(known, 'token', false)).toEqual(before);
  });

  test('of a user whom nobody knows are none', async () => {
    expect(await listed('nobody-at-all', 'token')).toEqual([]);
    expect(await synced('nobody-at-all')).toMatchObject({ status: 'succeeded', seen: 0, total: 0 });
  });

  test('are nobody else’s: not another user’s, not another tenant’s', async () => {
    const [token] = await listed(known, 'token');
    expect(await listed('another-user', 'token')).toEqual([]);
    const other = await gateway.key({ tenant: 'other' });
    expect((await other.client.listBindings({ query: { user: known } })).data).toEqual([]);
    await expect(other.client.getBinding({ params: { id: token?.id ?? '' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('can be paged', async () => {
    await listed(known);
    const whole = await gateway.client.listBindings({ query: { account: 'onerway', user: known, limit: 200 } });
    const walked: unknown[] = [];
    const query = { account: 'onerway', user: known, limit: 3 };
    for await (const token of gateway.client.all('listBindings', { query })) walked.push(token);
    expect(walked).toEqual(whole.data);
    expect(walked).toHaveLength(7);
  });
});

describe('a sync of a user', () => {
  test('and lists of the same user, all at once over two processes, come to the same rows', async () => {
    const user = 'all-at-once';
    gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}, {}, {}] });
    const second = await gateway.another();
    const lists = Array.from({ length: 8 }, (_, index) => {
      const { client } = index % 2 === 0 ? gateway : second;
      return client.listBindings({ query: { account: 'onerway', user, kind: 'token', refresh: true } });
    });
    const [sync, ...answers] = await Promise.all([synced(user), ...lists]);
    await second.close();
    expect(sync).toMatchObject({ status: 'succeeded', seen: 3 });
    const ids = (await listed(user, 'token', false)).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    for (const { data } of answers) expect(data.map(({ id }) => id).toReversed()).toEqual(ids);
  });

  test('brings in the kind that is named, else the first, and finds the same rows again', async () => {
    const user = 'by-sync';
    const { admin } = gateway.sandbox;
    admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}, { paymentMethod: 'AMERICAN EXPRESS' }] });
    admin.onerway.seedTokens({ merchantCustId: user, kind: 'SUBSCRIBE', tokens: [{}] });

    expect(await synced(user)).toMatchObject({ kind: 'token', user, status: 'succeeded', pages: 1, seen: 2, total: 2 });
    const tokens = await listed(user, undefined, false);
    expect(tokens.map(({ kind, network }) => [kind, network])).toEqual([
      ['token', 'visa'],
      ['token', 'amex'],
    ]);
    expect(await synced(user, 'subscription')).toMatchObject({ kind: 'subscription', seen: 1 });
    expect(await listed(user, 'subscription', false)).toHaveLength(1);

    await synced(user, 'token');
    expect((await listed(user, 'token', false)).map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
    expect((await listed(user, 'token')).map(({ id }) => id)).toEqual(tokens.map(({ id }) => id));
  });

  test('must name a user, and a kind that the account has', async () => {
    const { client, sandbox } = gateway;
    const count = sandbox.admin.requests().requests.length;
    await expect(client.startSync({ body: { account: 'onerway' } })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: '/user' }] },
    });
    await expect(client.startSync({ body: { account: 'onerway', kind: 'token' } })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ pointer: '/user' }] },
    });
    const body = { account: 'onerway', user: known, kind: 'bank_card' } as const;
    await expect(client.startSync({ body })).rejects.toMatchObject({
      code: 'not-supported',
      status: 422,
      problem: { errors: [{ pointer: '/kind' }] },
    });
    await expect(client.listBindings({ query: { ...body, refresh: true } })).rejects.toMatchObject({
      code: 'not-supported',
      status: 422,
      problem: { errors: [{ pointer: 'query/kind' }] },
    });
    expect(sandbox.admin.requests().requests).toHaveLength(count);
  });
});

test('a user whose name is longer than the provider takes is refused before any call', async () => {
  const { sandbox } = gateway;
  const count = sandbox.admin.requests().requests.length;
  await expect(listed('u'.repeat(51), 'token')).rejects.toMatchObject({ code: 'invalid-request', status: 400 });
  expect(await synced('u'.repeat(51))).toMatchObject({ status: 'failed', failure: expect.stringContaining('50') });
  expect(sandbox.admin.requests().requests).toHaveLength(count);
});

test('a refresh must name account and user', async () => {
  const { client } = gateway;
  await expect(client.listBindings({ query: { refresh: true } })).rejects.toMatchObject({
    status: 400,
    problem: { errors: [{ pointer: 'query/account' }, { pointer: 'query/user' }] },
  });
});

test('a token, which is a payment credential, is sealed at rest and shown to nobody', async () => {
  const user = 'canary-user';
  gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}, {}] });
  const replies = JSON.stringify([await listed(user, 'token'), await synced(user, 'token'), await listed(known)]);
  const tokens = gateway.sandbox.admin.onerway.tokens().map(({ token }) => token.tokenId);
  expect(tokens.length).toBeGreaterThan(8);
  expect(tracesIn(replies, tokens)).toEqual([]);
  expect(tracesIn(gateway.log(), tokens)).toEqual([]);
  const stored = await everythingStored(gateway.pool);
  expect(tracesIn(stored, tokens)).toEqual([]);

  const { rows } = await gateway.pool.query<{ sealed: number; distinct: number }>(
    `SELECT count(token_sealed)::int AS sealed, count(DISTINCT token_sealed)::int AS distinct FROM bindings WHERE user_ref = $1`,
    [user],
  );
  expect(rows).toEqual([{ sealed: 2, distinct: 2 }]);
});
