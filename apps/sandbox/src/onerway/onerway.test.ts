import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { onerwaySign, signedNotification } from './sign.ts';
import { otherAppId } from './tokens.ts';

/** The example keys printed in the documentation: onerway.md §2.2, §6.1. */
const exampleKey = '3b5e10b65bff4172a5b9ca2d2ec00a6e';
const webhookKey = 'de45ae6504ca46cb94ebd734bb650345';

describe('published signature vectors', () => {
  test('sign page: empty and null dropped, "0" kept, an unsigned parameter left out', () => {
    const fields = {
      test3: 'test3value',
      test2: 'test2value',
      test1: '0',
      test5: '',
      test4: 'test4value',
      test6: null,
    };
    expect(onerwaySign(fields, exampleKey, ['test2'])).toBe(
      '836831ae68fce5e61d4a64363bb72c636efe6e94b62ecaa8d1c95fc58cc9cbed',
    );
  });

  const token = { merchantCustId: 'custId_1640247522000', merchantNo: '800209', subProductType: 'TOKEN' };
  test.each([
    [
      'SUBSCRIBE sample',
      { ...token, merchantCustId: 'custId_1640247522099', appId: '1831944691027152896', subProductType: 'SUBSCRIBE' },
      '76792b2c61c291dbc5d47c9524f0cd790c2ff3d8a152b7224ca140a30b58198b',
    ],
    [
      'TOKEN sample',
      { ...token, appId: '1727880846378401792' },
      '82f1e4c441a2c2b93ee25338f7d1a2a2014371009c47789a0a443480a5192534',
    ],
    ['without appId', token, '82fdcea937ed09e57aab9a1551d39fbda8747160e089082cb44fdc32d0884e6b'],
    [
      'delete',
      { id: '1919777298473115649', merchantNo: '800209', sign: 'not signed itself' },
      '5d9126f04950cdb1435c84c3f94b55175a6701f44858cb76677b3685b16ff594',
    ],
  ])('%s', (_name, fields, sign) => {
    expect(onerwaySign(fields, exampleKey)).toBe(sign);
  });

  test('webhook: the exclusion list', () => {
    const body = {
      reason: '{"respCode":"20000","respMsg":"Success"}',
      txnTimeZone: '+08:00',
      orderCurrency: 'EUR',
      responseTime: '2024-05-21 09:52:03',
      merchantTxnId: '7517512835003047',
      txnType: 'SALE',
      transactionId: '1792734932368752640',
      notifyType: 'TXN',
      orderAmount: '500.00',
      paymentMethod: 'VISA',
      txnTime: '2024-05-21 09:51:45',
      txnAmount: '',
      merchantNo: '800277',
      status: 'S',
      eci: '5',
    };
    expect(signedNotification(body, webhookKey)).toEqual({
      ...body,
      sign: 'fa58c37f1d7fd1e249c6bcc427aa335aa2d7335389908488e8a7f96f54c59485',
    });
  });
});

