import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
let authorization: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  const { clientId, clientSecret } = sandbox.credentials.harbour;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const { value } = await send('POST', '/oauth/token', 'grant_type=client_credentials', basic);
  authorization = `Bearer ${String(value['access_token'])}`;
});
afterAll(() => sandbox.close());

async function send(method: 'GET' | 'POST', path: string, body: string | null = null, as = authorization) {
  const headers = { authorization: as, 'content-type': 'application/json' };
  const answer = await request(sandbox.credentials.harbour.baseUrl + path, { method, headers, body });
  const { 'retry-after': retryAfter } = answer.headers;
  return { status: answer.statusCode, retryAfter, value: (await answer.body.json()) as Record<string, unknown> };
}
const order = (product: string, reference = 'card_01') =>
  send('POST', '/v2/cards', JSON.stringify({ reference, product, form: 'virtual' }));

test('an order makes one card, which the ledger shows (harbour.md §4)', async () => {
  const { status, value } = await order('hp_gift');
  expect({ status, value }).toMatchObject({ status: 201, value: { reference: 'card_01', state: 'active' } });
  expect(sandbox.admin.ledger({ effect: 'card_issued', reference: 'card_01' })).toHaveLength(1);
  expect((await send('GET', `/v2/cards/${String(value['id'])}`)).value).toEqual(value);
  expect((await send('GET', '/v2/cards?reference=card_01')).value).toEqual({ data: [value], next: null });
});

test('cards come two a page, the oldest first (harbour.md §1.4)', async () => {
  for (const reference of ['card_02', 'card_03']) await order('hp_gift', reference);
  const { value } = await send('GET', '/v2/cards');
  expect(value).toMatchObject({ data: [{ reference: 'card_01' }, { reference: 'card_02' }] });
  const { value: last } = await send('GET', `/v2/cards?after=${String(value['next'])}`);
  expect(last).toMatchObject({ data: [{ reference: 'card_03' }], next: null });
});

test.each([
  ['a product that is none', () => order('hp_9'), 422, 'no_such_product'],
  ['a product that is closed', () => order('hp_old'), 409, 'product_closed'],
  ['a card that is none', () => send('GET', '/v2/cards/hc_9'), 404, 'no_such_card'],
  ['a token that is none', () => send('GET', '/v2/cards', null, 'Bearer none'), 401, 'invalid_token'],
] as const)('%s is refused as the documents say (harbour.md §1.3)', async (_what, act, status, code) => {
  expect(await act()).toMatchObject({ status, value: { error: { code } } });
});

test('a refusal for now says when to come again (harbour.md §1.3)', async () => {
  sandbox.admin.addFault({ provider: 'harbour', operation: 'issue', fault: 'refuse', code: 'too_many' });
  expect(await order('hp_gift', 'card_04')).toMatchObject({ status: 429, retryAfter: '7' });
  expect(sandbox.admin.ledger({ reference: 'card_04' })).toEqual([]);
});
