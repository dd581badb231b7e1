import { json } from '@card-gateway/adapter-kit/testing';
import { Pan, type ProviderAdapter } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, fixture, openAccount } from './testing/account.ts';

const cardId = '82cc95353d901fbcda9fe1385f68f29a';
const number = '999999000001529';
const pan = Pan.parse(number);

async function opened(changes: Record<string, unknown> = {}) {
  const { loopback, adapter } = await openAccount(changes);
  return { loopback, reveal: facet(adapter, 'reveal'), adapter };
}
function facet<Name extends keyof ProviderAdapter>(adapter: ProviderAdapter, name: Name) {
  const found = adapter[name];
  if (found === undefined) throw new Error(`the adapter lacks ${name}`);
  return found as NonNullable<ProviderAdapter[Name]>;
}

describe('reveal', () => {
  test("the documents' example (§2.2), asked for by its number", async () => {
    const { loopback, reveal } = await opened();
    loopback.reply(() => json(fixture('card-list.reply.json')));
    const outcome = await reveal.card({ providerRef: cardId, pan }, call);
    expect(outcome).toMatchObject({ kind: 'done', value: { expiry: '2028-03' } });
    if (outcome.kind !== 'done') throw new Error('not revealed');
    expect(outcome.value.pan.reveal()).toBe(number);
    expect(outcome.value.cvv?.reveal()).toBe('715');
    expect(JSON.stringify(outcome)).not.toMatch(/999999000001529|715"/);
    expect(JSON.parse(loopback.requests[0]?.body ?? '')).toMatchObject({ card_no: number, page_no: 1 });
  });

  test('without the number nothing is asked', async () => {
    const { loopback, reveal } = await opened();
    expect(await reveal.card({ providerRef: cardId, pan: null }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'unsupported' },
    });
    expect(loopback.requests).toEqual([]);
  });

  test('another card under that number is not shown', async () => {
    const { loopback, reveal } = await opened();
    loopback.reply(() => json(fixture('card-list.reply.json')));
    expect(await reveal.card({ providerRef: 'another', pan }, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'not_found' },
    });
  });

  test('a row without a security code shows the rest', async () => {
    const { loopback, reveal } = await opened();
    const row = { card_id: cardId, card_no: number, expiry: '03/28', cvv: '', status: 2 };
    loopback.reply(() => json({ code: 0, message: 'success', data: { total: 1, card_list: [row] } }));
    expect(await reveal.card({ providerRef: cardId, pan }, call)).toMatchObject({
      kind: 'done',
      value: { expiry: '2028-03', cvv: null },
    });
  });
});

describe('wallet transaction detail (§3.1)', () => {
  const row = (inOut: number, amount: string) =>
    `{"record_id":"","transaction_id":"T1","out_transaction_id":"pm_h1","in_out_type":${inOut},"transaction_type":7,` +
    `"transaction_desc":"exchange","amount":${amount},"currency":"USD","before_balance":10,"after_balance":8.20,"status":2,` +
    '"reject_reason":"","remark":"","transaction_time":"2024-02-04 07:46:54","create_at":""}';

  test('an exchange has two entries, whose amounts keep their literals', async () => {
    const { loopback, adapter } = await opened({ walletTransactionPath: 'wallet/transactionDetail' });
    loopback.reply(() =>
      json(`{"code":0,"message":"success","data":{"transaction_list":[${row(2, '1.80')},${row(9, '12')}]}}`),
    );
    const outcome = await facet(adapter, 'wallet').read('T1', call);
    expect(outcome).toMatchObject({
      kind: 'done',
      value: [
        {
          transactionRef: 'T1',
          recordRef: null,
          externalRef: 'pm_h1',
          direction: 'out',
          providerType: '7',
          amount: '1.80',
          balanceAfter: '8.20',
          status: 'approved',
          at: new Date('2024-02-04T07:46:54Z'),
        },
        { direction: 'unrecognized', amount: '12' },
      ],
    });
    expect(loopback.requests[0]?.path).toBe('/v1/openApi/wallet/transactionDetail');
  });

  test.each([
    ['are all of another transaction', row(2, '1.80').replace('"T1"', '"T2"')],
    ['cannot be read', row(2, '"?"')],
  ])('entries that %s do not tell that there are none', async (_name, entry) => {
    const { loopback, adapter } = await opened({ walletTransactionPath: 'wallet/transactionDetail' });
    loopback.reply(() => json(`{"code":0,"message":"success","data":{"transaction_list":[${entry}]}}`));
    expect(await facet(adapter, 'wallet').read('T1', call)).toMatchObject({ kind: 'unknown' });
  });

  test('an answer without the array has no entries', async () => {
    const { loopback, adapter } = await opened({ walletTransactionPath: 'wallet/transactionDetail' });
    loopback.reply(() => json({ code: 0, message: 'success', data: {} }));
    expect(await facet(adapter, 'wallet').read('T1', call)).toMatchObject({ kind: 'done', value: [] });
  });

  test('without its path there is no such facet', async () => {
    expect((await opened()).adapter.wallet).toBeUndefined();
  });
});
