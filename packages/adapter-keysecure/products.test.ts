import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { keysecure } from './index.ts';
import { bodyOf, call, openAccount, success } from './testing/account.ts';

const unsaid = {
  category: null,
  region: null,
  bank: null,
  status: 'available',
  providerStatus: null,
  issuable: true,
};

describe('packages, in credit mode', () => {
  test('are mapped with their limits, decimal text unchanged', async () => {
    const row = {
      package_no: 'P1',
      package_en_name: 'Gold',
      package_cn_name: '金卡',
      card_bin: '411111',
      card_bin_no: 'B1',
      organization: 'MasterCard',
      package_type: 'Physical',
      consumption_limit: {
        limit_balance: '100000.00',
        limit_week_balance: '',
        limit_atm_day_balance: 'unlimited',
        limit_atm_month_balance: '0',
      },
      fee_detail: { consume_rate: '0.01' },
    };
    const account = await openAccount(() => success({ list: [row] }));
    const outcome = await account.adapter().products.page(null, call);
    expect(account.business()[0]?.path).toBe('/open-api/v1/card/package/list');
    expect(bodyOf(account.business()[0])).toEqual({ page: 0, size: 100 });
    expect(outcome).toMatchObject({
      kind: 'done',
      value: { next: '1.100', nextPart: null, isWhole: true, total: null },
    });
    expect(outcome.kind === 'done' && outcome.value.items).toEqual([
      {
        ...unsaid,
        providerRef: 'P1',
        name: 'Gold',
        bin: '411111',
        network: 'mastercard',
        forms: ['physical'],
        currencies: [],
        balanceCurrency: null,
        limits: { balance: '100000.00', weekly: null, atmDaily: null, atmMonthly: '0' },
      },
    ]);
  });

  test('a package that says little is still one', async () => {
    const row = { package_no: 'P1', package_en_name: '', package_cn_name: '金卡', package_type: 'Metal' };
    const account = await openAccount(() => success({ list: [row] }));
    expect(await account.adapter().products.page(null, call)).toMatchObject({
      value: { items: [{ name: '金卡', bin: null, network: null, forms: null, limits: null }] },
    });
  });

  test('pages count from zero and end with an empty one, whoever continues', async () => {
    const all = Array.from({ length: 5 }, (_, index) => ({ package_no: `P${index}` }));
    const account = await openAccount((request) => {
      const { page, size } = bodyOf(request) as { page: number; size: number };
      return success({ list: all.slice(page * size, (page + 1) * size) });
    });
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const outcome = await account.adapter({ pageSize: 2 }).products.page(next, call);
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      seen.push(...outcome.value.items.map((item) => item.providerRef));
      next = outcome.value.next;
    } while (next !== null);
    expect(seen).toEqual(['P0', 'P1', 'P2', 'P3', 'P4']);
    expect(account.business()).toHaveLength(4);
  });

  test('what is no cursor is not sent', async () => {
    const account = await openAccount(() => success({ list: [] }));
    expect(await account.adapter().products.page('-1', call)).toMatchObject({ kind: 'refused' });
    expect(account.loopback.requests).toEqual([]);
  });
});

describe('BINs, in authorization mode', () => {
  test.each([
    [{ support_physical: true, support_virtual: true }, ['virtual', 'physical']],
    [{ support_physical: false, support_virtual: true }, ['virtual']],
    [{ support_physical: false, support_virtual: false }, []],
    [{ support_virtual: true }, null],
  ])('%o can be had as %o', async (support, forms) => {
    const account = await openAccount(() => success({ list: [{ card_bin_no: 'B1', ...support }] }));
    expect(await account.adapter({ mode: 'authorization' }).products.page(null, call)).toMatchObject({
      value: { items: [{ providerRef: 'B1', forms }] },
    });
    expect(account.business()[0]?.path).toBe('/open-api/v1/card/support/bins');
  });

  test.each([
    [['USD'], 'USD'],
    [['USD', 'EUR'], null],
    [[], null],
  ])('currencies %o: the balance is in %s', async (currencies, balanceCurrency) => {
    const row = { card_bin_no: 'B1', card_bin: '411111', currencies, balance_limit: { limit_balance: '5' } };
    const account = await openAccount(() => success({ list: [row] }));
    const outcome = await account.adapter({ mode: 'authorization' }).products.page(null, call);
    expect(outcome).toMatchObject({
      value: { items: [{ bin: '411111', currencies, balanceCurrency, limits: { balance: '5', weekly: null } }] },
    });
  });
});

describe('settings', () => {
  const least = { baseUrl: 'https://openplatform.keysecure.io/', mode: 'credit', apiKey: new Secret('key') };

  test('have the defaults of the documents', () => {
    expect(keysecure.settings.parse(least)).toMatchObject({
      baseUrl: 'https://openplatform.keysecure.io',
      clockLagMs: 2000,
      tokenMarginMs: 60_000,
      timeZone: 'UTC+8',
      listedSince: '2020-01-01',
      pageSize: 100,
    });
  });

  test.each([
    { mode: 'AUTHORIZATION' },
    { apiKey: 'in clear' },
    { clockLagMs: 30_001 },
    { clockLagMs: -1 },
    { pageSize: 101 },
    { timeZone: 'Asia/Shanghai' },
    { listedSince: '2020-02-30' },
    { apiSecret: 'not used' },
  ])('%o is a fault', (fault) => {
    expect(keysecure.settings.safeParse({ ...least, ...fault }).success).toBe(false);
  });
});
