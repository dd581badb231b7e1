import { type CardChange, type CardForm, Secret } from '@card-gateway/core';
import type { DeclaredAccount } from '../accounts.ts';
import { facet, type Row, type Rows, type Scene, valueOf } from '../calls.ts';
import { read, write } from '../cells.ts';
import { cardOf, holderOf, lookUp, type Mode, orderOf, purchaseOf, transferOf } from '../keysecure-scenes.ts';

/** The sandbox refuses with 1022, the merchant's status, which is documented for every call (keysecure.md §10). */
const refuse = 'refused: configuration, 0' as const;
const reading = { ...read, refuse } as const;
const writing = { ...write, refuse } as const;
/** Nothing is changed, but the ledger records that a secret was handed out. */
const leavingTrace = writing;

/** The calls of a KeySecure account. */
function rowsOf(mode: Mode): Rows {
  const changing = (
    kind: CardChange['kind'],
    operation: string,
    form: CardForm,
    change: (card: Awaited<ReturnType<typeof cardOf>>, scene: Scene) => CardChange,
  ): Rows => ({
    [`cardControls.change ${kind}`]: {
      operation,
      prepare: async (scene) => {
        const card = await cardOf(scene, mode, form);
        const wanted = change(card, scene);
        return (adapter, call) => facet(adapter, 'cardControls').change(card, wanted, call);
      },
      cells: writing,
    } satisfies Row,
  });

  return {
    'products.page': {
      operation: mode === 'credit' ? 'card/package/list' : 'card/support/bins',
      prepare: () => (adapter, call) => facet(adapter, 'products').page(null, call),
      cells: reading,
    },
    'cardholders.apply': {
      operation: 'cardholder/apply',
      prepare: (scene) => {
        const application = {
          reference: scene.unique(),
          identity: { kind: 'sumsub' as const, shareToken: new Secret('share-token') },
        };
        return (adapter, call) => facet(adapter, 'cardholders').apply(application, call);
      },
      cells: writing,
    },
    'cardholders.reapply': {
      operation: 'cardholder/apply',
      prepare: async (scene) => {
        const reference = scene.unique();
        const providerRef = await holderOf(scene, reference);
        scene.sandbox.admin.keysecure.updateCardholder(providerRef, { status: 'Rejected' });
        const application = {
          reference,
          providerRef,
          identity: { kind: 'sumsub' as const, shareToken: new Secret('another-share-token') },
        };
        return (adapter, call) => {
          const { reapply } = facet(adapter, 'cardholders');
          if (reapply === undefined) throw new Error('The adapter cannot apply again.');
          return reapply(application, call);
        };
      },
      cells: writing,
    },
    'cardholders.read': {
      operation: 'cardholder/info',
      prepare: async (scene) => {
        const holder = await holderOf(scene);
        return (adapter, call) => facet(adapter, 'cardholders').read(holder, call);
      },
      cells: reading,
    },
    'cardholders.reconciliation.find': {
      operation: 'cardholder/list',
      prepare: async (scene) => {
        const reference = scene.unique();
        await holderOf(scene, reference);
        return (adapter, call) =>
          lookUp(facet(adapter, 'cardholders').reconciliation).find({ reference, sentAt: new Date() }, call);
      },
      cells: reading,
    },
    'issuing.issue': {
      operation: 'card/apply',
      prepare: async (scene) => {
        const order = orderOf(scene, mode, await holderOf(scene), 'virtual');
        return (adapter, call) => facet(adapter, 'issuing').issue(order, call);
      },
      cells: writing,
    },
    'issuing.reconciliation.find': {
      operation: 'card/list',
      prepare: async (scene) => {
        const { reference } = await cardOf(scene, mode, 'virtual');
        return (adapter, call) =>
          lookUp(facet(adapter, 'issuing').reconciliation).find({ reference, sentAt: new Date() }, call);
      },
      cells: reading,
    },
    'cards.page': {
      operation: 'card/list',
      prepare: () => (adapter, call) => facet(adapter, 'cards').page(null, call),
      cells: reading,
    },
    'cards.read': {
      operation: 'card/detail',
      prepare: async (scene) => {
        const { providerRef } = await cardOf(scene, mode, 'virtual');
        return (adapter, call) => facet(adapter, 'cards').read({ providerRef, pan: null }, call);
      },
      cells: reading,
    },
    ...changing('activate', 'card/active', 'physical', ({ cvv, pan }) => ({
      kind: 'activate',
      cvv: new Secret(cvv),
      last4: pan.slice(-4),
    })),
    ...changing('freeze', 'card/status/update', 'virtual', () => ({ kind: 'freeze' })),
    ...changing('unfreeze', 'card/status/update', 'virtual', ({ cardNo }, { sandbox }) => {
      sandbox.admin.keysecure.updateCard(cardNo, { status: 'Frozen' });
      return { kind: 'unfreeze' };
    }),
    ...changing('cancel', 'card/status/update', 'virtual', () => ({ kind: 'cancel' })),
    ...changing('setPin', 'card/pin/set', 'physical', ({ cardNo }, { sandbox }) => {
      sandbox.admin.keysecure.updateCard(cardNo, { status: 'Activated' });
      return { kind: 'setPin', pin: new Secret('193746') };
    }),
    'reveal.card': {
      operation: 'card/private/info',
      prepare: async (scene) => {
        const { providerRef } = await cardOf(scene, mode, 'virtual');
        return (adapter, call) => facet(adapter, 'reveal').card({ providerRef, pan: null }, call);
      },
      cells: leavingTrace,
    },
    'frameTokens.issue': {
      operation: 'merchant/client/token',
      prepare: async (scene) => {
        const { providerRef } = await cardOf(scene, mode, 'virtual');
        return (adapter, call) => facet(adapter, 'frameTokens').issue({ providerRef }, call);
      },
      cells: leavingTrace,
    },
    'transactions.page': {
      operation: 'card/consume/list',
      prepare: async (scene) => {
        const { providerRef: cardRef } = await cardOf(scene, mode, 'virtual');
        const to = new Date();
        const question = { cardRef, from: new Date(to.getTime() - 3_600_000), to, next: null };
        return (adapter, call) => facet(adapter, 'transactions').page(question, call);
      },
      cells: reading,
    },
    'transactions.read': {
      operation: 'card/consume/info',
      prepare: async (scene) => {
        const consumption = await purchaseOf(scene, mode);
        return (adapter, call) => facet(adapter, 'transactions').read(consumption, call);
      },
      cells: reading,
    },
    ...(mode === 'credit' ? transferRows : {}),
  };
}

