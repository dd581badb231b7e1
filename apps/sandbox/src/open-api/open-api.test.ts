import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => sandbox.admin.reset());
afterAll(() => sandbox.close());

interface Reply {
  code: number;
  message: string;
  data?: { total: number; page_no: number; page_size: number; card_list: Row[]; bin_list: Row[] };
}
type Row = Record<string, unknown>;

async function raw(path: string, body: string, method: 'POST' | 'GET' = 'POST', contentType = 'application/json') {
  const { baseUrl, version } = sandbox.credentials.openApi;
  const headers = { 'content-type': contentType };
  const url = `${baseUrl}/${version}/openApi/card/${path}`;
  const answer = await request(url, method === 'GET' ? { method, headers } : { method, headers, body });
  return { status: answer.statusCode, text: await answer.body.text() };
}

const identity = () => {
  const { customerId, appId, key } = sandbox.credentials.openApi;
  return { customer_id: customerId, app_id: appId, key };
};

async function call(path: string, fields: Row): Promise<Reply & { text: string }> {
  const { status, text } = await raw(path, JSON.stringify({ ...identity(), page_no: 1, page_size: 10, ...fields }));
  expect(status).toBe(200);
  return { ...(JSON.parse(text) as Reply), text };
}

test('bins: the default catalogue, echoed as asked, beyond the end empty', async () => {
  const first = await call('bin/binList', { page_size: 2 });
  expect(first).toMatchObject({ code: 0, message: 'success', data: { total: 3, page_no: 1, page_size: 2 } });
  expect(first.data?.bin_list).toHaveLength(2);
  expect(first.data?.bin_list[0]).toMatchObject({ mode: 1, settle_currency: 'USD', bank: '', is_create: 1 });
  const last = await call('bin/binList', { page_no: 9 });
  expect(last.data).toMatchObject({ total: 3, bin_list: [] });
});

test('cards: 25 by default, page_no and page_size echoed swapped', async () => {
  const { data } = await call('cardList', { page_no: 3, page_size: 10 });
  expect(data).toMatchObject({ total: 25, page_no: 10, page_size: 3 });
  expect(data?.card_list).toHaveLength(5);
});

test('rows carry PAN, CVV and PIN, both shapes of card_id, empty strings and verbatim number literals', async () => {
  sandbox.admin.openApi.seedCards({ count: 40, seed: 7, replace: true });
  const { data, text } = await call('cardList', { page_size: 40 });
  const rows = data?.card_list ?? [];
  expect(rows.some((row) => /^[0-9a-f]{32}$/.test(String(row['card_id'])))).toBe(true);
  expect(rows.some((row) => /^cid_[A-Za-z0-9]{16}$/.test(String(row['card_id'])))).toBe(true);
  expect(rows.every((row) => /^\d{16}$/.test(String(row['card_no'])) && /^\d{3}$/.test(String(row['cvv'])))).toBe(true);
  expect(rows.some((row) => row['pin'] !== '')).toBe(true);
  expect(rows.some((row) => row['close_at'] === '' && row['holder_id'] === '')).toBe(true);
  expect(typeof rows[0]?.['balance']).toBe('number');
  const card = sandbox.admin.openApi.cards()[0];
  sandbox.admin.openApi.updateCard(card?.card_id ?? '', { balance: '100.00', status: 3 });
  const changed = await call('cardList', { card_no: card?.card_no });
  expect(changed.text).toContain('"balance":100.00,');
  expect(changed.data?.card_list[0]).toMatchObject({ status: 3 });
  expect(text).not.toContain('null');
});

test('a card is activated before its cancellation is requested, and that before it is completed', () => {
  sandbox.admin.openApi.seedCards({ count: 500, seed: 5, replace: true });
  const cards = sandbox.admin.openApi.cards();
  expect(cards.some((card) => card.end_at !== '')).toBe(true);
  for (const { status, use_at: used, close_at: closed, end_at: ended } of cards) {
    expect([used !== '', closed !== '', ended !== '']).toEqual([status !== 1, [4, 5].includes(status), status === 5]);
    if (closed !== '') expect(used < closed).toBe(true);
    if (ended !== '') expect(closed < ended).toBe(true);
  }
});

test('seeding repeats itself and fills 2,500 rows', async () => {
  sandbox.admin.openApi.seedCards({ count: 2500, seed: 3, replace: true });
  const first = sandbox.admin.openApi.cards();
  sandbox.admin.openApi.seedCards({ count: 2500, seed: 3, replace: true });
  expect(sandbox.admin.openApi.cards()).toEqual(first);
  const { data } = await call('cardList', { page_no: 25, page_size: 100 });
  expect(data?.total).toBe(2500);
  expect(data?.card_list.at(-1)?.['card_id']).toBe(first.at(-1)?.card_id);
});

test('filters, and an empty filter is a filter', async () => {
  const card = sandbox.admin.openApi.cards()[4];
  expect((await call('cardList', { card_no: card?.card_no })).data?.total).toBe(1);
  const ofBin = (await call('cardList', { bin_id: card?.bin_id, status: card?.status })).data?.card_list ?? [];
  expect(ofBin.every((row) => row['bin_id'] === card?.bin_id && row['status'] === card?.status)).toBe(true);
  expect((await call('cardList', { status: 0 })).data?.total).toBe(0);
  expect((await call('cardList', { card_no: '' })).data?.total).toBe(0);
});

test.each([
  ['a wrong key', { key: 'wrong' }],
  ['a wrong customer', { customer_id: 1 }],
  ['an app_id that is a string', { app_id: '200031' }],
  ['page zero', { page_no: 0 }],
  ['a page size that is a string', { page_size: '10' }],
  ['a page size beyond the limit', { page_size: 101 }],
  ['a status that is a string', { status: '2' }],
])('%s: HTTP 200, a code that is not 0, no data', async (_name, fields) => {
  const answer = await call('cardList', fields);
  expect(answer.code).not.toBe(0);
  expect(answer).not.toHaveProperty('data');
});

test('POST and JSON only', async () => {
  expect((await raw('cardList', '', 'GET')).status).toBe(405);
  expect((await raw('cardList', '{}', 'POST', 'text/plain')).status).toBe(415);
  expect(JSON.parse((await raw('cardList', '[1]')).text)).toMatchObject({ code: 90_002 });
  expect((await raw('cardDetail', '{}')).status).toBe(404);
});
