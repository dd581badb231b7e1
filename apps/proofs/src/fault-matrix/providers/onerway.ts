import type { DeclaredAccount } from '../accounts.ts';
import { facet, type Rows, type Scene, valueOf } from '../calls.ts';
import { read, write } from '../cells.ts';

/** The sandbox refuses with 12004, merchant account disabled or unknown (onerway.md §8). */
const refuse = 'refused: configuration, 0' as const;

/** The calls of an Onerway account with a token delete path. */
const rows: Rows = {
  'boundCards.list': {
    operation: 'queryTokenList',
    prepare: (scene) => {
      const question = { user: userWithToken(scene), kind: 'token', userIp: null } as const;
      return (adapter, call) => facet(adapter, 'boundCards').list(question, call);
    },
    cells: { ...read, refuse },
  },
  'unbinding.remove': {
    operation: 'deleteToken',
    documented: 'Token Removal',
    prepare: async (scene) => {
      const question = { user: userWithToken(scene), kind: 'token', userIp: null } as const;
      const { cards } = valueOf(await facet(scene.adapter, 'boundCards').list(question, scene.call));
      const providerRef = cards[0]?.providerRef ?? '';
      return (adapter, call) => facet(adapter, 'unbinding').remove({ providerRef }, call);
    },
    cells: { ...write, refuse },
  },
};

export const accounts: readonly DeclaredAccount[] = [
  { name: 'onerway', title: 'Onerway', rows, tells: (scene) => void userWithToken(scene) },
];

function userWithToken({ sandbox, unique }: Scene): string {
  const merchantCustId = unique();
  sandbox.admin.onerway.seedTokens({ merchantCustId, tokens: [{ cardNumber: '411773******0421' }] });
  return merchantCustId;
}
