import { testCall } from '@card-gateway/adapter-kit/testing';
import { Secret } from '@card-gateway/core';
import { expect, test } from 'vitest';
import cardBank from './fixtures/card-bank.json' with { type: 'json' };
import { yixin } from './index.ts';
import { profileSetting, unconfirmedProfile } from './profile.ts';
import { answer, keyTexts, openRequest, settingsInput, signReply } from './testing/fake-yixin.ts';
import { openAccount } from './testing/account.ts';

const call = testCall();
const baseUrl = 'https://yixin.example/gateway/';

async function account(more: Record<string, unknown>) {
  const opened = await openAccount(more);
  opened.loopback.reply(() => answer(cardBank, unconfirmedProfile));
  return opened;
}

function faultsOf(more: Record<string, unknown>): string[] {
  const result = yixin.settings.safeParse(settingsInput(baseUrl, more));
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
}

test('settings: the least, and what is filled in', () => {
  expect(yixin.settings.parse(settingsInput(baseUrl))).toMatchObject({
    baseUrl: 'https://yixin.example/gateway',
    methodInPath: false,
    version: '1.0',
    limitUnit: 'unconfirmed',
  });
});

test('settings: a wrong one is named, and a key never shown', () => {
  expect(faultsOf({ privateKey: keyTexts.privatePem })).toEqual(['privateKey']);
  expect(faultsOf({ privateKey: new Secret('not a key'), providerPublicKey: new Secret('') })).toEqual([
    'privateKey',
    'providerPublicKey',
  ]);
  expect(faultsOf({ userIp: 'localhost', limitUnit: 'jiao', unheardOf: 1 })).toHaveLength(3);
  expect(faultsOf({ profile: { aesMode: 'cbc' } })).toEqual(['profile.aesIv']);
  expect(faultsOf({ profile: { aesMode: 'cbc', aesIv: 'short' } })).toEqual(['profile.aesIv']);
  expect(faultsOf({ profile: { aesIv: '0102030405060708' } })).toEqual(['profile.aesIv']);
  expect(faultsOf({ profile: { aesMode: 'cbc', digest: 'sha3' } })).toEqual(['profile.digest', 'profile.aesIv']);
  expect(faultsOf({ profile: { aesMode: 'gcm', aesIv: '0102030405060708' } })).toEqual(['profile.aesMode']);
  for (const profile of [null, 'x', []]) expect(faultsOf({ profile })).toEqual(['profile']);
  expect(faultsOf({ profile: { responseSigned: ['code'] } })).toEqual(['profile.responseSigned']);
  const result = yixin.settings.safeParse(settingsInput(baseUrl, { privateKey: new Secret('hunter2') }));
  expect(JSON.stringify(result.error)).not.toContain('hunter2');
});

test('keys may be bare Base64 DER', async () => {
  const { adapter } = await account({
    privateKey: new Secret(keyTexts.privateDer),
    providerPublicKey: new Secret(`${keyTexts.yixinPublicDer}\n`),
  });
  expect(await adapter.banks.list({ user: 'u', userIp: null }, call)).toMatchObject({ why: 'unreadable_answer' });
  expect(await adapter.boundCards.list({ user: 'u', kind: 'bank_card', userIp: null }, call)).toMatchObject({
    evidence: { code: '0' },
  });
});

test('an account outside a sandbox must state its profile', () => {
  const faultsIn = (more: Record<string, unknown>) =>
    yixin.productionFaults?.(yixin.settings.parse(settingsInput(baseUrl, more)));
  expect(faultsIn({})).toEqual([{ path: ['profile'], message: expect.stringContaining('Ask Yixin') }]);
  expect(faultsIn({ profile: {} })).toEqual([]);
});

test('the adapter says what is missing and what is unconfirmed', async () => {
  const { adapter } = await account({});
  expect(Object.keys(adapter.gaps).sort()).toEqual(['cardholders', 'cards', 'issuing', 'products', 'unbinding']);
  expect(adapter.notes).toEqual([
    expect.stringContaining('cryptographic profile is unconfirmed'),
    expect.stringContaining("unit of the banks' limits is unconfirmed"),
  ]);
  expect((await account({ profile: {}, limitUnit: 'yuan' })).adapter.notes).toEqual([]);
});

test('the address word may stand in the URL too', async () => {
  const { adapter, loopback } = await account({ methodInPath: true });
  await adapter.boundCards.list({ user: 'u', kind: 'bank_card', userIp: null }, call);
  expect(loopback.requests[0]?.path).toBe('/cardList');
});

test("without the end user's address nothing is sent", async () => {
  const { adapter, loopback } = await account({ userIp: undefined });
  expect([adapter.binding, adapter.boundCards, adapter.banks].map((facet) => facet.needsUserIp)).toEqual([
    true,
    true,
    true,
  ]);
  expect(await adapter.banks.list({ user: 'u', userIp: null }, call)).toMatchObject({
    kind: 'refused',
    refusal: { reason: 'invalid_request' },
  });
  expect(loopback.requests).toHaveLength(0);
});

test('a failure in the envelope is unknown, for no list of its codes is known', async () => {
  const { adapter, loopback } = await account({});
  const msg = '用户 user-1001 不存在 13800000001';
  loopback.reply(() => ({ kind: 'answer', body: signReply({ code: 100_001, msg }, unconfirmedProfile) }));
  expect(await adapter.banks.list({ user: 'user-1001', userIp: null }, call)).toEqual({
    kind: 'unknown',
    why: 'unlisted_code',
    evidence: { httpStatus: 200, code: '100001', message: '用户 *** 不存在 ***' },
  });
});

test('an account speaks its own profile', async () => {
  const choice = { aesMode: 'cbc', aesIv: '0102030405060708', rsaPadding: 'oaep-sha256', encoding: 'hex' };
  const profile = profileSetting.parse(choice);
  const { adapter, loopback } = await account({ profile: choice });
  loopback.reply(() => answer({ code: 0, params: '{"bankCardList":[]}' }, profile));
  const outcome = await adapter.boundCards.list({ user: 'u', kind: 'bank_card', userIp: null }, call);
  expect(outcome).toMatchObject({ kind: 'done', value: { cards: [], unreadable: 0 } });
  expect(openRequest(loopback.requests[0]?.body ?? '', profile).business).toEqual({ outerUserNo: 'u' });
});
