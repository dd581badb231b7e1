import { conformance, type ConformanceCall, facet, json } from '@card-gateway/adapter-kit/testing';
import type { BindingKind } from '@card-gateway/core';
import { fixture, openAdapter, secretKey } from './testing/account.ts';

const user = 'custId_1640247522000';
const tokenSignature = '82f1e4c441a2c2b93ee25338f7d1a2a2014371009c47789a0a443480a5192534';
const echoing = JSON.stringify({
  respCode: '40404',
  respMsg: `sign ${tokenSignature} of merchant 800209 with ${secretKey} for ${user} is wrong`,
});

const listOf = (what: string, kind: BindingKind, reply: string): ConformanceCall => ({
  name: `boundCards.list of ${what}`,
  call: (adapter, call) => facet(adapter, 'boundCards').list({ user, kind, userIp: null }, call),
  success: () => json(fixture(reply)),
  unlistedCode: () => json(echoing),
  refusal: () => json({ respCode: '13001', respMsg: 'app id invalid', data: null }),
});

conformance({
  provider: 'onerway',
  open: (baseUrl, host) => openAdapter(baseUrl, host, { deleteTokenPath: '/v1/txn/deleteToken' }),
  canaries: [
    secretKey,
    user,
    tokenSignature,
    'f3a3e62026eab515003c3ee30ebf32386dbf6feb20fc556f3e2646b85ab5347d',
    '1111111111111111',
  ],
  calls: [
    {
      name: 'unbinding.remove',
      call: (adapter, call) => facet(adapter, 'unbinding').remove({ providerRef: '1919777298473115649' }, call),
      success: () => json({ respCode: '20000', respMsg: 'Success', data: { success: true } }),
      unlistedCode: () => json(echoing),
      refusal: () => json({ respCode: '13001', respMsg: 'app id invalid', data: null }),
    },
    listOf('tokens', 'token', 'token.reply.json'),
    listOf('subscriptions', 'subscription', 'subscription.reply.json'),
  ],
});
