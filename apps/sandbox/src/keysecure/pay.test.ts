import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startReceiver, type Received, type Receiver } from '../callbacks/testing/receiver.ts';
import { startSandbox, type Sandbox } from '../index.ts';
import { keysecureSign } from './callback.ts';
import { caller, lastDay, type Caller, type Reply } from './testing/caller.ts';

let sandbox: Sandbox;
let merchant: Receiver;
beforeAll(async () => {
  sandbox = await startSandbox({ keysecure: { cardDelayMs: 0, authDeadlineMs: 200 }, callbacks: { pauseMs: 1 } });
  merchant = await startReceiver();
});
beforeEach(() => {
  sandbox.admin.reset();
  sandbox.admin.callbacks.target('keysecure', merchant.url);
  merchant.received.length = 0;
  merchant.says = () => ({ body: '{"code":0,"message":""}' });
});
afterAll(async () => {
  await sandbox.close();
  await merchant.close();
});

async function cardOf(we: Caller, product: object): Promise<string> {
  const holder = await we.cardholder('user-1');
  const order = { cardholder_no: holder, card_unique_no: 'card-1', card_type: 'Virtual', ...product };
  const { data } = await we.post('card/apply', order);
  sandbox.admin.keysecure.updateCard('card-1', { status: 'Activated' });
  await sandbox.admin.callbacks.idle();
  merchant.received.length = 0;
  return (data as { card_no: string }).card_no;
}
const authorizationCard = (we: Caller) => cardOf(we, { card_bin_no: 'BIN2026000001' });
const actions = () => merchant.received.map(({ fields }) => fields['action']);
const dataOf = (received: Received | undefined) => received?.fields['data'] as Record<string, unknown>;
const effects = () => sandbox.admin.ledger().flatMap(({ effect }) => (effect.startsWith('payment') ? [effect] : []));

test('authorisation mode: the merchant is asked, says yes, and hears of the payment afterwards', async () => {
  const we = caller(sandbox, 'AUTHORIZATION');
  const cardNo = await authorizationCard(we);
  const fees = [
    { fee_type: 'Consume_fee', amount: '0.10' },
    { fee_type: 'Exchange_fee', amount: '0.25' },
  ];
  const result = await sandbox.admin.keysecure.pay({ cardNo, amount: '100.00', localCurrency: 'SGD', fees });
  expect(result).toMatchObject({ approved: true, why: 'approved', auth: { kind: 'Auth', acknowledged: true } });
  await sandbox.admin.callbacks.idle();
  expect(actions()).toEqual(['Auth', 'Consumption']);
  const [auth, consumption] = merchant.received;
  expect(dataOf(auth)).toMatchObject({
    consume_no: result.consumeNo,
    card_no: cardNo,
    type: 'Consumption',
    local_currency: 'SGD',
    merchant_info: { merchant_mcc: '5411' },
    status: 'Pending',
  });
  expect(auth?.body).toContain('"amount":100.00,"local_amount":100.00,');
  expect(consumption?.body).toContain('"fee":0.35,');
  expect(dataOf(consumption)).toMatchObject({ consume_no: result.consumeNo, status: 'Success', fee_detail: [{}, {}] });
  expect(effects()).toEqual(['payment_approved']);
  expect(await we.get(`card/consume/${result.consumeNo}/info`)).toMatchObject({
    code: 0,
    data: {
      amount: '100.00',
      local_amount: '100.00',
      fee: '0.35',
      fee_list: fees,
      consume_relate_no: '',
      card_no: cardNo,
    },
  });
});

test.each([
  ['a refusal', '{"code":51,"message":"no"}', 'declined'],
  ['the wrong words', '{"code":"0","msg":""}', 'declined'],
  ['silence', null, 'no_answer'],
])('%s is a no', async (_name, body, why) => {
  const we = caller(sandbox, 'AUTHORIZATION');
  const cardNo = await authorizationCard(we);
  merchant.says = ({ fields }) =>
    fields['action'] === 'Auth' ? (body === null ? null : { body }) : { body: '{"code":0,"message":""}' };
  expect(await sandbox.admin.keysecure.pay({ cardNo, amount: '7' })).toMatchObject({ approved: false, why });
  await sandbox.admin.callbacks.idle();
  // Asked once: a no is not asked again.
  expect(actions()).toEqual(['Auth', 'Consumption']);
  expect(dataOf(merchant.received[1])).toMatchObject({ status: 'Fail' });
  expect(effects()).toEqual(['payment_declined']);
});

test('a repeated Auth carries the same id and number', async () => {
  const cardNo = await authorizationCard(caller(sandbox, 'AUTHORIZATION'));
  sandbox.admin.callbacks.hold();
  await sandbox.admin.keysecure.pay({ cardNo, amount: '7' });
  await sandbox.admin.callbacks.forge({ provider: 'keysecure', kind: 'replayed' });
  expect(merchant.received.map(({ body }) => body)).toEqual([merchant.received[0]?.body, merchant.received[0]?.body]);
});

