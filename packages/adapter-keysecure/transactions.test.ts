import { json, type SeenRequest } from '@card-gateway/adapter-kit/testing';
import type { ProviderTransaction } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { bodyOf, call, failure, openAccount, success } from './testing/account.ts';

const row = {
  consume_no: 'T202605220001',
  card_no: 'C202605220001',
  type: 'Consumption',
  amount: '100.00',
  status: 'Success',
  time: 1716307200000,
};
const transaction = {
  providerRef: 'T202605220001',
  cardRef: 'C202605220001',
  type: 'purchase',
  providerType: 'Consumption',
  status: 'succeeded',
  providerStatus: 'Success',
  amount: '100.00',
  modifiedAt: new Date(1716307200000),
};

async function read(data: object): Promise<ProviderTransaction> {
  const account = await openAccount(() => success({ ...row, ...data }));
  const outcome = await account.adapter().transactions.read(row.consume_no, call);
  if (outcome.kind !== 'done' || !outcome.value.found) throw new Error(outcome.kind);
  return outcome.value.value;
}

describe('one transaction', () => {
  test('is asked for by its order number; a bare row leaves the rest unsaid', async () => {
    const account = await openAccount(() => success(row));
    const outcome = await account.adapter().transactions.read(row.consume_no, call);
    expect(account.business()[0]).toMatchObject({
      method: 'GET',
      path: '/open-api/v1/card/consume/T202605220001/info',
      body: '',
    });
    expect(outcome).toMatchObject({ kind: 'done', value: { found: true } });
    expect(outcome.kind === 'done' && outcome.value.found && outcome.value.value).toEqual(transaction);
  });

  test('is read whole, texts and numbers alike kept to the digit', async () => {
    const body = `{"code":0,"msg":"Success","data":{"consume_no":"T202605220001","consume_relate_no":"T1","card_no":
      "C202605220001","cardholder_no":"U1","type":"Atm","amount":100.00,"local_amount":"12345678901234567890.10",
      "local_currency":"EUR","fee":1.50,"fee_list":[{"fee_type":"Atm_fee","amount":"1.00"},{"fee_type":"New","amount":0.50}],
      "merchant_info":{"merchant_name":"Shop","merchant_mcc":"5411","city":"","country":"FR"},"remark":"",
      "detail":"card 4111111111111111","status":"Pending","time":0}}`;
    const account = await openAccount(() => json(body));
    expect(await account.adapter().transactions.read(row.consume_no, call)).toMatchObject({
      value: {
        value: {
          type: 'atm_withdrawal',
          status: 'pending',
          amount: '100.00',
          relatedRef: 'T1',
          localAmount: '12345678901234567890.10',
          localCurrency: 'EUR',
          fee: '1.50',
          fees: [
            { type: 'Atm_fee', amount: '1.00' },
            { type: 'New', amount: '0.50' },
          ],
          merchant: { name: 'Shop', categoryCode: '5411', city: null, country: 'FR' },
          modifiedAt: null,
        },
      },
    });
  });

  test.each([
    ['Open_card', 'card_opening'],
    ['Manage_fee', 'management_fee'],
    ['Reversal', 'reversal'],
    ['Refund', 'refund'],
    ['refund', 'unrecognized'],
    ['Cashback', 'unrecognized'],
  ])('type %s is %s', async (type, expected) => {
    expect(await read({ type })).toMatchObject({ type: expected, providerType: type });
  });

  test.each([
    ['Fail', 'failed'],
    ['Settled', 'unrecognized'],
  ])('status %s is %s', async (status, expected) => {
    expect(await read({ status })).toMatchObject({ status: expected, providerStatus: status });
  });

  test('null says none; what has another form than elsewhere is left alone', async () => {
    expect(
      await read({ local_amount: '', fee: null, fee_list: null, merchant_info: {}, consume_relate_no: '' }),
    ).toEqual({ ...transaction, relatedRef: null, localAmount: null, fee: null, fees: [], merchant: null });
    expect(await read({ local_amount: 'n/a', fee_list: 'none', merchant_info: 'Shop' })).toEqual(transaction);
  });

  test.each([
    ["another transaction's data", { ...row, consume_no: 'T2' }],
    ['no amount', { ...row, amount: '' }],
    ['an amount that is no number', { ...row, amount: 'much' }],
    ['no status', { ...row, status: undefined }],
  ])('%s is no answer', async (_name, data) => {
    const account = await openAccount(() => success(data));
    expect(await account.adapter().transactions.read(row.consume_no, call)).toMatchObject({
      kind: 'unknown',
      why: 'unreadable_answer',
    });
  });
});

