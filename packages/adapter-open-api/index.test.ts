import { json } from '@card-gateway/adapter-kit/testing';
import { Pan, Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { openApi } from './index.ts';
import { call, documentedWith, fixture, key, openAccount, openAdapter } from './testing/account.ts';

const number = '999999000001529';
const pan = Pan.parse(number);
const cardId = '82cc95353d901fbcda9fe1385f68f29a';
const echoing = JSON.stringify({
  code: 40001,
  message: `key ${key} of customer 10000011 / app 100001 may not see ${number}`,
});

describe('what an answer means', () => {
  test('a code is kept as evidence with a message redacted of all that was sent', async () => {
    const { loopback, cards } = await openAccount();
    loopback.reply(() => json(echoing));
    expect(await cards.read({ providerRef: cardId, pan }, call)).toEqual({
      kind: 'unknown',
      why: 'unlisted_code',
      evidence: { httpStatus: 200, code: '40001', message: 'key *** of customer *** / app *** may not see ***' },
    });
  });

  test('a key that contains an id is hidden whole', async () => {
    const { loopback, cards } = await openAccount({ appId: '788796' });
    loopback.reply(() => json(echoing));
    const told = JSON.stringify(await cards.page(null, call));
    expect(told).not.toContain('0f1e2d3c4b5a69');
    expect(told).not.toContain('a5b4c3d2e1f0');
  });

  test.each([401, 403])('HTTP %i is a matter of configuration', async (status) => {
    const { loopback, products } = await openAccount();
    loopback.reply(() => json('', status));
    expect(await products.page(null, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'configuration' },
      evidence: { httpStatus: status },
    });
  });

  test('HTTP 429 is a rate limit', async () => {
    const { loopback, products } = await openAccount();
    loopback.reply(() => json('', 429));
    expect(await products.page(null, call)).toMatchObject({ kind: 'refused', refusal: { reason: 'rate_limited' } });
  });

  test.each([
    ['a numeric code as text', '"40001"', 'unlisted_code'],
    ['the text "0", which no document calls a success', '"0"', 'unreadable_answer'],
    ['null', 'null', 'unreadable_answer'],
    ['a code that is no number', '"ok"', 'unreadable_answer'],
    ['0.5', '0.5', 'unreadable_answer'],
  ])('%s is not a success', async (_name, code, why) => {
    const { loopback, products } = await openAccount();
    loopback.reply(() => json(fixture('bin-list.reply.json').replace('"code":0', `"code":${code}`)));
    expect(await products.page(null, call)).toMatchObject({ kind: 'unknown', why });
  });

  test.each(['{"code":0}', '{"code":0,"data":null}', '{"code":0,"data":[]}', '{"code":0,"total":0,"bin_list":[]}'])(
    '%s has no list inside data (trap 14) and is not an empty one',
    async (body) => {
      const { loopback, products } = await openAccount();
      loopback.reply(() => json(body));
      expect(await products.page(null, call)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
    },
  );
});

test('what is not published is absent, with the reason', () => {
  const adapter = openAdapter('https://issuer.example', { send: () => Promise.reject(new Error()), now: () => 0 });
  expect(Object.keys(adapter).toSorted()).toEqual(['callbacks', 'cards', 'gaps', 'notes', 'products', 'reveal']);
  expect(adapter.gaps.wallet).toMatchObject({ state: 'needs-settings' });
  expect(adapter.gaps.issuing).toEqual({ state: 'absent', reason: expect.stringContaining('path is not published') });
});

test('every operation and notification of the documents is named once, with what becomes of it', () => {
  const statesOf = (changes: Record<string, unknown>) => documentedWith(changes).map(({ state }) => state);
  const count = (states: readonly string[], state: string) => states.filter((one) => one === state).length;
  const plain = statesOf({});
  expect(plain).toHaveLength(39 + 6);
  expect([count(plain, 'documented'), count(plain, 'needs-settings'), count(plain, 'absent')]).toEqual([3, 1, 41]);
  const withPath = statesOf({ walletTransactionPath: 'wallet/transactionDetail' });
  expect([count(withPath, 'documented'), count(withPath, 'needs-settings')]).toEqual([4, 0]);
  const names = documentedWith().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe('settings', () => {
  const good = {
    baseUrl: 'https://issuer.example/',
    version: 'v1',
    customerId: '10000011',
    appId: 100001,
    key: new Secret(key.slice(1)),
  };

  test('defaults; a key of 31 characters (§1) and ids as text or number are taken', () => {
    expect(openApi.settings.parse(good)).toMatchObject({
      baseUrl: 'https://issuer.example',
      pageSize: 100,
      maxPages: 10_000,
      timeZone: 'UTC',
    });
  });

  test.each([
    ['baseUrl', undefined],
    ['baseUrl', 'http://prod-cn.your-api-server.com'],
    ['baseUrl', 'https://issuer.example/{{version}}'],
    ['version', undefined],
    ['version', '{{version}}'],
    ['version', 'v1/extra'],
    ['customerId', 'ten'],
    ['customerId', 1.5],
    ['appId', '1234567890123456'],
    ['appId', 0],
    ['key', 'text in the file'],
    ['pageSize', 0],
    ['pageSize', 101],
    ['maxPages', 0],
    ['timeZone', 'Mars/Olympus'],
    ['timeZone', '+25:00'],
  ])('%s: %j is refused', (name, value) => {
    const result = openApi.settings.safeParse({ ...good, [name]: value });
    expect(result.error?.issues.map((issue) => issue.path)).toEqual([[name]]);
  });
});
