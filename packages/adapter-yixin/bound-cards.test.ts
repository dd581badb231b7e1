import { testCall } from '@card-gateway/adapter-kit/testing';
import { inspect } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import cardList from './fixtures/card-list.json' with { type: 'json' };
import { unconfirmedProfile as profile } from './profile.ts';
import { answer, businessOf } from './testing/fake-yixin.ts';
import { openAccount } from './testing/account.ts';

const call = testCall();
const question = { user: 'user-1001', kind: 'bank_card', userIp: null } as const;

let account: Awaited<ReturnType<typeof openAccount>>;

beforeEach(async () => {
  account = await openAccount();
});

async function listOf(rows: unknown) {
  const params = JSON.stringify({ bankCardList: rows });
  account.loopback.reply(() => answer({ code: '0', params }, profile));
  return account.adapter.boundCards.list(question, call);
}

test("the document's example", async () => {
  account.loopback.reply(() => answer(cardList, profile));
  const outcome = await account.adapter.boundCards.list(question, call);
  expect(outcome).toMatchObject({
    kind: 'done',
    value: {
      cards: [
        {
          providerRef: null,
          kind: 'bank_card',
          maskedNumber: '621700******1234',
          bin: '621700',
          last4: '1234',
          network: null,
          cardType: 'debit',
          bank: { code: 'CCB', name: '建设银行' },
          expiry: null,
          binCountry: null,
          token: null,
        },
      ],
      unreadable: 0,
    },
  });
  expect(outcome.kind === 'done' && outcome.value.cards[0]?.pan?.reveal()).toBe('6217000000000001234');
  expect(inspect(outcome, { depth: 9 }) + JSON.stringify(outcome)).not.toMatch(/6217000|13800000001/);
  expect(businessOf(account.loopback.requests[0], profile)).toEqual({ outerUserNo: 'user-1001' });
});

test.each([
  ['an empty list', []],
  ['null', null],
  ['nothing', undefined],
])('a user without cards has %s', async (_name, rows) => {
  expect(await listOf(rows)).toMatchObject({ kind: 'done', value: { cards: [], unreadable: 0 } });
});

test.each(['6217000000000001234', 6_217_000_000_000_001])('the card number %s is no bindCardId', async (cardNo) => {
  const outcome = await listOf([{ bindCardId: cardNo, cardNo: String(cardNo) }]);
  expect(outcome).toMatchObject({ value: { cards: [{ providerRef: null }], unreadable: 0 } });
});

test('bindCardId is taken where it is there; other words are kept apart', async () => {
  const cardNo = '6217000000000001234';
  const outcome = await listOf([
    { bindCardId: 'B1', cardNo, cardType: 2, bankCode: 'ABC' },
    { bindCardId: 12_345, cardNo, cardType: 7, bankCode: '' },
    { bindCardId: null, cardNo },
  ]);
  expect(outcome).toMatchObject({
    value: {
      cards: [
        { providerRef: 'B1', cardType: 'credit', bank: { code: 'ABC', name: 'ABC' } },
        { providerRef: '12345', cardType: 'unrecognized', bank: null },
        { providerRef: null, cardType: null, bank: null },
      ],
    },
  });
});

test('a masked number keeps what is certain', async () => {
  expect(await listOf([{ cardNo: '621700*********1234' }, { cardNo: '6217 **** **** 1234' }])).toMatchObject({
    value: {
      cards: [
        { maskedNumber: '621700*********1234', bin: '621700', last4: '1234', pan: null },
        { maskedNumber: '6217********1234', bin: null, last4: '1234', pan: null },
      ],
    },
  });
});

test.each([
  ['a number that shows more than it may', { cardNo: '62170000000000*1234' }],
  ['a number that is none', { cardNo: '1234' }],
  ['no number', { cardType: 1 }],
  ['no members', []],
])('a row with %s is left out, and the list says that it is not whole', async (_name, row) => {
  expect(await listOf([row, { cardNo: '6217000000000001234' }])).toMatchObject({
    kind: 'done',
    value: { cards: [{ last4: '1234' }], unreadable: 1 },
  });
});

test.each([['a text'], [{ cardNo: '6217000000000001234' }], [7]])('%j is no list', async (rows) => {
  expect(await listOf(rows)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
});

test('other kinds are not asked for', async () => {
  const outcome = await account.adapter.boundCards.list({ ...question, kind: 'token' }, call);
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'unsupported' } });
  expect(account.loopback.requests).toHaveLength(0);
});
