import { json } from '@card-gateway/adapter-kit/testing';
import type { BoundCards, Outcome } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { call, fixture, openAccount } from './testing/account.ts';

const user = 'custId_1640247522000';
const example = fixture('token.reply.json');
const tokenId = 'f3a3e62026eab515003c3ee30ebf32386dbf6feb20fc556f3e2646b85ab5347d';
const question = { user, kind: 'token', userIp: null } as const;

async function listing(body: string): Promise<Outcome<BoundCards>> {
  const { loopback, boundCards } = await openAccount();
  loopback.reply(() => json(body));
  return boundCards.list(question, call);
}

describe('the request', () => {
  test("is the documents' TOKEN example, signed (§2.3), every value a text", async () => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json(example));
    await boundCards.list(question, call);
    const [request] = loopback.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/txn/queryTokenList' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      ...(JSON.parse(fixture('token.request.json')) as object),
      sign: '82f1e4c441a2c2b93ee25338f7d1a2a2014371009c47789a0a443480a5192534',
    });
  });

  test('leaves out an appId that is not set', async () => {
    const { loopback, boundCards } = await openAccount({ appId: undefined });
    loopback.reply(() => json(example));
    await boundCards.list(question, call);
    expect(JSON.parse(loopback.requests[0]?.body ?? '')).toEqual({
      merchantNo: '800209',
      merchantCustId: user,
      subProductType: 'TOKEN',
      sign: '82fdcea937ed09e57aab9a1551d39fbda8747160e089082cb44fdc32d0884e6b',
    });
  });

  test('asks for subscription tokens as SUBSCRIBE', async () => {
    const { loopback, boundCards } = await openAccount({ appId: '1831944691027152896' });
    loopback.reply(() => json(fixture('subscription.reply.json')));
    await boundCards.list({ user: 'custId_1640247522099', kind: 'subscription', userIp: null }, call);
    expect(JSON.parse(loopback.requests[0]?.body ?? '')).toMatchObject({
      subProductType: 'SUBSCRIBE',
      sign: '76792b2c61c291dbc5d47c9524f0cd790c2ff3d8a152b7224ca140a30b58198b',
    });
  });

  test('has the content type without a charset, on the wire (trap 1), also for letters beyond ASCII', async () => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json(example));
    await boundCards.list({ ...question, user: 'müşteri-é' }, call);
    const raw = loopback.requests[0]?.rawHeaders ?? [];
    const contentTypes = raw.filter((_value, index) => raw[index - 1]?.toLowerCase() === 'content-type');
    expect(contentTypes).toEqual(['application/json']);
    expect(raw).toContain('Content-Type');
    expect(loopback.requests[0]?.body).toContain('"merchantCustId":"müşteri-é"');
  });

  test.each([
    ['an empty customer id', { ...question, user: '' }, 'invalid_request'],
    ['a customer id of 51 characters', { ...question, user: '宜'.repeat(51) }, 'invalid_request'],
    ['bank cards', { ...question, kind: 'bank_card' as const }, 'unsupported'],
  ])('is not sent for %s', async (_name, asked, reason) => {
    const { loopback, boundCards } = await openAccount();
    expect(await boundCards.list(asked, call)).toMatchObject({ kind: 'refused', refusal: { reason } });
    expect(loopback.requests).toHaveLength(0);
  });

  test('counts a customer id in characters, of which an emoji is one', async () => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json(example));
    expect(await boundCards.list({ ...question, user: '💳'.repeat(50) }, call)).toMatchObject({ kind: 'done' });
  });

  test('needs no address of the end user', async () => {
    const { boundCards } = await openAccount();
    expect([boundCards.kinds, boundCards.needsUserIp]).toEqual([['token', 'subscription'], false]);
  });
});

