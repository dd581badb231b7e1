import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { keysecureSign } from '../keysecure/callback.ts';
import { caller, type Caller } from '../keysecure/testing/caller.ts';
import { keysecureYes, startReceiver, type Receiver } from './testing/receiver.ts';

let sandbox: Sandbox;
let admin: Sandbox['admin'];
let merchant: Receiver;
let credit: Caller;
let holder: string;
beforeAll(async () => {
  sandbox = await startSandbox({ keysecure: { cardDelayMs: 60_000 }, callbacks: { pauseMs: 1, timeoutMs: 2000 } });
  admin = sandbox.admin;
  merchant = await startReceiver();
});
beforeEach(async () => {
  sandbox.admin.reset();
  for (const provider of ['keysecure', 'open-api', 'onerway'] as const) sandbox.admin.callbacks.target(provider, '');
  merchant.received.length = 0;
  merchant.says = () => ({ body: keysecureYes });
  credit = caller(sandbox);
  holder = await credit.cardholder('user-1');
});
afterAll(async () => {
  await sandbox.close();
  await merchant.close();
});

async function issued(uniqueNo = 'card-1'): Promise<string> {
  const order = { card_unique_no: uniqueNo, card_type: 'Virtual', package_no: 'PKG2026000001' };
  const { data } = await credit.post('card/apply', { cardholder_no: holder, ...order });
  return (data as { card_no: string }).card_no;
}
const changes = () =>
  merchant.received.map(({ fields }) => {
    const { before_status: before, after_status: after } = fields['data'] as Record<string, string>;
    return `${before} → ${after}`;
  });
describe('KeySecure Card_update', () => {
  test('without a target nothing is sent, and nothing later for what happened before', async () => {
    await issued();
    admin.changeClock({ advanceMs: 60_000 });
    admin.callbacks.target('keysecure', merchant.url);
    await admin.callbacks.idle();
    expect(admin.callbacks.sent()).toEqual([]);
    expect(merchant.received).toEqual([]);
  });

  test('each change of status, in order, signed, acknowledged and noted', async () => {
    admin.callbacks.target('keysecure', merchant.url);
    const no = await issued();
    await admin.callbacks.idle();
    expect(merchant.received).toEqual([]);
    admin.changeClock({ advanceMs: 60_000 });
    await credit.post('card/status/update', { card_no: no, status: 'Frozen' });
    await credit.post('card/status/update', { card_no: no, status: 'Frozen' });
    await credit.post('card/status/update', { card_no: no, status: 'Activated' });
    admin.keysecure.updateCard(no, { status: 'Delete', reason: 'lost' });
    await admin.callbacks.idle();
    expect(changes()).toEqual([
      'Pending → Activated',
      'Activated → Frozen',
      'Frozen → Activated',
      'Activated → Delete',
    ]);
    const last = merchant.received.at(-1);
    expect(last?.fields).toMatchObject({ action: 'Card_update', data: { card_no: no, reason: 'lost' } });
    const { apiKey: appId, apiSecret: secretKey } = credit.account;
    const timestamp = String(last?.headers['timestamp']);
    const data = last?.fields['data'] as Record<string, unknown>;
    expect(last?.headers).toMatchObject({
      'content-type': 'application/json',
      'sign-version': 'V1',
      timezone: 'UTC+8',
      signature: keysecureSign(data, { appId, secretKey, timestamp }),
    });
    expect(new Set(merchant.received.map(({ fields }) => fields['id'])).size).toBe(4);
    const noted = admin.callbacks.sent({ provider: 'keysecure', kind: 'Card_update', reference: no });
    expect(noted).toHaveLength(4);
    expect(noted[3]).toMatchObject({
      id: last?.fields['id'],
      attempt: 1,
      sent: last?.body,
      status: 200,
      body: keysecureYes,
      acknowledged: true,
      forged: null,
    });
  });

  test('a card becomes ready by itself', async () => {
    const own = await startSandbox({
      keysecure: { cardDelayMs: 20 },
      callbacks: { targets: { keysecure: merchant.url } },
    });
    credit = caller(own);
    holder = await credit.cardholder('user-1');
    const no = await issued();
    await own.admin.until(() => own.admin.callbacks.sent({ acknowledged: true }).length === 1);
    expect(own.admin.callbacks.sent()).toMatchObject([{ kind: 'Card_update', reference: no }]);
    await own.close();
  });

  test('the URL of one merchant is not that of another', async () => {
    const [one, other] = sandbox.credentials.keysecure;
    admin.callbacks.target('keysecure', `${merchant.url}/all`);
    admin.callbacks.target('keysecure', '', one?.apiKey);
    await issued();
    admin.changeClock({ advanceMs: 60_000 });
    await admin.callbacks.idle();
    expect(merchant.received).toEqual([]);
    expect(admin.callbacks.targets()).toMatchObject({ [`keysecure/${one?.apiKey}`]: '' });
    admin.callbacks.target('keysecure', merchant.url, one?.apiKey);
    admin.keysecure.updateCard('card-1', { status: 'Frozen' });
    await admin.callbacks.idle();
    expect(admin.callbacks.sent()).toMatchObject([{ url: merchant.url, merchant: one?.apiKey }]);
    expect(admin.callbacks.sent({ merchant: other?.apiKey })).toEqual([]);
  });
});

