import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type Fault, type FaultName, type Sandbox } from './index.ts';
import { caller, type Caller } from './keysecure/testing/caller.ts';
import { onerwaySign } from './onerway/sign.ts';
import { partner } from './yixin/testing/partner.ts';

let sandbox: Sandbox;
let credit: Caller;
let holder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(async () => {
  sandbox.admin.reset();
  credit = caller(sandbox);
  holder = await credit.cardholder('user-1');
});
afterAll(() => sandbox.close());

const order = (unique = 'card-1') => ({
  cardholder_no: holder,
  card_unique_no: unique,
  card_type: 'Virtual',
  package_no: 'PKG2026000001',
});
const issued = () => sandbox.admin.ledger({ operation: 'card/apply' }).length;
const fault = (name: FaultName, more: Partial<Fault> = {}) =>
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: name, ...more });

/** The same call as raw HTTP, so that what is on the wire can be looked at. */
async function rawApply(signal?: AbortSignal) {
  const token = (await credit.newToken()).data as { access_token: string };
  return request(`${credit.account.baseUrl}/open-api/v1/card/apply`, {
    method: 'POST',
    headers: {
      'Api-Key': credit.account.apiKey,
      'Access-Token': token.access_token,
      Timestamp: String(Date.now()),
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(order()),
    ...(signal === undefined ? {} : { signal }),
  });
}

describe('on KeySecure card/apply', () => {
  test('refuse: a documented code, or the one asked for, and no card', async () => {
    fault('refuse');
    expect(await credit.post('card/apply', order())).toEqual({ code: 1022, msg: 'Merchant status abnormal' });
    fault('refuse', { code: 2002, message: 'Nobody' });
    expect(await credit.post('card/apply', order())).toEqual({ code: 2002, msg: 'Nobody' });
    expect(issued()).toBe(0);
    expect(await credit.post('card/apply', order())).toMatchObject({ code: 0 });
  });

  test.each<[FaultName, number]>([
    ['hang', 0],
    ['work_then_hang', 1],
  ])('%s: no answer; cards issued: %i', async (name, cards) => {
    fault(name);
    const gone = new AbortController();
    const pending = rawApply(gone.signal);
    await sandbox.admin.until(() => sandbox.admin.requestCount('keysecure', 'card/apply') === 1);
    gone.abort();
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    expect(issued()).toBe(cards);
  });

  test.each<[FaultName, number]>([
    ['reset', 0],
    ['work_then_reset', 1],
  ])('%s: the connection is reset; cards issued: %i', async (name, cards) => {
    fault(name);
    await expect(rawApply()).rejects.toThrow(/ECONNRESET|closed/);
    expect(issued()).toBe(cards);
  });

  test.each<[FaultName, number]>([
    ['bad_gateway', 0],
    ['work_then_bad_gateway', 1],
  ])('%s: 502 with HTML; cards issued: %i', async (name, cards) => {
    fault(name);
    const answer = await rawApply();
    expect(answer.statusCode).toBe(502);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(await answer.body.text()).toContain('<h1>502 Bad Gateway</h1>');
    expect(issued()).toBe(cards);
  });

  test.each<FaultName>(['truncated', 'not_json'])('%s: 200, unreadable, one card', async (name) => {
    fault(name);
    const answer = await rawApply();
    expect(answer.statusCode).toBe(200);
    const text = await answer.body.text();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(issued()).toBe(1);
  });

  test('unlisted_code: 200, an envelope, one card', async () => {
    fault('unlisted_code');
    expect(await credit.post('card/apply', order())).toEqual({ code: 9999, msg: 'Unlisted' });
    expect(issued()).toBe(1);
  });

  test('drip: the answer begins and does not end soon; one card', async () => {
    fault('drip');
    const answer = await rawApply();
    const length = Number(answer.headers['content-length']);
    const first = await answer.body[Symbol.asyncIterator]().next();
    expect((first.value as Buffer).length).toBeLessThan(length);
    answer.body.destroy();
    expect(issued()).toBe(1);
  });

  test('after, times, star and clear', async () => {
    fault('refuse', { after: 1, times: 2 });
    const codes = [];
    for (let number = 1; number <= 4; number += 1) {
      codes.push((await credit.post('card/apply', order(`card-${number}`))).code);
    }
    expect(codes).toEqual([0, 1022, 1022, 0]);
    expect(sandbox.admin.faults()).toMatchObject([{ fault: 'refuse', hits: 2 }]);
    sandbox.admin.addFault({ provider: 'keysecure', operation: '*', fault: 'refuse', times: 0, code: 1009 });
    expect(await credit.post('card/package/list', {})).toMatchObject({ code: 1009 });
    expect(await credit.newToken()).toMatchObject({ code: 1009 });
    sandbox.admin.clearFaults();
    expect(await credit.newToken()).toMatchObject({ code: 0 });
  });

  test('closing ends a hung connection at once', async () => {
    const own = await startSandbox();
    own.admin.addFault({ provider: 'keysecure', operation: 'merchant/token', fault: 'hang' });
    const pending = caller(own).newToken();
    await Promise.all([
      expect(pending).rejects.toThrow('fetch failed'),
      own.admin.until(() => own.admin.requestCount('keysecure', 'merchant/token') === 1).then(() => own.close()),
    ]);
  });
});

describe('in the words of the others', () => {
  test('OPEN-API', async () => {
    const { baseUrl, version } = sandbox.credentials.openApi;
    const post = async () => {
      const url = `${baseUrl}/${version}/openApi/card/cardList`;
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      return answer.body.json();
    };
    const target = { provider: 'open-api', operation: 'cardList' } as const;
    sandbox.admin.addFault({ ...target, fault: 'refuse', code: 5 });
    sandbox.admin.addFault({ ...target, fault: 'unlisted_code' });
    expect(await post()).toEqual({ code: 5, message: 'request refused' });
    expect(await post()).toEqual({ code: 99_999, message: 'Unlisted' });
  });

  test('Onerway', async () => {
    const { baseUrl, secretKey, merchantNo } = sandbox.credentials.onerway;
    const fields = { merchantNo, merchantCustId: 'c', subProductType: 'TOKEN' };
    const post = async () => {
      const answer = await request(`${baseUrl}/v1/txn/queryTokenList`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...fields, sign: onerwaySign(fields, secretKey) }),
      });
      return answer.body.json();
    };
    const target = { provider: 'onerway', operation: 'queryTokenList' } as const;
    sandbox.admin.addFault({ ...target, fault: 'refuse' });
    sandbox.admin.addFault({ ...target, fault: 'unlisted_code' });
    expect(await post()).toMatchObject({ respCode: '12004' });
    expect(await post()).toEqual({ respCode: '49999', respMsg: 'Unlisted' });
    expect(await post()).toMatchObject({ respCode: '20000' });
  });

  test('Yixin: sealed and signed all the same; a minus sign means the business status', async () => {
    const we = partner(sandbox);
    const fields = { outerUserNo: 'user-1', cardNo: '6217000000000000', phone: '13800000001', bizType: 'loan' };
    const target = { provider: 'yixin', operation: 'bindCard' } as const;
    sandbox.admin.addFault({ ...target, fault: 'refuse' });
    sandbox.admin.addFault({ ...target, fault: 'refuse', code: 9010 });
    sandbox.admin.addFault({ ...target, fault: 'unlisted_code' });
    sandbox.admin.addFault({ ...target, fault: 'unlisted_code', code: '-9' });
    expect(await we.call('bindCard', fields)).toMatchObject({ code: 0, signed: true, params: { status: '-2' } });
    expect(await we.call('bindCard', fields)).toMatchObject({ code: 9010, signed: true, params: undefined });
    expect(sandbox.admin.sms()).toEqual([]);
    expect(await we.call('bindCard', fields)).toMatchObject({ code: 9999, signed: true, params: undefined });
    expect(await we.call('bindCard', fields)).toMatchObject({ code: 0, signed: true, params: { status: '-9' } });
    expect(sandbox.admin.sms()).toHaveLength(2);
  });
});
