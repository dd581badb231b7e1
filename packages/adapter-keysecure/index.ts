import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import type { Gap } from '@card-gateway/core';
import { cardholders } from './cardholders.ts';
import { cards } from './cards.ts';
import { openClient } from './client.ts';
import { callbacks } from './callbacks.ts';
import { cardControls } from './controls.ts';
import { issuing } from './issuing.ts';
import { frameTokens, reveal } from './reveal.ts';
import { products } from './products.ts';
import { fieldCipherOf, type KeySecureSettings, keysecureSettings } from './settings.ts';

import { transactions } from './transactions.ts';
import { transfers } from './transfers.ts';

export type { KeySecureSettings } from './settings.ts';

function notDocumented(what: string): Gap {
  return { state: 'absent', reason: `KeySecure issues cards; its documents describe no ${what}.` };
}

/** KeySecure: card products, cardholders, ordering and listing cards (keysecure.md §5, rows 1–7, 18 and 19). */
export const keysecure: AdapterDefinition = defineAdapter<KeySecureSettings>({
  provider: 'keysecure',
  title: 'KeySecure',
  settings: keysecureSettings,
  // keysecure.md §4.1: the key rule is not published, and a wrong one sends rubbish for a PIN.
  productionFaults: ({ apiSecret, keyDerivation }) =>
    apiSecret !== undefined && keyDerivation === undefined
      ? [
          {
            path: ['keyDerivation'],
            message:
              'KeySecure does not publish how apiSecret becomes an AES key. Ask for it (the class is called MerchantEncryptUtil) and name it: utf8, base64, hex, md5 or sha256. Or mark the account as a sandbox.',
          },
        ]
      : [],
  create(settings, host) {
    const client = openClient(settings, host);
    const cipher = fieldCipherOf(settings);
    return {
      products: products(client, settings),
      cardholders: cardholders(client, settings),
      issuing: issuing(client, settings),
      cards: cards(client, settings, host.now),
      cardControls: cardControls(client, cipher),
      ...(cipher === null ? {} : { reveal: reveal(client, cipher), callbacks: callbacks(settings) }),
      frameTokens: frameTokens(client),
      transactions: transactions(client, settings, host.now),
      ...(settings.mode === 'credit' ? { transfers: transfers(client, settings) } : {}),
      calls: [],
      gaps: {
        binding: notDocumented('binding of bank cards'),
        boundCards: notDocumented('list of bound bank cards'),
        banks: notDocumented('list of banks'),
        unbinding: notDocumented('binding of bank cards'),
        wallet: notDocumented('wallet of the merchant'),
        transfers: {
          state: 'absent',
          reason: 'The merchant keeps the balance in authorization mode: KeySecure moves value in credit mode only.',
        },
        callbacks: {
          state: 'needs-settings',
          reason: 'KeySecure signs its callbacks with the apiSecret: set `apiSecret` and `keyDerivation`.',
        },
        reveal: {
          state: 'needs-settings',
          reason: 'KeySecure encrypts card numbers with the apiSecret: set `apiSecret` and `keyDerivation`.',
        },
      },
    };
  },
});
