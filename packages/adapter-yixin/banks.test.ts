import { testCall } from '@card-gateway/adapter-kit/testing';
import { Pan } from '@card-gateway/core';
import { beforeEach, expect, test } from 'vitest';
import bankList from './fixtures/bank-list.json' with { type: 'json' };
import cardBank from './fixtures/card-bank.json' with { type: 'json' };
import { unconfirmedProfile as profile } from './profile.ts';
import { answer, businessOf, openRequest } from './testing/fake-yixin.ts';
import { openAccount } from './testing/account.ts';

const call = testCall();
const pan = Pan.parse('6217000000000001234') ?? expect.unreachable();

let account: Awaited<ReturnType<typeof openAccount>>;

beforeEach(async () => {
  account = await openAccount({ limitUnit: 'fen' });
});

function says(params: string): void {
  account.loopback.reply(() => answer({ code: 0, params }, profile));
}

test("the document's banks and limits", async () => {
  account.loopback.reply(() => answer(bankList, profile));
  const outcome = await account.adapter.banks.list({ user: 'user-1001', userIp: null }, call);
  expect(outcome.kind === 'done' && outcome.value).toHaveLength(15);
  expect(outcome).toMatchObject({
    value: expect.arrayContaining([
      { code: 'ECITIC', name: '中信银行', perTransaction: '500000', perDay: '2000000', unit: 'fen' },
    ]),
  });
  expect(businessOf(account.loopback.requests[0], profile)).toEqual({ outerUserNo: 'user-1001' });
});

test('limits are read from their literal text', async () => {
  says(
    '{"bankList":[{"bankCode":"A","bankName":"a","timesLimit":50000.10,"dayLimit":"9007199254740993.01"},{"bankCode":"B","bankName":"b","timesLimit":5E+6}]}',
  );
  expect(await account.adapter.banks.list({ user: 'u', userIp: null }, call)).toMatchObject({
    value: [
      { perTransaction: '50000.10', perDay: '9007199254740993.01' },
      { perTransaction: '5000000', perDay: null },
    ],
  });
});

test("the document's issuer", async () => {
  account.loopback.reply(() => answer(cardBank, profile));
  const outcome = await account.adapter.banks.issuerOf({ pan, userIp: null }, call);
  expect(outcome).toMatchObject({ kind: 'done', value: { code: 'ABC', name: '农业银行' } });
  expect(businessOf(account.loopback.requests[0], profile)).toEqual({ cardNo: '6217000000000001234' });
});

test('no issuer is no bank', async () => {
  says('{"bankName":null,"bankCode":""}');
  expect(await account.adapter.banks.issuerOf({ pan, userIp: null }, call)).toMatchObject({
    kind: 'done',
    value: null,
  });
});

test('each read has a request number of its own', async () => {
  account.loopback.reply(() => answer(cardBank, profile));
  await account.adapter.banks.issuerOf({ pan, userIp: null }, call);
  await account.adapter.banks.issuerOf({ pan, userIp: null }, call);
  const numbers = account.loopback.requests.map(({ body }) => openRequest(body, profile).common['requestNo']);
  expect(new Set(numbers).size).toBe(2);
});
