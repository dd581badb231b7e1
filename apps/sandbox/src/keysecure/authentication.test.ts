import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { isFresh } from './call.ts';
import { caller, type Caller } from './testing/caller.ts';

let sandbox: Sandbox;
let credit: Caller;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => {
  sandbox.admin.reset();
  credit = caller(sandbox);
});
afterAll(() => sandbox.close());

const packages = (headers: Record<string, string | undefined>) => credit.post('card/package/list', {}, headers);

test('the token: an absolute expiry, valid together with older ones, bound to its key', async () => {
  const before = Date.now();
  const reply = await credit.newToken();
  const { access_token: token, expired_time: expiry } = reply.data as { access_token: string; expired_time: number };
  expect(reply).toMatchObject({ code: 0, msg: 'Success' });
  expect(expiry).toBeGreaterThanOrEqual(before + 24 * 3_600_000);
  await credit.newToken();
  expect(await packages({ 'Access-Token': token })).toMatchObject({ code: 0 });
  const other = caller(sandbox, 'AUTHORIZATION');
  expect(await other.post('card/support/bins', {}, { 'Access-Token': token })).toMatchObject({ code: 1007 });
});

test('the codes of section 10, each on HTTP 200 and without data', async () => {
  expect(await packages({ 'Api-Key': undefined })).toEqual({ code: 1002, msg: 'Api-Key missing' });
  expect(await packages({ 'Api-Key': 'nobody' })).toMatchObject({ code: 1008 });
  expect(await packages({ Timestamp: undefined })).toMatchObject({ code: 1005 });
  expect(await packages({ Timestamp: '1716307200' })).toMatchObject({ code: 1005 });
  expect(await packages({ 'Access-Token': undefined })).toMatchObject({ code: 1006 });
  expect(await packages({ 'Access-Token': 'made-up' })).toMatchObject({ code: 1007 });
  expect(await packages({ 'Content-Type': 'text/plain' })).toMatchObject({ code: 1004 });
  expect(await credit.newToken({ 'Content-Type': undefined })).toMatchObject({ code: 1004 });
  expect(await credit.newToken({ Timestamp: undefined })).toMatchObject({ code: 1005 });
});

test('a timestamp from the future is refused, one older than 60 s too, and the state clock has no say', async () => {
  // The provider's clock stands an hour away, so that no run is slow enough to matter.
  sandbox.admin.changeClock({ skewMs: -3_600_000 });
  const providersNow = () => Date.now() - 3_600_000;
  expect(await packages({ Timestamp: String(Date.now()) })).toMatchObject({ code: 1005 });
  expect(await packages({ Timestamp: String(providersNow() + 5000) })).toMatchObject({ code: 1005 });
  expect(await packages({ Timestamp: String(providersNow() - 60_001) })).toMatchObject({ code: 1005 });
  await credit.newToken({ Timestamp: String(providersNow() - 1000) });
  sandbox.admin.changeClock({ advanceMs: 30 * 86_400_000 });
  expect(await packages({ Timestamp: String(providersNow() - 1000) })).toMatchObject({ code: 0 });
});

test('the edges of the window, to the millisecond', () => {
  const now = 1_716_307_200_000;
  expect(isFresh(String(now), now)).toBe(true);
  expect(isFresh(String(now + 1), now)).toBe(false);
  expect(isFresh(String(now - 59_999), now)).toBe(true);
  expect(isFresh(String(now - 60_000), now)).toBe(false);
});

test('expired tokens answer 1007; a new one works', async () => {
  expect(await packages({})).toMatchObject({ code: 0 });
  sandbox.admin.expireTokens();
  expect(await packages({})).toMatchObject({ code: 1007 });
  await credit.newToken();
  expect(await packages({})).toMatchObject({ code: 0 });
});

test('tokens can be made to live a moment, or one at a time', async () => {
  const strict = await startSandbox({ keysecure: { tokenLifetimeMs: 0, oneTokenPerKey: true } });
  const short = caller(strict);
  expect(await short.post('card/package/list', {})).toMatchObject({ code: 1007 });
  await strict.close();
});

test('a call of the other mode is 1012', async () => {
  const authorization = caller(sandbox, 'AUTHORIZATION');
  expect(await credit.post('card/support/bins', {})).toMatchObject({ code: 1012 });
  expect(await authorization.post('card/package/list', {})).toMatchObject({ code: 1012 });
  expect(await authorization.get('account/U1/info')).toMatchObject({ code: 1012 });
});

test('messages follow the Language header', async () => {
  expect(await packages({ 'Access-Token': 'x', Language: 'zh_CN' })).toMatchObject({
    msg: 'Access-Token 无效或已过期',
  });
  expect(await packages({ 'Access-Token': 'x', Language: 'fr' })).toMatchObject({
    msg: 'Access-Token invalid or expired',
  });
});

test('catalogues: three packages without the delisted one, three BINs with one that offers nothing', async () => {
  const { data } = await packages({});
  const { list } = data as { list: Record<string, unknown>[] };
  expect(list.map((one) => one['package_type'])).toEqual(['Virtual', 'Physical', 'Virtual']);
  expect(list[0]).toHaveProperty('fee_detail.consume_cancle_fee');
  expect(list[2]).not.toHaveProperty('needsAddress');
  expect(data).not.toHaveProperty('total');
  const physical = await credit.post('card/package/list', { type: 'Physical' });
  expect((physical.data as { list: unknown[] }).list).toHaveLength(1);
  const bins = await caller(sandbox, 'AUTHORIZATION').post('card/support/bins', { page: 0, size: 10 });
  expect(bins.data).toMatchObject({
    list: [{ support_physical: true }, { support_virtual: false }, { support_physical: false, support_virtual: false }],
  });
});