describe("a card's transactions", () => {
  const day = 86_400_000;
  const now = Date.parse('2026-05-22T12:00:00Z');
  const since = Date.parse('2025-10-01T00:00:00Z');

  /** A card that pays once a day at noon UTC, at a provider that takes no range above 90 days. */
  function paymentADay(request: SeenRequest): ReturnType<typeof success> {
    const { start_time, end_time, page, size } = bodyOf(request) as {
      start_time: string;
      end_time: string;
      page: number;
      size: number;
    };
    const from = Date.parse(`${start_time.replace(' ', 'T')}+08:00`);
    const to = Date.parse(`${end_time.replace(' ', 'T')}+08:00`);
    if (to <= from) return failure(1019);
    if (to - from > 90 * day) return failure(1020);
    const rows = [];
    for (let time = since + day / 2; time < now; time += day) {
      if (time >= from && time < to) rows.push({ ...row, consume_no: `T${time}`, time });
    }
    return success({ list: rows.slice(page * size, (page + 1) * size) });
  }

  test('every one of the range, whoever continues', async () => {
    const account = await openAccount(paymentADay);
    const seen = new Set<string>();
    let next: string | null = null;
    do {
      const outcome = await account
        .adapter({ pageSize: 50 }, () => now)
        .transactions.page({ cardRef: row.card_no, from: new Date(since), to: new Date(now), next }, call);
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      for (const { providerRef } of outcome.value.items) seen.add(providerRef);
      next = outcome.value.next ?? outcome.value.nextPart;
    } while (next !== null);
    expect(seen.size).toBe((now - since - day / 2) / day);
    const bodies = account.business().map(bodyOf);
    expect(bodies[0]).toEqual({
      card_no: 'C202605220001',
      start_time: '2025-10-01 08:00:00',
      end_time: '2025-12-29 08:00:00',
      page: 0,
      size: 50,
    });
    expect(bodies[1]).toMatchObject({ start_time: '2025-10-01 08:00:00', page: 1 });
    expect(bodies.at(-1)).toMatchObject({ end_time: '2026-05-22 20:00:00', card_no: 'C202605220001' });
  });

  test.each([
    [
      'from the beginning of time',
      '1970-01-01T00:00:00Z',
      '2020-02-01T00:00:00Z',
      '2020-01-01 00:00:00',
      '2020-02-01 08:00:00',
    ],
    [
      'to the end of time',
      '2026-05-20T00:00:00Z',
      '+200000-01-01T00:00:00Z',
      '2026-05-20 08:00:00',
      '2026-05-23 20:00:00',
    ],
    ['before any card', '1980-01-01T00:00:00Z', '1980-02-01T00:00:00Z', '1980-02-01 07:59:59', '1980-02-01 08:00:00'],
  ])('a range %s is cut to what can hold rows', async (_name, from, to, start_time, end_time) => {
    const account = await openAccount(() => success({ list: [] }));
    await account
      .adapter({}, () => now)
      .transactions.page({ cardRef: row.card_no, from: new Date(from), to: new Date(to), next: null }, call);
    expect(bodyOf(account.business()[0])).toMatchObject({ start_time, end_time });
  });

  test('a row of another card is left out; where there are no others, the filter did not work', async () => {
    const other = { ...row, card_no: 'C2' };
    const question = { cardRef: row.card_no, from: new Date(since), to: new Date(now), next: null };
    const listing = async (list: unknown) =>
      (await openAccount(() => success({ list }))).adapter().transactions.page(question, call);
    expect(await listing([row, other])).toMatchObject({
      kind: 'done',
      value: { items: [{ cardRef: row.card_no }], unreadable: 1 },
    });
    expect(await listing([other])).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });

  test.each([
    ['a range that ends before it begins', new Date(now), new Date(since), null],
    ['an empty range', new Date(now), new Date(now), null],
    ['a date that is none', new Date(Number.NaN), new Date(now), null],
    ['no cursor of ours', new Date(since), new Date(now), 'x'],
    ['a cursor beyond all time', new Date(since), new Date(now), '{"from":0,"to":9e15,"until":9e15,"page":0,"size":1}'],
  ])('%s is not sent', async (_name, from, to, next) => {
    const account = await openAccount(() => success({ list: [] }));
    expect(await account.adapter().transactions.page({ cardRef: 'C1', from, to, next }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'invalid_request' },
    });
    expect(account.loopback.requests).toEqual([]);
  });
});
