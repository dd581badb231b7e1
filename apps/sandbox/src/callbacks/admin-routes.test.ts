import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Delivery, type Sandbox } from '../index.ts';
import { caller } from '../keysecure/testing/caller.ts';
import { startReceiver, type Receiver } from './testing/receiver.ts';

let sandbox: Sandbox;
let merchant: Receiver;
beforeAll(async () => {
  sandbox = await startSandbox({ keysecure: { cardDelayMs: 0 } });
  merchant = await startReceiver();
});
afterAll(async () => {
  await sandbox.close();
  await merchant.close();
});

async function http(method: 'GET' | 'POST', path: string, body?: unknown) {
  const answer = await request(`${sandbox.url}/admin/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

test('all of it over HTTP, as a person would', async () => {
  const we = caller(sandbox, 'AUTHORIZATION');
  const order = { card_unique_no: 'card-1', card_type: 'Virtual', card_bin_no: 'BIN2026000001' };
  await we.post('card/apply', { cardholder_no: await we.cardholder('user-1'), ...order });
  await http('GET', 'keysecure/cards');
  expect((await http('POST', 'callbacks/targets', { provider: 'keysecure', url: 'nowhere' })).status).toBe(400);
  expect((await http('POST', 'callbacks/targets', { provider: 'yixin', url: merchant.url })).status).toBe(400);
  expect((await http('POST', 'callbacks/targets', { provider: 'keysecure', url: merchant.url })).status).toBe(200);
  expect((await http('GET', 'callbacks/targets')).body).toEqual({ keysecure: merchant.url });

  await http('POST', 'callbacks/hold');
  await http('POST', 'keysecure/cards/card-1', { status: 'Frozen', reason: 'because' });
  await http('POST', 'keysecure/cards/card-1', { status: 'Activated' });
  expect((await http('GET', 'callbacks/held')).body).toMatchObject([{ kind: 'Card_update' }, { kind: 'Card_update' }]);
  const released = await http('POST', 'callbacks/release', { order: 'reversed', times: 2 });
  expect(released.body).toHaveLength(4);
  expect(merchant.received[3]?.fields).toMatchObject({ data: { after_status: 'Frozen', reason: 'because' } });

  const fees = [{ fee_type: 'Consume_fee', amount: '0.10' }];
  const paid = await http('POST', 'keysecure/pay', { cardNo: 'card-1', amount: '5.00', fees });
  expect(paid.body).toMatchObject({ approved: true, why: 'approved' });
  const { consumeNo } = paid.body as { consumeNo: string };
  await http('POST', `keysecure/consumptions/${consumeNo}`, { remark: 'later' });
  expect((await http('POST', 'keysecure/consumptions/X404', { remark: 'later' })).status).toBe(404);
  expect((await http('POST', 'callbacks/idle')).body).toEqual({ ok: true });
  expect((await http('GET', 'keysecure/consumptions')).body).toMatchObject([{ consumeNo, remark: 'later' }]);
  const sent = (await http('GET', `callbacks?kind=Consumption&reference=${consumeNo}`)).body as Delivery[];
  expect(sent.map(({ acknowledged }) => acknowledged)).toEqual([true, true]);
  expect((await http('GET', 'callbacks?acknowledged=false')).body).toEqual([]);

  const forged = await http('POST', 'callbacks/forge', { provider: 'keysecure', kind: 'flipped-bit', bit: 3 });
  expect(forged.body).toMatchObject({ delivery: { forged: 'flipped-bit', status: 200 } });
  const { bodyBase64 } = forged.body as { bodyBase64: string };
  expect(Buffer.from(bodyBase64, 'base64')[0]).toBe('{'.charCodeAt(0) ^ 8);
});
