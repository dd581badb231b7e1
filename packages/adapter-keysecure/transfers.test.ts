import { json } from '@card-gateway/adapter-kit/testing';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, lookUpOf, openAccount, success } from './testing/account.ts';

const order = {
  reference: 'TRANSFER_202605220001',
  cardholderRef: 'U202605220001',
  direction: 'in',
  amount: '100.00',
} as const;
const answer = {
  transfer_no: 'M202605220001',
  transfer_unique_no: order.reference,
  before_balance: '0.50',
  after_balance: '100.50',
};

describe('a transfer', () => {
  test("is sent as the document's example", async () => {
    const account = await openAccount(() => success(answer));
    expect(await account.adapter().transfers.send(order, call)).toMatchObject({
      kind: 'done',
      value: {
        providerRef: 'M202605220001',
        ourReference: order.reference,
        status: 'succeeded',
        providerStatus: null,
        direction: 'in',
        amount: '100.00',
        balanceBefore: '0.50',
        balanceAfter: '100.50',
      },
    });
    expect(account.business()[0]).toMatchObject({ method: 'POST', path: '/open-api/v1/account/transfer' });
    expect(bodyOf(account.business()[0])).toEqual({
      cardholder_no: 'U202605220001',
      transfer_unique_no: 'TRANSFER_202605220001',
      type: 'In',
      balance: '100.00',
    });
  });

  test.each([
    ['back', 'out', '100', '100.50', '0.5', 'succeeded'],
    ['of large amounts', 'in', '0.01', '90071992547409910.00', '90071992547409910.01', 'succeeded'],
    ['without a change', 'in', '100', '100', '100.00', 'pending'],
    ['with a change of another amount', 'in', '100', '0', '99', 'pending'],
    ['with more than was sent', 'in', '100', '0', '101', 'pending'],
    ['back, with more than was sent', 'out', '100', '201', '100', 'pending'],
    ['the other way', 'out', '100', '0', '100', 'pending'],
    ['below zero', 'out', '0.50', '0.25', '-0.25', 'succeeded'],
    ['without balances', 'in', '100', '', null, 'pending'],
  ] as const)('%s: its status follows from the balances', async (_name, direction, amount, before, after, status) => {
    const account = await openAccount(() => success({ ...answer, before_balance: before, after_balance: after }));
    const outcome = await account.adapter().transfers.send({ ...order, direction, amount }, call);
    expect(outcome).toMatchObject({ kind: 'done', value: { status } });
    expect(bodyOf(account.business()[0])).toMatchObject({ type: direction === 'in' ? 'In' : 'Out', balance: amount });
  });

  test.each(['100.001', '0', '0.00', '-1', '1e2', '', ' 1', '1.'])('"%s" is no amount to send', async (amount) => {
    const account = await openAccount(() => success(answer));
    expect(await account.adapter().transfers.send({ ...order, amount }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request' },
    });
    expect(await account.adapter().transfers.send({ ...order, reference: 'x'.repeat(65) }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request' },
    });
    expect(account.loopback.requests).toEqual([]);
  });

  test.each([
    ["another transfer's number", { ...answer, transfer_unique_no: 'tfr_2' }],
    ['no order number', { ...answer, transfer_no: '' }],
  ])('%s proves nothing', async (_name, data) => {
    const account = await openAccount(() => success(data));
    expect(await account.adapter().transfers.send(order, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });

  test.each([3001, 1001])('%d leaves it unknown', async (code) => {
    const account = await openAccount(() => failure(code, 'insufficient balance'));
    expect(await account.adapter().transfers.send(order, call)).toMatchObject({
      kind: 'unknown',
      why: 'unlisted_code',
    });
  });

  test('is of credit mode only', async () => {
    const account = await openAccount(() => success(answer));
    const adapter = account.adapter({ mode: 'authorization' });
    expect(adapter).not.toHaveProperty('transfers');
    expect(adapter.gaps.transfers).toMatchObject({ state: 'absent' });
    expect(account.adapter().transfers).toMatchObject({ currency: 'TUSDT', decimals: 2 });
  });
});

describe('looking a transfer up', () => {
  const sent = { reference: order.reference, sentAt: new Date('2026-05-22T10:00:00Z') };
  const row = { transfer_no: 'M1', transfer_unique_no: order.reference };

  async function find(list: readonly object[]): Promise<{ outcome: unknown; request: unknown; body: unknown }> {
    const account = await openAccount(() => success({ list }));
    const outcome = await lookUpOf(account.adapter().transfers.reconciliation).find(sent, call);
    const [request] = account.business();
    return { outcome, request, body: bodyOf(request) };
  }

  test('asks by our number for a day around the attempt', async () => {
    const { outcome, request, body } = await find([]);
    expect(request).toMatchObject({ method: 'POST', path: '/open-api/v1/account/transfer/list' });
    expect(body).toEqual({
      transfer_unique_no: order.reference,
      start_time: '2026-05-21 18:00:00',
      end_time: '2026-05-23 18:00:00',
      page: 0,
      size: 100,
    });
    expect(outcome).toMatchObject({ kind: 'done', value: { found: false } });
  });

  test.each([
    ['Success', 'succeeded'],
    ['Fail', 'failed'],
    ['Pending', 'pending'],
    ['Reversed', 'unrecognized'],
  ])('status %s is %s', async (status, expected) => {
    const { outcome } = await find([{ ...row, status }]);
    expect(outcome).toMatchObject({ value: { found: true, value: { status: expected, providerStatus: status } } });
  });

  test('a row is read as far as it goes', async () => {
    const whole = {
      ...row,
      cardholder_no: 'U1',
      type: 'Out',
      balance: '1.50',
      before_balance: '3',
      after_balance: '1.50',
      status: 'Success',
      time: 1716307200000,
    };
    expect((await find([whole])).outcome).toMatchObject({
      value: {
        value: {
          providerRef: 'M1',
          ourReference: order.reference,
          cardholderRef: 'U1',
          direction: 'out',
          amount: '1.50',
          balanceBefore: '3',
          balanceAfter: '1.50',
          createdAt: new Date(1716307200000),
        },
      },
    });
    const { outcome } = await find([
      { ...row, status: 1, type: 7, balance: [], time: '2026-05-22', cardholder_no: {} },
    ]);
    expect(outcome).toMatchObject({
      value: {
        found: true,
        value: { providerRef: 'M1', ourReference: order.reference, status: 'unrecognized', providerStatus: '1' },
      },
    });
  });

  test.each([
    ["only somebody else's", [{ ...row, transfer_unique_no: 'tfr_2' }]],
    ['two under our number', [row, { ...row, transfer_no: 'M2' }]],
    ['a row without a number', [{ transfer_no: 'M1' }]],
  ])('%s resolves nothing', async (_name, list) => {
    expect((await find(list)).outcome).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });
});

describe('balances', () => {
  test('of a cardholder, to the digit', async () => {
    const account = await openAccount(() =>
      json(
        `{"code":0,"msg":"Success","data":{"list":[{"cardholder_no":"U1","symbol":"TUSDT","symbol_chain":"TRON",
        "balance":"10.50","usd_balance":"10.49","bonus_balance":"0.10","usd_bonus_balance":0.10},
        {"cardholder_no":"U1","symbol":"USD","balance":1.00}]}}`,
      ),
    );
    expect(await account.adapter().transfers.balances('U1', call)).toMatchObject({
      kind: 'done',
      value: [
        { currency: 'TUSDT', chain: 'TRON', amount: '10.50', usdValue: '10.49', bonus: '0.10', bonusUsdValue: '0.10' },
        { currency: 'USD', chain: null, amount: '1.00', usdValue: null, bonus: null, bonusUsdValue: null },
      ],
    });
    expect(account.business()[0]).toMatchObject({ method: 'GET', path: '/open-api/v1/account/U1/info' });
  });

  test("somebody else's are no answer", async () => {
    const account = await openAccount(() =>
      success({ list: [{ cardholder_no: 'U2', symbol: 'TUSDT', balance: '1' }] }),
    );
    expect(await account.adapter().transfers.balances('U1', call)).toMatchObject({ kind: 'unknown' });
  });
});
