import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { storeBoundCards } from '../src/bindings/bound-cards-store.ts';
import { jobWork } from '../src/work.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { send } from './setup/send.ts';
import { reconcileNow } from './setup/reconcile.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    undocumented: true,
  });
});
afterEach(() => gateway.sandbox.admin.clearFaults());
afterAll(() => gateway.close());

let users = 0;

/** A user with one token at Onerway, and the binding of it. */
async function boundToken() {
  const user = `holder-${(users += 1)}`;
  gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
  const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
  const { data } = await gateway.client.listBindings({ query });
  const [binding] = data;
  if (binding === undefined) throw new Error('The user has no token.');
  return { user, id: binding.id, params: { id: binding.id }, providerRef: binding.providerRef };
}
const deleted = (providerRef: string | null): number =>
  gateway.sandbox.admin.ledger({ provider: 'onerway', reference: providerRef ?? '', effect: 'token_deleted' }).length;
const asked = (): number => gateway.sandbox.admin.requestCount('onerway', 'deleteToken');
const fail = (fault: 'refuse' | 'reset' | 'work_then_reset', code?: string) =>
  gateway.sandbox.admin.addFault({ provider: 'onerway', operation: 'deleteToken', fault, ...(code && { code }) });
const statusOf = async (id: string) => (await gateway.client.getBinding({ params: { id } })).status;

describe('a token that is removed', () => {
  test('is deleted at the provider by the id of its binding, and its payment token is kept no longer', async () => {
    const { params, id, providerRef } = await boundToken();
    const { status, data } = await gateway.client.call('removeBinding', { params });
    expect({ status, binding: data.status, operation: data.operation?.outcome }).toEqual({
      status: 200,
      binding: 'removed',
      operation: 'succeeded',
    });
    expect(deleted(providerRef)).toBe(1);
    const { rows } = await gateway.pool.query('SELECT token_sealed FROM bindings WHERE provider_ref = $1', [
      providerRef,
    ]);
    expect(rows).toEqual([{ token_sealed: null }]);
    expect(await statusOf(id)).toBe('removed');
  });

  test('is not removed a second time: nothing is asked', async () => {
    const { params } = await boundToken();
    await gateway.client.removeBinding({ params });
    const before = asked();
    await expect(gateway.client.removeBinding({ params })).rejects.toMatchObject({
      code: 'illegal-state',
      status: 409,
    });
    expect(asked()).toBe(before);
  });

  test('is removed once by two at the same time', async () => {
    const { params, providerRef } = await boundToken();
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () =>
        gateway.client.removeBinding({ params }).then(
          ({ status }) => status,
          (error: { code: string }) => error.code,
        ),
      ),
    );
    expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'illegal-state',
      'illegal-state',
      'illegal-state',
      'removed',
    ]);
    expect(deleted(providerRef)).toBe(1);
  });

  test('stays bound when the provider refuses', async () => {
    const { params, id } = await boundToken();
    fail('refuse', '12004');
    await expect(gateway.client.removeBinding({ params })).rejects.toMatchObject({ code: 'refused-by-provider' });
    expect(await statusOf(id)).toBe('bound');
    expect(await gateway.client.removeBinding({ params })).toMatchObject({ status: 'removed' });
  });
});

describe('a removal whose answer is lost', () => {
  test.each(['11001', '12009'])(
    'is also one with %s, after which it may have worked; it is not sent again',
    async (code) => {
      const { params, providerRef } = await boundToken();
      fail('refuse', code);
      const idempotencyKey = crypto.randomUUID();
      const lost = await gateway.client.call('removeBinding', { params, idempotencyKey });
      expect(lost).toMatchObject({ status: 202, data: { status: 'bound', operation: { outcome: 'unknown' } } });
      const before = asked();
      expect(await gateway.client.call('removeBinding', { params, idempotencyKey })).toMatchObject({ status: 202 });
      expect([asked(), deleted(providerRef)]).toEqual([before, 0]);
    },
  );

  test('after the work resolves from the list, which lacks it; it is sent once', async () => {
    const { params, providerRef } = await boundToken();
    fail('work_then_reset');
    const { status, data } = await gateway.client.call('removeBinding', { params });
    expect({ status, binding: data.status, outcome: data.operation?.outcome }).toEqual({
      status: 202,
      binding: 'bound',
      outcome: 'unknown',
    });
    const before = asked();
    await reconcileNow(gateway.services, data.operation?.id);
    expect(await gateway.client.getBinding({ params })).toMatchObject({
      status: 'removed',
      operation: { outcome: 'succeeded' },
    });
    expect([asked(), deleted(providerRef)]).toEqual([before, 1]);
  });

  test('stays unknown while a row of the list cannot be read: it may be the token', async () => {
    const { params, user, id } = await boundToken();
    fail('work_then_reset');
    const { operation } = await gateway.client.removeBinding({ params });
    gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{ id: '..' }] });
    await reconcileNow(gateway.services, operation?.id);
    expect(await gateway.client.getOperation({ params: { id: operation?.id ?? '' } })).toMatchObject({
      outcome: 'unknown',
      resolvesBy: 'look-up',
    });
    expect(await statusOf(id)).toBe('bound');
  });

  test('before the work stays unknown while the list shows it, and a new removal asks the list first', async () => {
    const { params, id, providerRef } = await boundToken();
    fail('reset');
    const lost = await gateway.client.removeBinding({ params });
    await reconcileNow(gateway.services, lost.operation?.id);
    expect(await gateway.client.getBinding({ params })).toMatchObject({
      status: 'bound',
      operation: { outcome: 'unknown' },
    });
    expect(await gateway.client.removeBinding({ params })).toMatchObject({ status: 'removed' });
    expect([deleted(providerRef), await statusOf(id)]).toEqual([1, 'removed']);
    // That it is gone from the list is the second one's work.
    await reconcileNow(gateway.services, lost.operation?.id);
    expect(await gateway.client.getOperation({ params: { id: lost.operation?.id ?? '' } })).toMatchObject({
      outcome: 'superseded',
      resolvedBy: null,
    });
  });

  test('that had worked is found by the next removal, which sends nothing', async () => {
    const { params, providerRef } = await boundToken();
    fail('work_then_reset');
    await gateway.client.removeBinding({ params });
    const before = asked();
    await expect(gateway.client.removeBinding({ params })).rejects.toMatchObject({ code: 'illegal-state' });
    expect([asked(), deleted(providerRef)]).toEqual([before, 1]);
    expect(await gateway.client.getBinding({ params })).toMatchObject({ status: 'removed' });
  });
});

