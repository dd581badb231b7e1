import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import type { Gap } from '@card-gateway/core';
import { banksFacet } from './banks.ts';
import { bindingFacet } from './binding.ts';
import { boundCardsFacet } from './bound-cards.ts';
import { openClient } from './client.ts';
import { documentedCalls } from './documented-calls.ts';
import { type YixinSettings, yixinSettings } from './settings.ts';

export type { Profile } from './profile.ts';
export type { YixinSettings } from './settings.ts';

const issuesNothing: Gap = {
  state: 'absent',
  reason: "Yixin issues no cards: its interfaces bind a user's existing bank cards.",
};

/** Yixin (宜信): binding a user's bank card by SMS, the user's bound cards, supported banks and card issuers. */
export const yixin: AdapterDefinition = defineAdapter<YixinSettings>({
  provider: 'yixin',
  title: 'Yixin 宜信',
  document: 'yixin.md',
  calls: documentedCalls,
  callbacks: [],
  settings: yixinSettings,
  // yixin.md §3: production requires a profile that someone has verified.
  productionFaults: (settings) =>
    settings.profile === undefined
      ? [
          {
            path: ['profile'],
            message:
              'Yixin publishes no cryptographic profile. Ask Yixin for its encryption and signature demo and write what it does into `profile`; `{}` says that the demo confirms every default. Or mark the account as a sandbox.',
          },
        ]
      : [],
  create: (settings, host) => {
    const ask = openClient(settings, host);
    return {
      binding: bindingFacet(ask, settings),
      boundCards: boundCardsFacet(ask, settings),
      banks: banksFacet(ask, settings),
      gaps: {
        products: issuesNothing,
        issuing: issuesNothing,
        cards: issuesNothing,
        unbinding: {
          state: 'absent',
          reason: 'The documents at hand describe no call that removes a binding.',
        },
        cardholders: {
          state: 'absent',
          reason: 'The documents at hand describe no registration of users: Yixin must know the user already.',
        },
      },
      notes: notesOn(settings),
    };
  },
});

function notesOn(settings: YixinSettings): readonly string[] {
  return [
    ...(settings.profile === undefined
      ? ['The cryptographic profile is unconfirmed: the account sets none and assumed defaults apply.']
      : []),
    ...(settings.limitUnit === 'unconfirmed'
      ? ["The unit of the banks' limits is unconfirmed: documented as yuan, while the sample looks like fen."]
      : []),
  ];
}
