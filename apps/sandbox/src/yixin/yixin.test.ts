import { generateKeyPairSync } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../index.ts';
import { createRandom, syntheticPan } from '../synthetic.ts';
import { partner } from './testing/partner.ts';

let sandbox: Sandbox;
let we: ReturnType<typeof partner>;
beforeAll(async () => {
  sandbox = await startSandbox();
  we = partner(sandbox);
});
beforeEach(() => sandbox.admin.reset());
afterAll(() => sandbox.close());

const cardNo = syntheticPan(createRandom(5), '6217', 19);
const bindFields = { outerUserNo: 'user-1', cardNo, phone: '13800000001', bizType: 'loan' };
const lastCode = () => sandbox.admin.sms().at(-1)?.code ?? '';
const verifyFields = (bizId: unknown, verifyCode: string) => ({ outerUserNo: 'user-1', bizId, verifyCode });

test('from SMS to bound card, each answer signed and sealed with its own key', async () => {
  expect((await we.call('needCardSign', { outerUserNo: 'user-1', cardNo })).params).toEqual({ status: '1' });
  const started = await we.call('bindCard', bindFields);
  expect(started).toMatchObject({ code: 0, msg: 'success', signed: true, params: { status: '0', desc: '成功' } });
  expect(sandbox.admin.sms({ phone: '13800000001' })).toMatchObject([
    { provider: 'yixin', user: 'user-1', bizId: started.params?.['bizId'], code: expect.stringMatching(/^\d{6}$/) },
  ]);
  expect((await we.call('cardList', { outerUserNo: 'user-1' })).params).toEqual({ bankCardList: [] });

  const bizId = started.params?.['bizId'];
  const wrong = lastCode() === '000000' ? '000001' : '000000';
  expect((await we.call('verifyCode', verifyFields(bizId, wrong))).params).toEqual({
    status: '-2',
    desc: '验证码错误',
  });
  const verified = await we.call('verifyCode', verifyFields(bizId, lastCode()));
  expect(verified.params).toEqual({ status: '0', desc: '绑卡成功' });
  expect(verified.fields['key']).not.toBe(started.fields['key']);

  const { params } = await we.call('cardList', { outerUserNo: 'user-1' });
  expect(params?.['bankCardList']).toEqual([
    {
      bindCardId: expect.any(String),
      cardNo,
      cardType: 1,
      bankCode: 'CCB',
      bankName: '建设银行',
      phone: '13800000001',
    },
  ]);
  expect((await we.call('needCardSign', { outerUserNo: 'user-1', cardNo })).params).toEqual({ status: '-1' });
  expect((await we.call('bindCard', bindFields)).params).toMatchObject({ status: '-1', bizId: '' });
  expect((await we.call('verifyCode', verifyFields(bizId, lastCode()))).params).toMatchObject({ status: '-1' });
  expect(sandbox.admin.ledger().map((entry) => entry.effect)).toEqual(['sms_sent', 'card_bound']);
});

test('a code lives five minutes on the state clock; each new request is a new SMS', async () => {
  const first = await we.call('bindCard', bindFields);
  sandbox.admin.changeClock({ advanceMs: 5 * 60_000 });
  const late = await we.call('verifyCode', verifyFields(first.params?.['bizId'], lastCode()));
  expect(late.params).toMatchObject({ status: '-3' });
  const second = await we.call('bindCard', bindFields);
  expect(second.params?.['bizId']).not.toBe(first.params?.['bizId']);
  expect(sandbox.admin.ledger({ effect: 'sms_sent' })).toHaveLength(2);
  const other = { ...verifyFields(second.params?.['bizId'], lastCode()), outerUserNo: 'user-2' };
  expect((await we.call('verifyCode', other)).params).toMatchObject({ status: '-2' });
});

test('a resend while a challenge is open: a new bizId, and only its code is good; other cards and users keep theirs', async () => {
  const otherCard = { ...bindFields, cardNo: syntheticPan(createRandom(6), '6217', 19) };
  const first = await we.call('bindCard', bindFields);
  const firstCode = lastCode();
  const other = await we.call('bindCard', otherCard);
  const otherCode = lastCode();
  const second = await we.call('bindCard', bindFields);
  expect(second.params?.['bizId']).not.toBe(first.params?.['bizId']);
  const verify = (bizId: unknown, code: string) => we.call('verifyCode', verifyFields(bizId, code));
  expect((await verify(first.params?.['bizId'], firstCode)).params).toMatchObject({ status: '-3' });
  expect((await verify(second.params?.['bizId'], lastCode())).params).toMatchObject({ status: '0' });
  expect((await verify(other.params?.['bizId'], otherCode)).params).toMatchObject({ status: '0' });
  expect(sandbox.admin.ledger({ effect: 'sms_sent' })).toHaveLength(3);
  expect(sandbox.admin.sms()).toHaveLength(3);
});

test('the same requestNo gets the same answer and sends one SMS; with other parameters it is refused', async () => {
  const first = await we.call('bindCard', bindFields, { requestNo: 'r-1' });
  const again = await we.call('bindCard', bindFields, { requestNo: 'r-1' });
  expect(again.params).toEqual(first.params);
  expect(again.fields['key']).not.toBe(first.fields['key']);
  expect(sandbox.admin.sms()).toHaveLength(1);
  const other = await we.call('bindCard', { ...bindFields, phone: '13800000002' }, { requestNo: 'r-1' });
  expect(other).toMatchObject({ code: 9008, signed: true, params: undefined });
  expect(sandbox.admin.ledger()).toMatchObject([{ reference: 'r-1', subject: 'user-1' }]);
});

