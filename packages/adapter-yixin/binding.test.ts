import { testCall } from '@card-gateway/adapter-kit/testing';
import { type BindingOrder, type CodeAnswer, Pan, Secret } from '@card-gateway/core';
import { beforeEach, describe, expect, test } from 'vitest';
import bindCard from './fixtures/bind-card.json' with { type: 'json' };
import needCardSign from './fixtures/need-card-sign.json' with { type: 'json' };
import verifyCode from './fixtures/verify-code.json' with { type: 'json' };
import { unconfirmedProfile as profile } from './profile.ts';
import { answer, businessOf, openRequest } from './testing/fake-yixin.ts';
import { openAccount } from './testing/account.ts';

const call = testCall();
const order: BindingOrder = {
  reference: 'op_01h455vb4pex5vsknk084sn02q',
  user: 'user-1001',
  pan: Pan.parse('6217 0000 0000 0001 234') ?? expect.unreachable(),
  phone: new Secret('13800000001'),
  purpose: 'loan',
  loanOrder: null,
  userIp: '198.51.100.4',
};
const given: CodeAnswer = {
  reference: 'op_01h455vb4pex5vsknk084sn03r',
  user: 'user-1001',
  challenge: '234051213805486090',
  code: new Secret('012345'),
  userIp: null,
};

let account: Awaited<ReturnType<typeof openAccount>>;

beforeEach(async () => {
  account = await openAccount();
});

function says(status: unknown, more: Record<string, unknown> = {}): void {
  const params = JSON.stringify({ status, ...more });
  account.loopback.reply(() => answer({ code: 0, msg: 'success', params }, profile));
}

test('the card number is no id of an SMS', async () => {
  says('0', { bizId: order.pan.reveal() });
  expect(await account.adapter.binding.start(order, call)).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
});

test('a refusal that names a member twice is none: readers differ in which of the two they take', async () => {
  const params = '{"status":"0","bizId":"1","status":"-2"}';
  account.loopback.reply(() => answer({ code: 0, msg: 'success', params }, profile));
  const { binding } = account.adapter;
  for (const outcome of [await binding.start(order, call), await binding.verify(given, call)]) {
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'unreadable_answer' });
  }
});

describe('start', () => {
  test("the document's example: an SMS is on its way", async () => {
    account.loopback.reply(() => answer(bindCard, profile));
    expect(await account.adapter.binding.start(order, call)).toEqual({
      kind: 'done',
      value: { status: 'awaiting_code', challenge: '234051213805486090' },
      evidence: { httpStatus: 200, code: '0', message: '成功' },
    });
    const [request] = account.loopback.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/', headers: { 'content-type': 'application/json' } });
    expect(openRequest(request?.body ?? '', profile)).toMatchObject({
      common: {
        appId: 'app-1',
        requestNo: order.reference,
        method: 'bindCard',
        version: '1.0',
        timestamp: 1_763_812_800_123,
        ip: '198.51.100.4',
      },
      business: {
        outerUserNo: 'user-1001',
        cardNo: '6217000000000001234',
        phone: '13800000001',
        bizType: 'loan',
      },
    });
    expect(request?.body).not.toMatch(/6217000|13800000001|user-1001/);
  });

  test('bizNo goes exactly with a repayment', async () => {
    account.loopback.reply(() => answer(bindCard, profile));
    await account.adapter.binding.start({ ...order, loanOrder: 'L-7' }, call);
    await account.adapter.binding.start({ ...order, purpose: 'repayment', loanOrder: 'L-7' }, call);
    const [loan, repayment] = account.loopback.requests.map((request) => businessOf(request, profile));
    expect(loan).not.toHaveProperty('bizNo');
    expect(repayment).toMatchObject({ bizType: 'repay', bizNo: 'L-7' });
  });

  test('a repayment without its loan order is not sent', async () => {
    const outcome = await account.adapter.binding.start({ ...order, purpose: 'repayment' }, call);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'invalid_request', code: null } });
    expect(account.loopback.requests).toHaveLength(0);
  });

  test('a card that needs no binding', async () => {
    says('-1', { desc: '协议支付已开通，无需重复开通' });
    expect(await account.adapter.binding.start(order, call)).toMatchObject({
      kind: 'done',
      value: { status: 'not_required' },
      evidence: { code: '-1', message: '协议支付已开通，无需重复开通' },
    });
  });

  test('a refusal, with what it echoes taken out', async () => {
    says('-2', { desc: 'user-1001 的卡 6217000000000001234 手机 138 0000 0001 验证失败 198.51.100.4' });
    expect(await account.adapter.binding.start(order, call)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'declined', code: '-2', message: '*** 的卡 *** 手机 *** 验证失败 ***' },
    });
  });

  test.each([
    ['an unlisted status', '-9', {}, 'unlisted_code'],
    ['the status of another interface', '1', { bizId: '1' }, 'unlisted_code'],
    ['a success without bizId', '0', {}, 'unreadable_answer'],
    ['a success with an empty bizId', '0', { bizId: '' }, 'unreadable_answer'],
    ['no status', undefined, { bizId: '1' }, 'unreadable_answer'],
  ])('%s is unknown', async (_name, status, more, why) => {
    says(status, more);
    expect(await account.adapter.binding.start(order, call)).toMatchObject({ kind: 'unknown', why });
  });
});

describe('verify', () => {
  test("the document's example: bound", async () => {
    account.loopback.reply(() => answer(verifyCode, profile));
    expect(await account.adapter.binding.verify(given, call)).toEqual({
      kind: 'done',
      value: { status: 'bound' },
      evidence: { httpStatus: 200, code: '0', message: '绑卡成功' },
    });
    const { common, business } = openRequest(account.loopback.requests[0]?.body ?? '', profile);
    expect(common).toMatchObject({ method: 'verifyCode', requestNo: given.reference, ip: '203.0.113.7' });
    expect(business).toEqual({ outerUserNo: 'user-1001', bizId: '234051213805486090', verifyCode: '012345' });
  });

  test.each([
    ['-1', { kind: 'done', value: { status: 'not_required' } }],
    ['-3', { kind: 'done', value: { status: 'expired' } }],
    ['-2', { kind: 'refused', refusal: { reason: 'wrong_code', code: '-2', message: '验证码***错误' } }],
    ['-4', { kind: 'unknown', why: 'unlisted_code' }],
    [0, { kind: 'done', value: { status: 'bound' } }],
  ])('status %s', async (status, outcome) => {
    says(status, { desc: '验证码012345错误' });
    expect(await account.adapter.binding.verify(given, call)).toMatchObject(outcome);
  });
});

describe('check', () => {
  const question = { user: 'user-1001', pan: order.pan, userIp: null };

  test("the document's example: the card must be bound", async () => {
    account.loopback.reply(() => answer(needCardSign, profile));
    const outcome = await account.adapter.binding.check(question, call);
    expect(outcome).toMatchObject({ kind: 'done', value: { required: true } });
    expect(businessOf(account.loopback.requests[0], profile)).toEqual({
      outerUserNo: 'user-1001',
      cardNo: '6217000000000001234',
    });
  });

  test.each([
    ['-1', { kind: 'done', value: { required: false } }],
    ['0', { kind: 'unknown', why: 'unlisted_code' }],
  ])('status %s', async (status, outcome) => {
    says(status);
    expect(await account.adapter.binding.check(question, call)).toMatchObject(outcome);
  });
});
