import { text } from '../exchange.ts';
import { bankOf, banks } from './banks.ts';
import { bind, isBound, nextNumber, type Reply, type World } from './state.ts';

export interface YixinCall {
  world: World;
  requestNo: string;
  fields: Record<string, unknown>;
}

/** yixin.md §4, by the word that selects the interface. */
export const interfaces: Record<string, (call: YixinCall) => Reply> = {
  bindCard,
  verifyCode,
  cardList,
  bankList,
  cardBank,
  needCardSign,
};

/** cardBank has no documented answer for an unknown issuer: an envelope code of the sandbox's own. */
const unknownIssuer = '9009';
/** The "mandatory" column is lost (yixin.md §4); a request without a field it needs gets this code of the sandbox's own. */
export const fieldMissing = '9001';

const status = (code: string, desc: string): Reply => ({ params: { status: code, desc } });

/** §4.1. The SMS is the effect; `0` does not mean bound. */
function bindCard({ world, requestNo, fields }: YixinCall): Reply {
  const refused = (code: string, desc: string): Reply => ({ params: { bizId: '', status: code, desc } });
  const missing = missingField(fields, ['outerUserNo', 'cardNo', 'phone', 'bizType']);
  if (missing !== undefined) return refused('-2', `缺少参数 ${missing}`);
  const user = text(fields['outerUserNo']);
  const cardNo = text(fields['cardNo']);
  const phone = text(fields['phone']);
  const bizType = text(fields['bizType']);
  if (bizType !== 'loan' && bizType !== 'repay') return refused('-2', 'bizType 错误');
  if (bizType === 'repay' && text(fields['bizNo']) === '') return refused('-2', '缺少借款单号');
  if (user.startsWith('unknown')) return refused('-2', '用户不存在');
  if (!/^\d{12,21}$/.test(cardNo)) return refused('-2', '银行卡号错误');
  if (!/^\d{11}$/.test(phone)) return refused('-2', '手机号错误');
  if (isBound(world.state, user, cardNo)) return refused('-1', '已开通协议支付，无需重复开通');
  if (bankOf(cardNo) === undefined) return refused('-2', '暂不支持该银行');
  const bizId = nextNumber(world.state, '23');
  const code = world.random().digits(6);
  const now = world.clock.now();
  const expiresAt = now + world.config.smsCodeLifetimeMs;
  // [ASSUMED] a resend is a new bizId, and the earlier code for this user and card expires: -3 is the only documented answer
  // that says so.
  for (const open of world.state.challenges.values()) {
    if (open.user === user && open.cardNo === cardNo) open.expiresAt = Math.min(open.expiresAt, now);
  }
  world.state.challenges.set(bizId, { bizId, user, cardNo, phone, code, expiresAt });
  world.journal.smsSent({ provider: 'yixin', user, phone, bizId, code });
  world.journal.effect({
    provider: 'yixin',
    operation: 'bindCard',
    reference: requestNo,
    effect: 'sms_sent',
    subject: user,
  });
  return { params: { bizId, status: '0', desc: '成功' } };
}

/** §4.2. Neither the lifetime nor an attempt limit is published: the first is a setting, the second does not exist here. */
function verifyCode({ world, fields }: YixinCall): Reply {
  const missing = missingField(fields, ['outerUserNo', 'bizId', 'verifyCode']);
  if (missing !== undefined) return status('-2', `缺少参数 ${missing}`);
  const bizId = text(fields['bizId']);
  const challenge = world.state.challenges.get(bizId);
  if (challenge === undefined || challenge.user !== fields['outerUserNo']) return status('-2', '短信流水号不存在');
  const { user, cardNo, phone } = challenge;
  if (isBound(world.state, user, cardNo)) return status('-1', '已绑卡，无需重复绑卡');
  if (world.clock.now() >= challenge.expiresAt) return status('-3', '验证码已过期');
  if (fields['verifyCode'] !== challenge.code) return status('-2', '验证码错误');
  bind(world.state, { user, cardNo, phone });
  world.journal.effect({
    provider: 'yixin',
    operation: 'verifyCode',
    reference: bizId,
    effect: 'card_bound',
    subject: user,
  });
  return status('0', '绑卡成功');
}

/** §4.3: numbers in clear; debit cards only. */
function cardList({ world, fields }: YixinCall): Reply {
  const missing = missingField(fields, ['outerUserNo']);
  if (missing !== undefined) return { code: fieldMissing, msg: `缺少参数 ${missing}` };
  const user = text(fields['outerUserNo']);
  const { omitBindCardId: omit } = world.config;
  const bare = Array.isArray(omit) ? omit.includes(user) : omit;
  const bankCardList = world.state.cards
    .filter((card) => card.user === user)
    .map(({ bindCardId, cardNo, phone }) => {
      const { bankCode = '', bankName = '' } = bankOf(cardNo) ?? {};
      const row = { cardNo, cardType: 1, bankCode, bankName, phone };
      return bare || bindCardId === null ? row : Object.assign({ bindCardId }, row);
    });
  return { params: { bankCardList } };
}

function bankList({ fields }: YixinCall): Reply {
  const missing = missingField(fields, ['outerUserNo']);
  if (missing !== undefined) return { code: fieldMissing, msg: `缺少参数 ${missing}` };
  return { params: { bankList: banks.map(({ prefix: _prefix, ...bank }) => bank) } };
}

function cardBank({ fields }: YixinCall): Reply {
  const missing = missingField(fields, ['cardNo']);
  if (missing !== undefined) return { code: fieldMissing, msg: `缺少参数 ${missing}` };
  const bank = bankOf(text(fields['cardNo']));
  if (bank === undefined) return { code: unknownIssuer, msg: '无法识别发卡行' };
  return { params: { bankName: bank.bankName, bankCode: bank.bankCode } };
}

function needCardSign({ world, fields }: YixinCall): Reply {
  const missing = missingField(fields, ['outerUserNo', 'cardNo']);
  if (missing !== undefined) return { code: fieldMissing, msg: `缺少参数 ${missing}` };
  const bound = isBound(world.state, text(fields['outerUserNo']), text(fields['cardNo']));
  return { params: { status: bound ? '-1' : '1' } };
}

function missingField(fields: Record<string, unknown>, names: readonly string[]): string | undefined {
  return names.find((name) => text(fields[name]) === '');
}
