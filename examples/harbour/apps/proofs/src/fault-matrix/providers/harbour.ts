import type { DeclaredAccount } from '../accounts.ts';
import { facet, type Scene, valueOf } from '../calls.ts';
import { read, write } from '../cells.ts';

/** What the sandbox refuses with where a test does not say (harbour.md §1.3). */
const refuse = 'refused: declined, 0' as const;
const order = (reference: string) =>
  ({ reference, productRef: 'hp_gift', cardholderRef: null, form: 'virtual', address: null }) as const;

/** What is declared of the account at Harbour. */
export const accounts: readonly DeclaredAccount[] = [
  {
    name: 'harbour',
    title: 'Harbour',
    callsWithoutRow: { 'POST /oauth/token': 'No facet asks for a token: the client fetches one where it has none.' },
    rows: {
      'products.page': {
        operation: 'products',
        documented: 'GET /v2/products',
        prepare: () => (adapter, call) => facet(adapter, 'products').page(null, call),
        cells: { ...read, refuse },
      },
      'issuing.issue': {
        operation: 'issue',
        documented: 'POST /v2/cards',
        prepare: ({ unique }) => {
          const wanted = order(unique());
          return (adapter, call) => facet(adapter, 'issuing').issue(wanted, call);
        },
        cells: { ...write, refuse },
      },
      'issuing.reconciliation.find': {
        operation: 'list',
        documented: 'GET /v2/cards',
        prepare: async (scene) => {
          const { reference } = await issued(scene);
          return (adapter, call) => {
            const { reconciliation } = facet(adapter, 'issuing');
            if (reconciliation.by !== 'look-up') throw new Error('A person finds the orders: remove this row.');
            return reconciliation.find({ reference, sentAt: new Date(0) }, call);
          };
        },
        cells: { ...read, refuse },
      },
      'cards.page': {
        operation: 'list',
        documented: 'GET /v2/cards',
        prepare: () => (adapter, call) => facet(adapter, 'cards').page(null, call),
        cells: { ...read, refuse },
      },
      'cards.read': {
        operation: 'read',
        documented: 'GET /v2/cards/{id}',
        prepare: async (scene) => {
          const { providerRef } = await issued(scene);
          return (adapter, call) => facet(adapter, 'cards').read({ providerRef, pan: null }, call);
        },
        cells: { ...read, refuse },
      },
    },
  },
];

async function issued({ adapter, call, unique }: Scene) {
  const reference = unique();
  const { providerRef } = valueOf(await facet(adapter, 'issuing').issue(order(reference), call));
  return { reference, providerRef };
}