describe('on the wire', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  beforeEach(() => sandbox.admin.reset());
  afterAll(() => sandbox.close());

  interface Reply {
    respCode: string;
    respMsg: string;
    data?: { merchantNo: string; success?: boolean; sign?: string; tokenInfos: Record<string, string>[] };
  }
  type Fields = Record<string, unknown>;

  async function post(path: string, fields: Fields, contentType = 'application/json'): Promise<Reply> {
    const answer = await request(sandbox.credentials.onerway.baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: JSON.stringify(fields),
    });
    expect(answer.statusCode).toBe(200);
    return (await answer.body.json()) as Reply;
  }
  const signed = (fields: Fields) => ({
    ...fields,
    sign: onerwaySign(fields, sandbox.credentials.onerway.secretKey),
  });
  const query = (fields: Fields = {}): Fields => {
    const { merchantNo, appId } = sandbox.credentials.onerway;
    return { merchantNo, appId, merchantCustId: 'custId_1640247522000', subProductType: 'TOKEN', ...fields };
  };
  const list = (fields: Fields = {}) => post('/v1/txn/queryTokenList', signed(query(fields)));

  test('tokens of one store: two for one card, one expired, one without country; ids of 19 digits', async () => {
    const { respCode, data } = await list();
    expect(respCode).toBe('20000');
    expect(data?.merchantNo).toBe(sandbox.credentials.onerway.merchantNo);
    expect(data?.tokenInfos.map((token) => token['cardNumber'])).toEqual([
      '411773******0421',
      '411773******0421',
      '527390******7718',
      '455600******3304',
    ]);
    expect(data?.tokenInfos[2]).toMatchObject({ year: '2024', month: '05', paymentMethod: 'MASTERCARD' });
    expect(data?.tokenInfos[3]).not.toHaveProperty('cardBinCountry');
    expect(new Set(data?.tokenInfos.map((token) => token['tokenId'])).size).toBe(4);
    expect(data?.tokenInfos.every((token) => /^\d{19}$/.test(token['id'] ?? ''))).toBe(true);
  });

  test('without appId the other store is listed too; SUBSCRIBE is a set of its own; an unknown customer has none', async () => {
    const everywhere = await list({ appId: undefined });
    expect(everywhere.data?.tokenInfos.map((token) => token['appId'])).toContain(otherAppId);
    expect((await list({ subProductType: 'SUBSCRIBE' })).data?.tokenInfos).toHaveLength(3);
    expect((await list({ merchantCustId: 'nobody' })).data?.tokenInfos).toEqual([]);
    sandbox.admin.onerway.seedTokens({ merchantCustId: 'nobody', tokens: [{ cardNumber: '400100******0009' }] });
    expect((await list({ merchantCustId: 'nobody' })).data?.tokenInfos).toHaveLength(1);
  });

  test.each(['application/json; charset=UTF-8', 'application/json;charset=utf-8', 'text/plain', 'APPLICATION/JSON'])(
    'content type %s is refused',
    async (contentType) => {
      const answer = await post('/v1/txn/queryTokenList', signed(query()), contentType);
      expect(answer).toMatchObject({ respCode: '40013' });
      expect(answer).not.toHaveProperty('data');
    },
  );

  test('signature, merchant, app, types and required fields', async () => {
    const path = '/v1/txn/queryTokenList';
    expect(await post(path, { ...signed(query()), merchantCustId: 'somebodyElse' })).toMatchObject({
      respCode: '49001',
    });
    const upper = { ...query(), sign: onerwaySign(query(), sandbox.credentials.onerway.secretKey).toUpperCase() };
    expect(await post(path, upper)).toMatchObject({ respCode: '49001' });
    expect(await post(path, query())).toMatchObject({ respCode: '49001' });
    expect(await list({ merchantNo: '1' })).toMatchObject({ respCode: '12004' });
    expect(await list({ appId: '1' })).toMatchObject({ respCode: '13001' });
    expect(await list({ merchantNo: 900_217 })).toMatchObject({ respCode: '40013' });
    expect(await list({ remark: 1 })).toMatchObject({ respCode: '40013', respMsg: 'remark must be a string' });
    expect(await list({ subProductType: undefined })).toMatchObject({ respCode: '40013' });
    expect(await list({ subProductType: 'DIRECT' })).toMatchObject({ respCode: '40013' });
    expect(await list({ merchantCustId: 'x'.repeat(51) })).toMatchObject({ respCode: '40013' });
  });

  test('delete takes the binding id, works once, and its answer is signed', async () => {
    const { deleteTokenPath, merchantNo, secretKey } = sandbox.credentials.onerway;
    const token = (await list()).data?.tokenInfos[0] ?? {};
    const remove = (id: unknown) => post(deleteTokenPath, signed({ merchantNo, id }));
    expect(await remove(token['tokenId'])).toMatchObject({ respCode: '49002' });
    const sign = onerwaySign({ success: 'true' }, secretKey);
    expect(await remove(token['id'])).toMatchObject({ respCode: '20000', data: { success: true, sign } });
    expect(await remove(token['id'])).toMatchObject({ respCode: '49002' });
    expect((await list()).data?.tokenInfos).toHaveLength(3);
    expect(sandbox.admin.ledger({ provider: 'onerway' })).toMatchObject([
      { effect: 'token_deleted', reference: token['id'] },
    ]);
  });
});
