import { json } from '@card-gateway/adapter-kit/testing';
import { Secret } from '@card-gateway/core';
import { describe, expect, test } from 'vitest';
import { onerway } from './index.ts';
import { call, openAccount, openAdapter, secretKey } from './testing/account.ts';

const user = 'custId_1640247522000';
const tokenSignature = '82f1e4c441a2c2b93ee25338f7d1a2a2014371009c47789a0a443480a5192534';
const echoing = JSON.stringify({
  respCode: '40404',
  respMsg: `sign ${tokenSignature} of merchant 800209 with ${secretKey} for ${user} is wrong`,
});

describe('response codes', () => {
  test('an unlisted code is kept as evidence with a message redacted of all that was sent', async () => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json(echoing));
    expect(await boundCards.list({ user, kind: 'token', userIp: null }, call)).toEqual({
      kind: 'unknown',
      why: 'unlisted_code',
      evidence: { httpStatus: 200, code: '40404', message: 'sign *** of merchant *** with *** for *** is wrong' },
    });
  });

  test('a customer id that contains the merchant number is hidden whole', async () => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json({ respCode: '40404', respMsg: 'no customer 800209-alice' }));
    const outcome = await boundCards.list({ user: '800209-alice', kind: 'token', userIp: null }, call);
    expect(outcome.evidence?.message).toBe('no customer ***');
  });

  test.each([
    ['40000', 'invalid_request'],
    ['40013', 'invalid_request'],
    ['70002', 'declined'],
    ['11001', 'unavailable'],
    ['12001', 'configuration'],
    ['12002', 'configuration'],
    ['12003', 'configuration'],
    ['12004', 'configuration'],
    ['12005', 'configuration'],
    ['12006', 'configuration'],
    ['12007', 'configuration'],
    ['12008', 'configuration'],
    ['12009', 'unavailable'],
    ['12010', 'configuration'],
    ['12011', 'configuration'],
    ['13001', 'configuration'],
    ['13002', 'invalid_request'],
    ['13003', 'invalid_request'],
    ['13004', 'invalid_request'],
    ['13005', 'invalid_request'],
    ['13006', 'invalid_request'],
  ])('%s is refused: %s (§8)', async (respCode, reason) => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json({ respCode, respMsg: 'no' }));
    expect(await boundCards.list({ user, kind: 'token', userIp: null }, call)).toEqual({
      kind: 'refused',
      refusal: { reason, code: respCode, message: 'no' },
      evidence: { httpStatus: 200, code: respCode, message: 'no' },
    });
  });

  test.each([20000, '0', null])('respCode %j is not the text "20000"', async (respCode) => {
    const { loopback, boundCards } = await openAccount();
    loopback.reply(() => json({ respCode, respMsg: 'Success', data: { tokenInfos: [] } }));
    expect(await boundCards.list({ user, kind: 'token', userIp: null }, call)).toMatchObject({ kind: 'unknown' });
  });
});

test('what Onerway does not offer is absent, with the reason', () => {
  const adapter = openAdapter('https://acq.example', { send: () => Promise.reject(new Error()), now: () => 0 });
  expect(Object.keys(adapter).toSorted()).toEqual(['boundCards', 'callbacks', 'gaps']);
  expect(Object.keys(adapter.gaps).toSorted()).toEqual(['binding', 'issuing', 'unbinding']);
});

describe('settings', () => {
  const good = { baseUrl: 'https://sandbox-acq.onerway.com/', merchantNo: '800209', secretKey: new Secret(secretKey) };

  test('appId is optional; a trailing slash goes', () => {
    expect(onerway.settings.parse(good)).toMatchObject({ ...good, baseUrl: 'https://sandbox-acq.onerway.com' });
  });

  test.each([
    ['baseUrl', undefined],
    ['baseUrl', 'acq.onerway.com'],
    ['merchantNo', undefined],
    ['merchantNo', 800209],
    ['merchantNo', '1'.repeat(21)],
    ['appId', ''],
    ['appId', 17278808463784],
    ['secretKey', 'text in the file'],
  ])('%s: %j is refused', (name, value) => {
    const result = onerway.settings.safeParse({ ...good, [name]: value });
    expect(result.error?.issues.map((issue) => issue.path)).toEqual([[name]]);
  });
});