test('nobody is asked for a frozen card, without a target, or in credit mode, where the balance decides', async () => {
  const { keysecure, callbacks } = sandbox.admin;
  const authorizationNo = await authorizationCard(caller(sandbox, 'AUTHORIZATION'));
  const pay = (cardNo: string, amount = '60.00') => keysecure.pay({ cardNo, amount });
  keysecure.updateCard(authorizationNo, { status: 'Frozen' });
  expect(await pay(authorizationNo)).toMatchObject({ approved: false, why: 'card_status', auth: null });
  callbacks.target('keysecure', '');
  keysecure.updateCard(authorizationNo, { status: 'Activated' });
  expect(await pay(authorizationNo)).toMatchObject({ approved: false, why: 'no_target' });
  callbacks.target('keysecure', merchant.url);

  const credit = caller(sandbox);
  const cardNo = await cardOf(credit, { package_no: 'PKG2026000001' });
  const [, holder] = keysecure.cardholders().toReversed();
  const owner = keysecure.cards().find((card) => card.cardNo === cardNo)?.cardholderNo ?? holder?.cardholderNo;
  const move = { cardholder_no: owner, transfer_unique_no: 'in-1', type: 'In', balance: '100.00' };
  expect(await credit.post('account/transfer', move)).toMatchObject({ code: 0 });
  expect(await pay(cardNo)).toMatchObject({ approved: true, auth: null });
  expect(await pay(cardNo)).toMatchObject({ approved: false, why: 'balance' });
  expect(await credit.get(`account/${owner}/info`)).toMatchObject({ data: { list: [{ balance: '40.00' }] } });
  await callbacks.idle();
  expect(actions()).not.toContain('Auth');
});

test('transactions are told when they are seeded and whenever they change; the list shows the latest', async () => {
  const credit = caller(sandbox);
  const cardNo = await cardOf(credit, { package_no: 'PKG2026000001' });
  const { keysecure, callbacks } = sandbox.admin;
  keysecure.seedConsumptions({ cardNo, consumptions: [{ type: 'Consumption', amount: '10.00', status: 'Pending' }] });
  const consumeNo = keysecure.consumptions()[0]?.consumeNo ?? '';
  keysecure.updateConsumption(consumeNo, { status: 'Success' });
  keysecure.updateConsumption(consumeNo, { merchantInfo: { city: 'Bonn' }, remark: 'clearing' });
  await callbacks.idle();
  expect(merchant.received.map((one) => dataOf(one)['status'])).toEqual(['Pending', 'Success', 'Success']);
  expect(dataOf(merchant.received[2])).toMatchObject({ remark: 'clearing', merchant_info: { city: 'Bonn' } });
  expect(dataOf(merchant.received[1])).toMatchObject({ remark: '', merchant_info: { city: 'Singapore' } });
  const { list } = (await credit.post('card/consume/list', lastDay(sandbox))).data as { list: Reply[] };
  expect(list).toMatchObject([{ consume_no: consumeNo, status: 'Success' }]);
  expect(await credit.get('card/consume/X404/info')).toMatchObject({ code: 4903 });
  expect(() => keysecure.updateConsumption('X404', {})).toThrow('no X404');
});

test.each([
  [
    'document',
    '{"merchant_name":"Shop","merchant_mcc":"1","city":"B","country":"DE"}',
    '[{"fee_type":"A","amount":1.00}]',
  ],
  [
    'hash-map',
    '{"country":"DE","merchant_mcc":"1","city":"B","merchant_name":"Shop"}',
    '[{"amount":1.00,"fee_type":"A"}]',
  ],
  [
    'sorted',
    '{"city":"B","country":"DE","merchant_mcc":"1","merchant_name":"Shop"}',
    '[{"amount":1.00,"fee_type":"A"}]',
  ],
] as const)('nested objects signed in %s order (keysecure.md §4.2)', async (nestedOrder, shop, fees) => {
  const own = await startSandbox({ keysecure: { nestedOrder }, callbacks: { targets: { keysecure: merchant.url } } });
  const we = caller(own);
  const holder = await we.cardholder('user-1');
  const order = { cardholder_no: holder, card_unique_no: 'c', card_type: 'Virtual', package_no: 'PKG2026000001' };
  await we.post('card/apply', order);
  const merchantInfo = { merchant_name: 'Shop', merchant_mcc: '1', city: 'B', country: 'DE' };
  const seed = { type: 'Consumption', amount: '9.50', fees: [{ fee_type: 'A', amount: '1.00' }], merchantInfo };
  own.admin.keysecure.seedConsumptions({ cardNo: 'c', consumptions: [seed] });
  await own.admin.callbacks.idle();
  const sent = merchant.received.find(({ fields }) => fields['action'] === 'Consumption');
  const { apiKey: appId, apiSecret: secretKey } = we.account;
  const asText = {
    ...dataOf(sent),
    amount: '9.50',
    local_amount: '9.50',
    fee: '1.00',
    merchant_info: shop,
    fee_detail: fees,
  };
  const timestamp = String(sent?.headers['timestamp']);
  expect(sent?.headers['signature']).toBe(keysecureSign(asText, { appId, secretKey, timestamp }));
  await own.close();
});