describe('a list that was asked for before', () => {
  /** The provider's current list of a user, to be stored later. */
  async function listed(user: string) {
    const account = gateway.services.accounts.byName('onerway');
    const askedAt = new Date();
    const answer = await account?.read(jobWork, async (call) =>
      account.adapter.boundCards?.list({ user, kind: 'token', userIp: null }, call),
    );
    if (account === undefined || answer?.kind !== 'done') throw new Error('no list');
    const list = { user, kind: 'token', ...answer.value, askedAt } as const;
    return () => storeBoundCards(gateway.pool, gateway.sealing, account, list);
  }
  const kept = async (providerRef: string | null) =>
    (
      await gateway.pool.query(
        'SELECT status, token_sealed IS NULL AS gone FROM bindings WHERE provider_ref = $1 ORDER BY id',
        [providerRef],
      )
    ).rows;

  test('a removal does not bring the token back', async () => {
    const { params, user, providerRef } = await boundToken();
    const storeOld = await listed(user);
    await gateway.client.removeBinding({ params });
    await storeOld();
    expect(await kept(providerRef)).toEqual([{ status: 'removed', gone: true }]);
  });

  test('a later list that lacks the token does not bring it back', async () => {
    const { user, providerRef } = await boundToken();
    const storeOld = await listed(user);
    const account = gateway.services.accounts.byName('onerway');
    if (account === undefined) throw new Error('no account');
    const empty = { user, kind: 'token', cards: [], unreadable: 0, askedAt: new Date(Date.now() + 1) } as const;
    await storeBoundCards(gateway.pool, gateway.sealing, account, empty);
    await storeOld();
    expect(await kept(providerRef)).toEqual([{ status: 'removed', gone: true }]);
  });
});

describe('the payment token of a binding', () => {
  const purpose = { purpose: 'a payment of the holder' };

  test('is revealed as the provider listed it, kept by nobody on the way, and written down first', async () => {
    const { params, id, providerRef } = await boundToken();
    const { client, key } = await gateway.key({ scopes: ['bindings:reveal'] });
    const response = await send(gateway.url, key, { path: `/v1/bindings/${id}/reveal`, body: purpose });
    expect(response.status).toBe(200);
    expect(response.headers).toContain('"cache-control","no-store"');
    const stored = gateway.sandbox.admin.onerway.tokens().find(({ token }) => token.id === providerRef);
    expect(JSON.parse(response.text)).toEqual({ binding: id, token: stored?.token.tokenId });
    const { rows } = await gateway.pool.query('SELECT action, purpose FROM audit_log WHERE resource = $1', [id]);
    expect(rows).toEqual([{ action: 'binding.reveal', ...purpose }]);
    expect(await client.revealBinding({ params, body: purpose })).toMatchObject({ binding: id });
  });

  test('needs its own scope', async () => {
    const { params } = await boundToken();
    const { client } = await gateway.key({ scopes: ['bindings:read', 'bindings:write', 'cards:reveal'] });
    await expect(client.revealBinding({ params, body: purpose })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('of a removed binding is gone', async () => {
    const { params } = await boundToken();
    await gateway.client.removeBinding({ params });
    const reveal = gateway.client.revealBinding({ params, body: purpose });
    await expect(reveal).rejects.toMatchObject({ code: 'illegal-state', status: 409 });
  });
});

test('without the path of the token delete it is not supported, and the account says what is missing', async () => {
  const plain = await startGateway({ jobs: false });
  try {
    plain.sandbox.admin.onerway.seedTokens({ merchantCustId: 'holder', tokens: [{}] });
    const query = { account: 'onerway', user: 'holder', kind: 'token', refresh: true } as const;
    const [binding] = (await plain.client.listBindings({ query })).data;
    const removal = plain.client.removeBinding({ params: { id: binding?.id ?? '' } });
    await expect(removal).rejects.toMatchObject({ code: 'not-supported' });
    const accounts = (await plain.client.listProviders()).data;
    const { operations, calls } = accounts.find(({ account }) => account === 'onerway') ?? {};
    expect(operations?.find(({ operation }) => operation === 'removeBinding')).toMatchObject({
      state: 'needs-settings',
      reason: expect.stringContaining('deleteTokenPath'),
    });
    expect(calls?.find(({ name }) => name === 'Token Removal')).toMatchObject({ state: 'needs-settings' });
  } finally {
    await plain.close();
  }
});
