import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import type { Gap } from '@card-gateway/core';
import { callbacks } from './callbacks.ts';
import { cardholders } from './cardholders.ts';
import { cards } from './cards.ts';
import { openClient } from './client.ts';
import { cardControls } from './card-controls.ts';
import { documentedCallbacks } from './documented-callbacks.ts';
import { creditOnly, documentedCalls, secretMissing } from './documented-calls.ts';
import { assumedDerivation } from './encryption.ts';
import { issuing } from './issuing.ts';
import { products } from './products.ts';
import { frameTokens, reveal } from './reveal.ts';
import { fieldCipherOf, type KeySecureSettings, keysecureSettings } from './settings.ts';
import { transactions } from './transactions.ts';
import { transfers } from './transfers.ts';

export type { KeySecureSettings } from './settings.ts';

function notDocumented(what: string): Gap {
  return { state: 'absent', reason: `KeySecure issues cards; its documents describe no ${what}.` };
}

/** KeySecure: every call of keysecure.md §5 and the three callbacks of §11, as far as mode and secrets allow. */
export const keysecure: AdapterDefinition = defineAdapter<KeySecureSettings>({
  provider: 'keysecure',
  title: 'KeySecure',
  callbacks: documentedCallbacks,
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
    /** The provider's time at the latest: no row of it is dated later. */
    const latest = (): number => host.now() + (host.clock.ahead()?.most ?? 0);
    return {
      products: products(client, settings),
      cardholders: cardholders(client, settings),
      issuing: issuing(client, settings),
      cards: cards(client, settings, latest),
      cardControls: cardControls(client, cipher, settings),
      ...(cipher === null ? {} : { reveal: reveal(client, cipher), callbacks: callbacks(settings, host.clock) }),
      frameTokens: frameTokens(client),
      transactions: transactions(client, settings, latest),
      ...(settings.mode === 'credit' ? { transfers: transfers(client, settings) } : {}),
      calls: documentedCalls(settings),
      gaps: {
        binding: notDocumented('binding of bank cards'),
        boundCards: notDocumented('list of bound bank cards'),
        banks: notDocumented('list of banks'),
        unbinding: notDocumented('binding of bank cards'),
        wallet: notDocumented('wallet of the merchant'),
        transfers: { state: 'absent', reason: creditOnly },
        reveal: { state: 'needs-settings', reason: secretMissing },
        callbacks: { state: 'needs-settings', reason: secretMissing },
      },
      notes: notesOn(settings),
    };
  },
});

function notesOn({ apiSecret, keyDerivation }: KeySecureSettings): readonly string[] {
  if (apiSecret === undefined) return [];
  return [
    ...(keyDerivation === undefined
      ? [`How apiSecret becomes an AES key is unconfirmed: "${assumedDerivation}" is assumed.`]
      : []),
    'That callbacks are signed with the apiSecret, and the Api-Key as `appId`, is assumed: KeySecure does not say so.',
  ];
}
