import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { caller } from './keysecure/testing/caller.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => sandbox.admin.reset());
afterAll(() => sandbox.close());

async function http(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) {
  const answer = await request(sandbox.url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

test('health and credentials', async () => {
  expect(await http('GET', '/health')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await http('GET', '/admin/credentials')).toEqual({ status: 200, body: sandbox.credentials });
});

test.each<[string, Record<string, string>, number]>([
  ['a loopback address', { host: '127.0.0.1:8090' }, 200],
  ['a loopback name and its own origin', { host: 'localhost:8090', origin: 'http://localhost:8090' }, 200],
  ['loopback of IPv6', { host: '[::1]:8090' }, 200],
  ['the origin of another site', { host: 'localhost:8090', origin: 'https://elsewhere.example' }, 403],
  ['another port of this machine', { host: 'localhost:8090', origin: 'http://localhost:3000' }, 403],
  ['no nameable origin', { host: 'localhost:8090', origin: 'null' }, 403],
  ['a name made to resolve to this machine', { host: 'elsewhere.example:8090' }, 403],
  ['the same, with its own origin', { host: '127.0.0.1.example', origin: 'http://127.0.0.1.example' }, 403],
  ['a host that is none', { host: 'a b' }, 403],
])('admin asked for with %s', async (_name, headers, status) => {
  const asked = await request(`${sandbox.url}/admin/reset`, { method: 'POST', headers });
  await asked.body.dump();
  expect(asked.statusCode).toBe(status);
});

test('the configured host may ask for admin; a provider is asked under any name', async () => {
  const named = await startSandbox({ host: '0.0.0.0' });
  const ask = async (path: string, host: string) => {
    const { statusCode, body } = await request(named.url + path, { headers: { host } });
    await body.dump();
    return statusCode;
  };
  expect(await ask('/admin/clock', '0.0.0.0:8090')).toBe(200);
  expect(await ask('/admin/clock', 'sandbox:8090')).toBe(403);
  expect(await ask('/keysecure/open-api/v1/merchant/token', 'sandbox:8090')).toBe(200);
  await named.close();
});

test('clock, faults, tokens and reset', async () => {
  const set = Date.parse('2030-01-01T00:00:00Z');
  expect((await http('POST', '/admin/clock', { set, skewMs: 5 })).body).toMatchObject({ skewMs: 5 });
  expect(sandbox.admin.clock().now).toBeGreaterThanOrEqual(set);
  const fault = { provider: 'keysecure', operation: 'card/list', fault: 'hang' };
  expect((await http('POST', '/admin/faults', fault)).status).toBe(200);
  expect((await http('GET', '/admin/faults')).body).toMatchObject([{ ...fault, times: 1, after: 0, hits: 0 }]);
  expect((await http('POST', '/admin/faults', { ...fault, fault: 'explode' })).status).toBe(400);
  expect((await http('DELETE', '/admin/faults')).status).toBe(200);
  expect(sandbox.admin.faults()).toEqual([]);
  expect((await http('POST', '/admin/tokens/expire')).status).toBe(200);
  expect((await http('POST', '/admin/reset')).status).toBe(200);
  expect(sandbox.admin.clock().skewMs).toBe(0);
});

test('ledger, requests and SMS, with filters', async () => {
  const credit = caller(sandbox);
  await credit.cardholder('user-1');
  await credit.cardholder('user-2');
  expect((await http('GET', '/admin/ledger?provider=keysecure&operation=cardholder/apply')).body).toMatchObject([
    { effect: 'cardholder_created', reference: 'user-1', at: expect.any(String) },
    { reference: 'user-2' },
  ]);
  expect((await http('GET', '/admin/ledger?reference=user-2')).body).toHaveLength(1);
  expect((await http('GET', '/admin/ledger?provider=yixin')).body).toEqual([]);
  expect((await http('GET', '/admin/requests?operation=cardholder/apply')).body).toMatchObject({
    counts: [{ provider: 'keysecure', operation: 'cardholder/apply', count: 2 }],
    requests: [{ reference: 'user-1' }, { reference: 'user-2' }],
  });
  expect((await http('GET', '/admin/sms?phone=13800000001')).body).toEqual([]);
  expect((await http('GET', '/admin/ledger?nonsense=1')).status).toBe(400);
});

test('seeding and changing state', async () => {
  const { openApi, keysecure, onerway, yixin } = sandbox.admin;
  const bin = { ...openApi.bins()[0], bin_id: 'cpi_new' };
  await http('POST', '/admin/open-api/bins', [bin]);
  await http('POST', '/admin/open-api/cards', { count: 3, seed: 9, binId: 'cpi_new' });
  const card = openApi.cards().at(-1);
  expect(openApi.cards()).toHaveLength(28);
  expect(card?.bin_id).toBe('cpi_new');
  await http('POST', `/admin/open-api/cards/${card?.card_id}`, { status: 3, balance: '7.00' });
  expect(openApi.cards().at(-1)).toEqual({ ...card, status: 3, balance: '7.00' });
  expect((await http('POST', '/admin/open-api/cards/nobody', { status: 3 })).status).toBe(404);
  expect((await http('POST', `/admin/open-api/cards/${card?.card_id}`, { balance: '1e3' })).status).toBe(400);

  await caller(sandbox).cardholder('user-1');
  await http('POST', '/admin/keysecure/cardholders/user-1', { status: 'Rejected', failReason: 'because' });
  expect(keysecure.cardholders()).toMatchObject([{ status: 'Rejected', failReason: 'because' }]);
  expect((await http('GET', '/admin/keysecure/cardholders')).body).toMatchObject([{ cents: '0' }]);
  expect((await http('POST', '/admin/keysecure/cards/C1', { status: 'Frozen' })).status).toBe(404);

  await http('POST', '/admin/onerway/tokens', { merchantCustId: 'c', tokens: [{ year: '2024', cardBinCountry: '' }] });
  expect(onerway.tokens().at(-1)?.token).toMatchObject({ year: '2024', month: '08' });
  expect(onerway.tokens().at(-1)?.token).not.toHaveProperty('cardBinCountry');
  const bound = { cardNo: '6217000000000000', phone: '13800000001' };
  await http('POST', '/admin/yixin/cards', { user: 'u', cards: [bound] });
  expect(yixin.cards()).toMatchObject([{ user: 'u', ...bound }]);
  sandbox.admin.reset();
  expect(openApi.cards()).toHaveLength(25);
  expect(yixin.cards()).toEqual([]);
});

test('synthetic numbers pass Luhn', () => {
  sandbox.admin.openApi.seedCards({ count: 200, seed: 11, replace: true });
  const luhn = (pan: string) =>
    Array.from(pan)
      .toReversed()
      .map((digit, place) => (place % 2 === 0 ? Number(digit) : Number('0246813579'.charAt(Number(digit)))))
      .reduce((sum, digit) => sum + digit, 0) % 10;
  expect(sandbox.admin.openApi.cards().map((card) => luhn(card.card_no))).toEqual(Array.from({ length: 200 }, () => 0));
});

test('waiting ends with an error when the sandbox closes', async () => {
  const own = await startSandbox({ latencyMs: 1, openApi: { cards: 0 } });
  const waiting = own.admin.until(() => false);
  await Promise.all([expect(waiting).rejects.toThrow('closed'), own.close()]);
});
