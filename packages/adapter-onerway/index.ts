import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { boundCardsFacet } from './bound-cards.ts';
import { openClient } from './client.ts';
import { documentedCallbacks } from './documented-callbacks.ts';
import { deletePathMissing, documentedCalls } from './documented-calls.ts';
import { callbacksFacet } from './callbacks.ts';
import { onerwaySettings, type OnerwaySettings } from './settings.ts';
import { unbindingFacet } from './unbinding.ts';

export type { OnerwaySettings } from './settings.ts';

/** Onerway acquiring: the card tokens and subscription tokens of a merchant's customers (onerway.md §3, §6). */
export const onerway: AdapterDefinition = defineAdapter<OnerwaySettings>({
  provider: 'onerway',
  title: 'Onerway',
  document: 'onerway.md',
  calls: documentedCalls,
  callbacks: documentedCallbacks,
  settings: onerwaySettings,
  create: (settings, host) => {
    const ask = openClient(settings, host);
    return {
      boundCards: boundCardsFacet(ask, settings),
      ...(settings.deleteTokenPath === undefined ? {} : { unbinding: unbindingFacet(ask, settings.deleteTokenPath) }),
      callbacks: callbacksFacet(settings, host.clock),
      gaps: {
        unbinding: { state: 'needs-settings', reason: deletePathMissing },
        binding: {
          state: 'absent',
          reason:
            'A card is bound on a payment page of Onerway or with its number and security code, not by an SMS code.',
        },
        issuing: {
          state: 'absent',
          reason: "Onerway's issuing API is another product, whose card operations are not published field by field.",
        },
      },
    };
  },
});
