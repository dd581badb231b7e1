import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import type { Gap } from '@card-gateway/core';
import { cardholders } from './cardholders.ts';
import { cards } from './cards.ts';
import { openClient } from './client.ts';
import { issuing } from './issuing.ts';
import { products } from './products.ts';
import { type KeySecureSettings, keysecureSettings } from './settings.ts';

export type { KeySecureSettings } from './settings.ts';

function notDocumented(what: string): Gap {
  return { state: 'absent', reason: `KeySecure issues cards; its documents describe no ${what}.` };
}

/** KeySecure: card products, cardholders, ordering and listing cards (keysecure.md §5, rows 1–7, 18 and 19). */
export const keysecure: AdapterDefinition = defineAdapter<KeySecureSettings>({
  provider: 'keysecure',
  title: 'KeySecure',
  settings: keysecureSettings,
  create(settings, host) {
    const client = openClient(settings, host);
    return {
      products: products(client, settings),
      cardholders: cardholders(client, settings),
      issuing: issuing(client, settings),
      cards: cards(client, settings, host.now),
      calls: [],
      gaps: {
        binding: notDocumented('binding of bank cards'),
        boundCards: notDocumented('list of bound bank cards'),
        banks: notDocumented('list of banks'),
      },
    };
  },
});
