import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startReceiver, type Receiver } from '../callbacks/testing/receiver.ts';
import { startSandbox, type Sandbox, type SandboxConfig } from '../index.ts';
import { defaultTransactions } from './transactions.ts';

let merchant: Receiver;
let running: Sandbox[] = [];
beforeAll(async () => {
  merchant = await startReceiver(() => ({ body: '{"code":0,"message":"success"}' }));
});
beforeEach(async () => {
  await Promise.all(running.map((sandbox) => sandbox.close()));
  running = [];
  merchant.received.length = 0;
});
afterAll(async () => {
  await Promise.all(running.map((sandbox) => sandbox.close()));
  await merchant.close();
});

async function start(openApi: SandboxConfig['openApi'] = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ openApi, callbacks: { targets: { 'open-api': merchant.url } } });
  running.push(sandbox);
  return sandbox;
}

test('each status has its event, with number, CVV and PIN in clear; a status without one is silent', async () => {
  const { openApi, callbacks } = (await start()).admin;
  const card = openApi.cards()[0];
  const id = card?.card_id ?? '';
  openApi.updateCard(id, { status: 1, use_at: '', close_at: '', end_at: '' });
  for (const status of [2, 3, 2, 4, 5, 6, 7, 42]) openApi.updateCard(id, { status });
  openApi.updateCard(id, { balance: '1.00' });
  await callbacks.idle();
  expect(merchant.received.map(({ fields }) => fields['eventTag'])).toEqual(
    ['active', 'freeze', 'unfreeze', 'closing', 'closed', 'lost', 'replace'].map((word) => `card.status.${word}`),
  );
  const data = merchant.received.map(({ fields }) => fields['data'] as Record<string, unknown>);
  expect(data[0]).toMatchObject({
    card_id: id,
    card_no: card?.card_no,
    cvv: card?.cvv,
    pin: card?.pin,
    expiry: card?.expiry,
    out_order_id: expect.stringContaining('platform_ord_'),
    status: 2,
    use_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    close_at: '',
  });
  expect(typeof data[0]?.['balance']).toBe('number');
  expect(data[3]).toMatchObject({ status: 4, close_at: expect.stringMatching(/^\d/), end_at: '' });
  expect(data[4]).toMatchObject({ status: 5, end_at: expect.stringMatching(/^\d/) });
  expect(callbacks.sent({ provider: 'open-api', reference: id, acknowledged: true })).toHaveLength(7);
});

test('the eventTag among the members, or in a header', async () => {
  const flat = await start({ eventTag: 'among-members' });
  const header = await start({ eventTag: 'header', eventTagHeader: 'X-Event' });
  for (const { admin } of [flat, header]) {
    const id = admin.openApi.cards()[0]?.card_id ?? '';
    admin.openApi.updateCard(id, { status: 6 });
    await admin.callbacks.idle();
  }
  expect(merchant.received[0]?.fields).toMatchObject({ eventTag: 'card.status.lost', status: 6 });
  expect(merchant.received[1]?.headers['x-event']).toBe('card.status.lost');
  expect(merchant.received[1]?.fields).toMatchObject({ status: 6 });
  expect(merchant.received[1]?.fields).not.toHaveProperty('eventTag');
});

test('wallet transaction detail on the configured path: one record, two for an exchange, none for an unknown one', async () => {
  const sandbox = await start({ transactionDetailPath: '/v9/anywhere' });
  const { baseUrl, customerId, appId, key, transactionDetailPath } = sandbox.credentials.openApi;
  expect(transactionDetailPath).toBe('/v9/anywhere');
  const ask = async (fields: object) => {
    const answer = await request(baseUrl + transactionDetailPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customer_id: customerId, app_id: appId, key, ...fields }),
    });
    return answer.body.text();
  };
  const rows = async (id: string) =>
    (JSON.parse(await ask({ transaction_id: id })) as { data: { transaction_list: object[] } }).data.transaction_list;
  const [plain, exchanged] = defaultTransactions.map((one) => one.transaction_id);
  expect(await rows(plain ?? '')).toMatchObject([{ in_out_type: 2, amount: 100, status: 2 }]);
  expect(await ask({ transaction_id: plain })).toContain('"amount":100.00,');
  expect(await rows(exchanged ?? '')).toMatchObject([{ in_out_type: 2 }, { in_out_type: 1, currency: 'EUR' }]);
  expect(await rows('nobody')).toEqual([]);
  expect(JSON.parse(await ask({}))).toMatchObject({ code: 90_002 });
  expect(JSON.parse(await ask({ key: 'wrong', transaction_id: plain }))).toMatchObject({ code: 90_001 });
  const own = defaultTransactions
    .slice(0, 1)
    .map((one) => Object.assign({}, one, { transaction_id: 'mine', status: 3 }));
  sandbox.admin.openApi.seedTransactions(own);
  expect(await rows('mine')).toMatchObject([{ status: 3 }]);
});