/** Value is moved only in credit mode (keysecure.md §6.15). */
const transferRows: Rows = {
  'transfers.send': {
    operation: 'account/transfer',
    prepare: async (scene) => {
      const order = await transferOf(scene);
      return (adapter, call) => facet(adapter, 'transfers').send(order, call);
    },
    cells: writing,
  },
  'transfers.reconciliation.find': {
    operation: 'account/transfer/list',
    prepare: async (scene) => {
      const order = await transferOf(scene);
      valueOf(await facet(scene.adapter, 'transfers').send(order, scene.call));
      const sent = { reference: order.reference, sentAt: new Date() };
      return (adapter, call) => lookUp(facet(adapter, 'transfers').reconciliation).find(sent, call);
    },
    cells: reading,
  },
  'transfers.balances': {
    operation: 'account/info',
    prepare: async (scene) => {
      const holder = await holderOf(scene);
      return (adapter, call) => facet(adapter, 'transfers').balances(holder, call);
    },
    cells: reading,
  },
};

export const accounts: readonly DeclaredAccount[] = [
  accountOf('keysecure', 'KeySecure, credit mode', 'credit'),
  accountOf('keysecure-authorization', 'KeySecure, authorization mode', 'authorization'),
];

function accountOf(name: string, title: string, mode: Mode): DeclaredAccount {
  return {
    name,
    title,
    rows: rowsOf(mode),
    callsWithoutRow: { 'merchant/token': 'No facet asks for a token: the client fetches one where it has none.' },
    tells: async (scene) => {
      const { cardNo } = await cardOf(scene, mode, 'virtual');
      scene.sandbox.admin.keysecure.updateCard(cardNo, { status: 'Frozen' });
      scene.sandbox.admin.keysecure.updateCard(cardNo, { status: 'Activated' });
      await scene.sandbox.admin.keysecure.pay({ cardNo, amount: '9.90' });
    },
  };
}
