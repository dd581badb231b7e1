import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { storeBoundCards } from '../src/bindings/bound-cards-store.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, smsCode } from './setup/orders.ts';
import { ahead, reconcileNow } from './setup/reconcile.ts';

const userIp = '203.0.113.9';
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_WRITE_TIMEOUT_MS: '2000', SMS_RESEND_AFTER_MS: '0', PROVIDER_CIRCUIT_FAILURES: '1000' },
    undocumented: true,
    account: (name, { userIp: given, ...settings }) => ({
      ...settings,
      // Without a default address only who calls can have the list asked for.
      ...(name !== 'yixin' && given !== undefined && { userIp: given }),
    }),
  });
});
afterEach(() => gateway.sandbox.admin.clearFaults());
afterAll(() => gateway.close());

const operation = (id: string | undefined) => gateway.client.getOperation({ params: { id: id ?? '' } });
const statusOf = async (id: string) => (await gateway.client.getBinding({ params: { id } })).status;
const listYixin = (user: string) =>
  gateway.client.listBindings({ query: { account: 'yixin', user, refresh: true, userIp } });

async function awaitingCode(card = bankCard()) {
  const { id } = await gateway.client.startBinding({ body: { ...card, userIp } });
  return { id, card, verify: () => ({ params: { id }, body: { code: smsCode(gateway, card.phone), userIp } }) };
}

describe('a list of what a user has bound', () => {
  test('resolves a lost code that it shows to have bound the card, where no look-up can ask', async () => {
    const { id, card, verify } = await awaitingCode();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'work_then_reset' });
    const lost = await gateway.client.verifyBinding(verify());
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'person' });
    await listYixin(card.user);
    expect(await statusOf(id)).toBe('bound');
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'succeeded', resolvedBy: 'list' });
  });

  test('leaves a lost code unknown that it does not show to have bound the card', async () => {
    const { id, card, verify } = await awaitingCode();
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'reset' });
    const lost = await gateway.client.verifyBinding(verify());
    await listYixin(card.user);
    expect(await statusOf(id)).toBe('awaiting_code');
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'unknown' });
  });

  test.each([
    ['work_then_reset', 'removed', { outcome: 'succeeded', resolvedBy: 'list' }],
    ['reset', 'bound', { outcome: 'unknown' }],
  ] as const)('resolves a lost removal once it lacks the token: %s', async (fault, status, outcome) => {
    const user = `holder-${fault}`;
    gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
    const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
    const { data } = await gateway.client.listBindings({ query });
    const id = data[0]?.id ?? '';
    gateway.sandbox.admin.addFault({ provider: 'onerway', operation: 'deleteToken', fault });
    const lost = await gateway.client.removeBinding({ params: { id } });
    await gateway.client.listBindings({ query });
    expect(await statusOf(id)).toBe(status);
    expect(await operation(lost.operation?.id)).toMatchObject(outcome);
  });

  test('removes what a code had bound and no list has shown, unless it was asked for before that', async () => {
    const { id, card, verify } = await awaitingCode();
    const before = new Date();
    await gateway.client.verifyBinding(verify());
    const account = gateway.services.accounts.byName('yixin');
    if (account === undefined) throw new Error('There is no account.');
    const { pool, sealing } = gateway.services;
    const empty = { user: card.user, kind: 'bank_card', cards: [], unreadable: 0 } as const;
    await storeBoundCards(pool, sealing, account, { ...empty, askedAt: before });
    expect(await statusOf(id)).toBe('bound');
    await storeBoundCards(pool, sealing, account, { ...empty, unreadable: 1, askedAt: new Date(Date.now() + 1000) });
    expect(await statusOf(id)).toBe('bound');
    await storeBoundCards(pool, sealing, account, { ...empty, askedAt: new Date(Date.now() + 1000) });
    expect(await statusOf(id)).toBe('removed');
  });
});

test.each(['hang', 'drip', 'work_then_hang', 'reset'] as const)(
  'a start whose answer is lost (%s) leaves time to ask whether the card needs a binding',
  async (fault) => {
    const { card, verify } = await awaitingCode();
    await gateway.client.verifyBinding(verify());
    const asked = gateway.sandbox.admin.requestCount('yixin', 'needCardSign');
    gateway.sandbox.admin.addFault({ provider: 'yixin', operation: 'bindCard', fault });
    const { status, data } = await gateway.client.call('startBinding', { body: { ...card, userIp } });
    expect({ status, binding: data.status }).toEqual({ status: 201, binding: 'not_required' });
    expect(gateway.sandbox.admin.requestCount('yixin', 'needCardSign')).toBe(asked + 1);
  },
);

describe('an answer that cannot be read', () => {
  test('does not keep a user from the next code', async () => {
    const { id, verify } = await awaitingCode();
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault: 'reset' });
    await gateway.client.verifyBinding(verify());
    admin.addFault({ provider: 'yixin', operation: 'cardList', fault: 'not_json', times: 0 });
    expect((await gateway.client.verifyBinding(verify())).status).toBe('bound');
    expect(await statusOf(id)).toBe('bound');
  });

  test.each([
    ['not_json', 'person'],
    ['bad_gateway', 'look-up'],
  ] as const)('for 72 h reaches a person, an error page does not: %s', async (fault, resolvesBy) => {
    const user = `unreadable-${fault}`;
    const { admin } = gateway.sandbox;
    admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}] });
    const query = { account: 'onerway', user, kind: 'token', refresh: true } as const;
    const { data } = await gateway.client.listBindings({ query });
    admin.addFault({ provider: 'onerway', operation: 'deleteToken', fault: 'reset' });
    const lost = await gateway.client.removeBinding({ params: { id: data[0]?.id ?? '' } });
    admin.addFault({ provider: 'onerway', operation: 'queryTokenList', fault, times: 0 });
    await reconcileNow(gateway.services, lost.operation?.id);
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy: 'look-up' });
    await reconcileNow(ahead(gateway, 72 * 3_600_000), lost.operation?.id);
    expect(await operation(lost.operation?.id)).toMatchObject({ outcome: 'unknown', resolvesBy });
  });
});
