import type { DeclaredAccount } from '../accounts.ts';
import { facet, type Rows, type Scene, valueOf } from '../calls.ts';
import { read } from '../cells.ts';

/** The documents list no error code, so a refusal cannot be told from a failure (open-api-issuer.md §1.1). */
const cells = { ...read, refuse: 'unlisted_code, 0' } as const;

/** The calls of an OPEN-API account with a wallet transaction path. */
const rows: Rows = {
  'products.page': {
    operation: 'binList',
    prepare: () => (adapter, call) => facet(adapter, 'products').page(null, call),
    cells,
  },
  'cards.page': {
    operation: 'cardList',
    prepare: () => (adapter, call) => facet(adapter, 'cards').page(null, call),
    cells,
  },
  'cards.read': {
    operation: 'cardList',
    prepare: async (scene) => {
      const card = await someCard(scene);
      return (adapter, call) => facet(adapter, 'cards').read(card, call);
    },
    cells,
  },
  'reveal.card': {
    operation: 'cardList',
    prepare: async (scene) => {
      const card = await someCard(scene);
      return (adapter, call) => facet(adapter, 'reveal').card(card, call);
    },
    cells,
  },
  'wallet.read': {
    operation: 'transactionDetail',
    documented: 'Wallet · 交易详情',
    prepare: () => (adapter, call) => facet(adapter, 'wallet').read('T20260101000001', call),
    cells,
  },
};

export const accounts: readonly DeclaredAccount[] = [
  {
    name: 'open-api',
    title: 'OPEN-API',
    rows,
    tells: async (scene) => {
      const { providerRef } = await someCard(scene);
      for (const status of [3, 2, 4, 5, 2, 6, 2, 7]) scene.sandbox.admin.openApi.updateCard(providerRef, { status });
    },
  },
];

/** A card of the list, with the number, its only look-up key (open-api-issuer.md §2.2). */
async function someCard({ adapter, call }: Scene) {
  const { items } = valueOf(await facet(adapter, 'cards').page(null, call));
  const card = items.find(({ pan }) => pan !== undefined);
  if (card === undefined) throw new Error('The sandbox lists no card with its number.');
  return { providerRef: card.providerRef, pan: card.pan ?? null };
}
