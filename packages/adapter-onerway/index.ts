import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { boundCardsFacet } from './bound-cards.ts';
import { openClient } from './client.ts';
import { onerwaySettings } from './settings.ts';

export type { OnerwaySettings } from './settings.ts';

/** Onerway acquiring: the card tokens and subscription tokens of a merchant's customers (onerway.md §3.1). */
export const onerway: AdapterDefinition = defineAdapter({
  provider: 'onerway',
  title: 'Onerway',
  settings: onerwaySettings,
  create: (settings, host) => ({
    boundCards: boundCardsFacet(settings, openClient(settings, host.send)),
    calls: [],
    gaps: {
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
  }),
});