describe('the answer', () => {
  test("is the documents' TOKEN example, an expired card included (trap 10)", async () => {
    const outcome = await listing(example);
    expect(outcome).toMatchObject({
      kind: 'done',
      value: {
        cards: [
          {
            providerRef: '1744642154859945986',
            kind: 'token',
            maskedNumber: '400002******0961',
            bin: '400002',
            last4: '0961',
            network: 'visa',
            cardType: null,
            bank: null,
            expiry: '2024-05',
            binCountry: 'US',
            pan: null,
          },
        ],
        unreadable: 0,
      },
      evidence: { httpStatus: 200, code: '20000', message: 'Success' },
    });
    const [card] = outcome.kind === 'done' ? outcome.value.cards : [];
    expect(card?.token?.reveal()).toBe(tokenId);
    expect(JSON.stringify(outcome)).not.toContain(tokenId);
  });

  test('shows one card under three ids as three bindings (§3.1)', async () => {
    const outcome = await listing(fixture('subscription.reply.json'));
    const cards = outcome.kind === 'done' ? outcome.value.cards : [];
    expect(cards.map((card) => card.providerRef)).toEqual([
      '1853389154086916098',
      '1853384078811303938',
      '1853376375024095234',
    ]);
    expect(new Set(cards.map((card) => card.maskedNumber)).size).toBe(1);
  });

  test('may be longer than other answers, for the list has no pages', async () => {
    const rows = Array.from({ length: 5000 }, (_, index) =>
      /\{"id".*?\}/s.exec(example)?.[0].replace(/\d+/, `${index}`),
    );
    const body = `{"respCode":"20000","respMsg":"Success","data":{"tokenInfos":[${rows.join(',')}]}}`;
    expect(body.length).toBeGreaterThan(1_048_576);
    const outcome = await listing(body);
    expect(outcome.kind === 'done' ? outcome.value.cards : []).toHaveLength(5000);
  });

  test.each(['{"merchantNo":"800209","tokenInfos":[]}', '{"merchantNo":"800209","tokenInfos":null}', '{}'])(
    'with data %s is an empty list',
    async (data) => {
      const outcome = await listing(`{"respCode":"20000","respMsg":"Success","data":${data}}`);
      expect(outcome).toMatchObject({ kind: 'done', value: { cards: [], unreadable: 0 } });
    },
  );

  test.each([
    ['without a BIN country, as in 2024', '"cardBinCountry":"US",', '', { binCountry: null }],
    ['of another brand', '"VISA"', '"MasterCard"', { network: 'mastercard' }],
    ['of a brand nobody knows', '"VISA"', '"Acme"', { network: 'unrecognized' }],
    [
      'with year and month as numbers (trap 18)',
      '"year":"2024","month":"05"',
      '"year":2026,"month":5',
      { expiry: '2026-05' },
    ],
    ['with an impossible month', '"month":"05"', '"month":"13"', { expiry: null }],
    ['without an expiry', ',"year":"2024","month":"05"', '', { expiry: null }],
    [
      'with an id that is a number, all of its 19 digits (trap 7)',
      '"1744642154859945986"',
      '1744642154859945986',
      { providerRef: '1744642154859945986' },
    ],
    ['with a token that is a number', `"${tokenId}"`, '17', { token: null }],
  ])('reads a row %s', async (_name, from, to, expected) => {
    expect(example).toContain(from);
    expect(await listing(example.replace(from, to))).toMatchObject({
      kind: 'done',
      value: { cards: [expected], unreadable: 0 },
    });
  });

  test.each([
    ['no id', '"id":"1744642154859945986",', ''],
    ['an id that steps out of its path', '"1744642154859945986"', '".."'],
    ['a card number in clear', '400002******0961', '4000020000000961'],
  ])('leaves a row with %s out, and says that it is not whole', async (_name, from, to) => {
    expect(example).toContain(from);
    const rows = /\[(.*)\]/s.exec(example)?.[1] ?? '';
    const two = example.replace(rows, `${rows.replace(from, to)},${rows}`);
    expect(await listing(two)).toMatchObject({
      kind: 'done',
      value: { cards: [{ providerRef: '1744642154859945986' }], unreadable: 1 },
    });
  });

  test.each([
    ['a list that is none', '"tokenInfos":[', '"tokenInfos":"3","was":['],
    ['data that is text', '"data":{', '"data":"3","was":{'],
    ['no data', '"data":{', '"was":{'],
  ])('with %s is unreadable', async (_name, from, to) => {
    expect(example).toContain(from);
    expect(await listing(example.replace(from, to))).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  });
});
