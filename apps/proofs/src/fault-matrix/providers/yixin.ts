import { Pan, Secret } from '@card-gateway/core';
import { createRandom, syntheticPan } from '@card-gateway/sandbox';
import type { DeclaredAccount } from '../accounts.ts';
import { facet, type Rows, type Scene, valueOf } from '../calls.ts';
import { read, write } from '../cells.ts';

const userIp = '203.0.113.7';

/** The calls of a Yixin account. */
const rows: Rows = {
  'binding.start': {
    operation: 'bindCard',
    prepare: (scene) => {
      const order = orderOf(scene);
      return (adapter, call) => facet(adapter, 'binding').start(order, call);
    },
    // `-2`, failed (yixin.md §4.1).
    cells: { ...write, refuse: 'refused: declined, 0' },
  },
  'binding.verify': {
    operation: 'verifyCode',
    prepare: async (scene) => {
      const order = orderOf(scene);
      const started = valueOf(await facet(scene.adapter, 'binding').start(order, scene.call));
      if (started.status !== 'awaiting_code') throw new Error('The binding awaits no code.');
      const code = new Secret(scene.sandbox.admin.sms({ user: order.user }).at(-1)?.code ?? '');
      const answer = { reference: scene.unique(), user: order.user, challenge: started.challenge, code, userIp };
      return (adapter, call) => facet(adapter, 'binding').verify(answer, call);
    },
    // `-2`, failed, of which a wrong code is the documented example (yixin.md §4.2).
    cells: { ...write, refuse: 'refused: wrong_code, 0' },
  },
  'binding.check': {
    operation: 'needCardSign',
    prepare: (scene) => {
      const { user, pan } = orderOf(scene);
      return (adapter, call) => facet(adapter, 'binding').check({ user, pan, userIp }, call);
    },
    cells: { ...read, refuse: 'unlisted_code, 0' },
  },
  'boundCards.list': {
    operation: 'cardList',
    prepare: (scene) => (adapter, call) =>
      facet(adapter, 'boundCards').list({ user: scene.unique(), kind: 'bank_card', userIp }, call),
    cells: { ...read, refuse: 'unlisted_code, 0' },
  },
  'banks.list': {
    operation: 'bankList',
    prepare: (scene) => (adapter, call) => facet(adapter, 'banks').list({ user: scene.unique(), userIp }, call),
    cells: { ...read, refuse: 'unlisted_code, 0' },
  },
  'banks.issuerOf': {
    operation: 'cardBank',
    prepare: (scene) => {
      const { pan } = orderOf(scene);
      return (adapter, call) => facet(adapter, 'banks').issuerOf({ pan, userIp }, call);
    },
    cells: { ...read, refuse: 'unlisted_code, 0' },
  },
};

export const accounts: readonly DeclaredAccount[] = [{ name: 'yixin', title: 'Yixin', rows }];

let made = 0;

function orderOf({ unique }: Scene) {
  made += 1;
  const pan = Pan.parse(syntheticPan(createRandom(made), '6217', 19));
  if (pan === null) throw new Error('The sandbox made a card number that is none.');
  return {
    reference: unique(),
    user: unique(),
    pan,
    phone: new Secret(`138${String(made).padStart(8, '0')}`),
    purpose: 'loan',
    loanOrder: null,
    userIp,
  } as const;
}
