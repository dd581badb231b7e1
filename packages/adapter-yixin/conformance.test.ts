import { conformance, type ConformanceCall, type Reply } from '@card-gateway/adapter-kit/testing';
import { Pan, type ProviderAdapter, Secret } from '@card-gateway/core';
import { expect } from 'vitest';
import bankList from './fixtures/bank-list.json' with { type: 'json' };
import bindCard from './fixtures/bind-card.json' with { type: 'json' };
import cardBank from './fixtures/card-bank.json' with { type: 'json' };
import cardList from './fixtures/card-list.json' with { type: 'json' };
import needCardSign from './fixtures/need-card-sign.json' with { type: 'json' };
import verifyCode from './fixtures/verify-code.json' with { type: 'json' };
import { unconfirmedProfile as profile } from './profile.ts';
import { answer, keyTexts, type PlainReply } from './testing/fake-yixin.ts';
import { openAdapter, type YixinAdapter } from './testing/account.ts';

const pan = Pan.parse('6217000000000001234') ?? expect.unreachable();
const user = 'user-canary';
const userIp = '198.51.100.77';
const phone = '13800000001';
const code = '987654';

// What a provider might echo of any call: the numbers in clear and grouped, and the user where the call names one.
const numbers = `${userIp} ${phone} ${code} 6217000000000001234 6217 0000 0000 0001 234`;
const sealed = (reply: PlainReply) => (): Reply => answer(reply, profile);
/** A documented success, whose JSON is encrypted in its envelope. */
const documented = (reply: PlainReply) => ({
  success: sealed(reply),
  changed: (change: (json: string) => string) => answer({ ...reply, params: change(reply.params ?? '') }, profile),
});
const status = (word: string) =>
  sealed({ code: 0, params: JSON.stringify({ status: word, desc: `${user} ${numbers}` }) });
const facetsOf = (adapter: ProviderAdapter): YixinAdapter => adapter as YixinAdapter;

const calls: readonly ConformanceCall[] = [
  {
    name: 'binding.start',
    call: (adapter, call) =>
      facetsOf(adapter).binding.start(
        { reference: 'op_1', user, pan, phone: new Secret(phone), purpose: 'loan', loanOrder: null, userIp },
        call,
      ),
    ...documented(bindCard),
    unlistedCode: status('-9'),
    refusal: status('-2'),
  },
  {
    name: 'binding.verify',
    call: (adapter, call) =>
      facetsOf(adapter).binding.verify(
        { reference: 'op_2', user, challenge: '234051213805486090', code: new Secret(code), userIp },
        call,
      ),
    ...documented(verifyCode),
    unlistedCode: status('-9'),
    refusal: status('-2'),
  },
  {
    name: 'binding.check',
    call: (adapter, call) => facetsOf(adapter).binding.check({ user, pan, userIp }, call),
    ...documented(needCardSign),
    unlistedCode: status('-9'),
  },
  {
    name: 'boundCards.list',
    call: (adapter, call) => facetsOf(adapter).boundCards.list({ user, kind: 'bank_card', userIp }, call),
    ...documented(cardList),
    unlistedCode: sealed({ code: 7, msg: `${user} ${numbers}` }),
  },
  {
    name: 'banks.list',
    call: (adapter, call) => facetsOf(adapter).banks.list({ user, userIp }, call),
    ...documented(bankList),
    unlistedCode: sealed({ code: 7, msg: `${user} ${numbers}` }),
  },
  {
    name: 'banks.issuerOf',
    call: (adapter, call) => facetsOf(adapter).banks.issuerOf({ pan, userIp }, call),
    ...documented(cardBank),
    unlistedCode: sealed({ code: 7, msg: numbers }),
  },
];

conformance({
  provider: 'yixin',
  open: (baseUrl, host) => openAdapter(baseUrl, host),
  canaries: [user, userIp, phone, code, '6217000000000001234', '6217 0000', keyTexts.privateDer.slice(40, 120)],
  calls,
});