describe('acknowledgement', () => {
  test.each<[string, number, string, boolean]>([
    ['as documented', 200, keysecureYes, true],
    ['without a message', 200, '{"code":0}', true],
    ['code as text', 200, '{"code":"0","message":""}', false],
    ['a refusal', 200, '{"code":1,"message":"no"}', false],
    ['no JSON', 200, 'ok', false],
    ['nothing', 200, '', false],
    ['another status', 500, keysecureYes, false],
  ])('KeySecure, %s: sent again until it is, three times at most', async (_name, status, body, good) => {
    admin.callbacks.target('keysecure', merchant.url);
    await issued();
    merchant.says = () => ({ status, body });
    admin.keysecure.updateCard('card-1', { status: 'Fail' });
    await admin.callbacks.idle();
    const sent = admin.callbacks.sent();
    expect(sent.map(({ attempt }) => attempt)).toEqual(good ? [1] : [1, 2, 3]);
    expect(sent.every(({ acknowledged }) => acknowledged === good)).toBe(true);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  });

  test.each<[string, (id: string) => string, boolean]>([
    ['the bare id', (id) => id, true],
    ['the id in quotes', (id) => JSON.stringify(id), false],
    ['the id with a line break', (id) => `${id}\n`, false],
    ['another id', () => '1', false],
  ])('Onerway, %s', async (_name, body, good) => {
    admin.callbacks.target('onerway', merchant.url);
    merchant.says = ({ fields }) => ({ body: body(String(fields['transactionId'])) });
    admin.onerway.notify({ txnType: 'SALE', orderAmount: '5.00' });
    await admin.callbacks.idle();
    expect(admin.callbacks.sent({ acknowledged: good })).toHaveLength(good ? 1 : 3);
  });

  test('OPEN-API, by its setting', async () => {
    admin.callbacks.target('open-api', merchant.url);
    const [card] = admin.openApi.cards();
    merchant.says = (_received, count) => ({
      body: count === 1 ? keysecureYes : '{ "message": "success", "code": 0 }',
    });
    admin.openApi.updateCard(card?.card_id ?? '', { status: card?.status === 3 ? 2 : 3 });
    await admin.callbacks.idle();
    expect(admin.callbacks.sent().map(({ acknowledged }) => acknowledged)).toEqual([false, true]);
  });

  test('nobody listens: noted, and the next one is sent all the same', async () => {
    const gone = await startReceiver();
    await gone.close();
    admin.callbacks.target('keysecure', gone.url);
    await issued();
    admin.keysecure.updateCard('card-1', { status: 'Fail' });
    await admin.callbacks.idle();
    expect(admin.callbacks.sent()).toMatchObject([1, 2, 3].map((attempt) => ({ attempt, error: 'ECONNREFUSED' })));
    admin.callbacks.target('keysecure', merchant.url);
    admin.keysecure.updateCard('card-1', { status: 'Activated' });
    await admin.callbacks.idle();
    expect(changes()).toEqual(['Fail → Activated']);
  });
});

describe('held', () => {
  async function threeHeld(): Promise<void> {
    admin.callbacks.target('keysecure', merchant.url);
    await issued();
    admin.callbacks.hold();
    for (const status of ['Activated', 'Frozen', 'Delete'] as const) admin.keysecure.updateCard('card-1', { status });
    await admin.callbacks.idle();
    expect(merchant.received).toEqual([]);
    expect(admin.callbacks.held()).toMatchObject(Array.from({ length: 3 }, () => ({ kind: 'Card_update' })));
  }
  const ids = () => merchant.received.map(({ fields }) => fields['id']);

  test('as they were made; afterwards nothing is held any more', async () => {
    await threeHeld();
    const sent = await admin.callbacks.release();
    expect(sent.every(({ acknowledged }) => acknowledged)).toBe(true);
    expect(changes()).toEqual(['Pending → Activated', 'Activated → Frozen', 'Frozen → Delete']);
    expect(admin.callbacks.held()).toEqual([]);
    admin.keysecure.updateCard('card-1', { status: 'Fail' });
    await admin.callbacks.idle();
    expect(changes()).toHaveLength(4);
  });

  test('reversed, twice each', async () => {
    await threeHeld();
    await admin.callbacks.release({ order: 'reversed', times: 2 });
    const thrice = ['Frozen → Delete', 'Activated → Frozen', 'Pending → Activated'];
    expect(changes()).toEqual(thrice.flatMap((change) => [change, change]));
    expect(new Set(ids()).size).toBe(3);
  });

  test('shuffled: the same seed, the same order', async () => {
    const orders = [];
    for (const seed of [7, 7, 8]) {
      sandbox.admin.reset();
      merchant.received.length = 0;
      credit = caller(sandbox);
      holder = await credit.cardholder('user-1');
      await threeHeld();
      await admin.callbacks.release({ order: 'shuffled', seed, times: 4 });
      expect(changes()).toHaveLength(12);
      orders.push(changes().join());
    }
    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
  });

  test('a reset forgets them', async () => {
    await threeHeld();
    admin.reset();
    expect(await admin.callbacks.release()).toEqual([]);
  });
});