test.each<[string, Record<string, unknown>]>([
  ['no user', { outerUserNo: '' }],
  ['an unknown user', { outerUserNo: 'unknown-7' }],
  ['11 digits', { cardNo: '62170000000' }],
  ['letters in the number', { cardNo: '6217abc000000000' }],
  ['a bank that is not supported', { cardNo: '9999000000000000' }],
  ['a short phone number', { phone: '1380000' }],
  ['another purpose', { bizType: 'save' }],
  ['repayment without loan order', { bizType: 'repay' }],
])('bindCard with %s: status -2, no SMS', async (_name, change) => {
  expect((await we.call('bindCard', { ...bindFields, ...change })).params).toMatchObject({ status: '-2' });
  expect(sandbox.admin.sms()).toEqual([]);
});

test('repayment with its loan order', async () => {
  const fields = { ...bindFields, bizType: 'repay', bizNo: 'loan-1' };
  expect((await we.call('bindCard', fields)).params).toMatchObject({ status: '0' });
});

test('banks, issuer, and rows without bindCardId', async () => {
  const { params } = await we.call('bankList', { outerUserNo: 'user-1' });
  expect(params?.['bankList']).toHaveLength(15);
  expect(params?.['bankList']).toContainEqual({
    bankName: '中信银行',
    bankCode: 'ECITIC',
    timesLimit: 500_000,
    dayLimit: 2_000_000,
  });
  expect((await we.call('cardBank', { cardNo: '6228000000000000' })).params).toEqual({
    bankName: '农业银行',
    bankCode: 'ABC',
  });
  expect(await we.call('cardBank', { cardNo: '9999000000000000' })).toMatchObject({ code: 9009, params: undefined });
  const seeded = { cardNo, phone: '13800000003', bindCardId: null };
  sandbox.admin.yixin.seedCards({ user: 'user-3', cards: [seeded] });
  const cards = await we.call('cardList', { outerUserNo: 'user-3' });
  expect(cards.params).toEqual({ bankCardList: [expect.not.objectContaining({ bindCardId: expect.anything() })] });
});

test('the envelope: app, clock, signature, key, method, types', async () => {
  const read = { outerUserNo: 'user-1' };
  const expectCode = async (code: number, sent: Promise<unknown>) =>
    expect(await sent).toMatchObject({ code, signed: true, params: undefined });
  await expectCode(9001, we.call('cardList', read, { ip: '' }));
  await expectCode(9001, we.call('cardList', read, { timestamp: String(Date.now()) }));
  await expectCode(9002, we.call('cardList', read, { appId: 'somebody' }));
  await expectCode(9003, we.call('cardList', read, { timestamp: Date.now() - 31 * 60_000 }));
  await expectCode(9003, we.call('cardList', read, { timestamp: Date.now() + 31 * 60_000 }));
  await expectCode(9004, we.post({ ...we.envelope('cardList', read), ip: '203.0.113.8' }));
  await expectCode(9005, we.call('cardList', read, { key: Buffer.alloc(256, 1).toString('base64') }));
  await expectCode(9005, we.call('cardList', 'no object'));
  await expectCode(9006, we.call('unbindCard', read));
  expect(await we.call('cardList', read, { timestamp: Date.now() + 20 * 60_000 })).toMatchObject({ code: 0 });
  expect(await we.call('cardList', read, { timestamp: Date.now() - 20 * 60_000 })).toMatchObject({ code: 0 });
  expect((await request(sandbox.credentials.yixin.baseUrl)).statusCode).toBe(405);
});

test('form bodies, and the method word in the path', async () => {
  const read = { outerUserNo: 'user-1' };
  expect(await we.post(we.envelope('cardList', read), { form: true })).toMatchObject({ code: 0 });
  expect(await we.post(we.envelope('cardList', read), { path: '/cardList' })).toMatchObject({ code: 0 });
  expect(await we.post(we.envelope('cardList', read), { path: '/bankList' })).toMatchObject({ code: 9006 });
});

test('keys from the configuration, codes as strings, no bindCardId for anyone', async () => {
  const pair = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  const [ours, theirs] = [pair(), pair()];
  const own = await startSandbox({
    yixin: {
      partnerPublicKey: ours.publicKey,
      privateKey: theirs.privateKey,
      codeType: 'string',
      omitBindCardId: true,
    },
  });
  expect(own.credentials.yixin).toMatchObject({ partnerPrivateKey: null, yixinPublicKey: theirs.publicKey });
  own.admin.yixin.seedCards({ user: 'user-1', cards: [{ cardNo, phone: '13800000001' }] });
  const answer = await partner(own, ours.privateKey).call('cardList', { outerUserNo: 'user-1' });
  expect(answer).toMatchObject({ code: '0', signed: true });
  expect(answer.params).toEqual({ bankCardList: [expect.not.objectContaining({ bindCardId: expect.anything() })] });
  await own.close();
});
