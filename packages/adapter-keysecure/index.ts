import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import type { Gap } from '@card-gateway/core';
import { callbacksFacet } from './callbacks.ts';
import { cardControlsFacet } from './card-controls.ts';
import { cardholdersFacet } from './cardholders.ts';
import { cardsFacet } from './cards.ts';
import { openClient } from './client.ts';
import { documentedCallbacks } from './documented-callbacks.ts';
import { creditReason, documentedCalls, secretMissing } from './documented-calls.ts';
import { assumedDerivation } from './encryption.ts';
import { frameTokensFacet } from './frame-tokens.ts';
import { issuingFacet } from './issuing.ts';
import { productsFacet } from './products.ts';
import { revealFacet } from './reveal.ts';
import { fieldCipherOf, type KeySecureSettings, keysecureSettings } from './settings.ts';
import { transactionsFacet } from './transactions.ts';
import { transfersFacet } from './transfers.ts';

export type { KeySecureSettings } from './settings.ts';

function notDocumented(what: string): Gap {
  return { state: 'absent', reason: `KeySecure issues cards; its documents describe no ${what}.` };
}

/** KeySecure: every call of keysecure.md §5 and the three callbacks of §11, as far as mode and secrets allow. */
export const keysecure: AdapterDefinition = defineAdapter<KeySecureSettings>({
  provider: 'keysecure',
  title: 'KeySecure',
  document: 'keysecure.md',
  calls: documentedCalls,
  callbacks: documentedCallbacks,
  settings: keysecureSettings,
  // keysecure.md §4.1: the key rule is not published, and a wrong one sends garbage as a PIN.
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
    const ask = openClient(settings, host);
    const cipher = fieldCipherOf(settings);
    /** The upper bound of the provider's time: none of its rows is dated later. */
    const latest = (): number => host.now() + (host.clock.ahead()?.most ?? 0);
    return {
      products: productsFacet(ask, settings),
      cardholders: cardholdersFacet(ask, settings),
      issuing: issuingFacet(ask, settings),
      cards: cardsFacet(ask, settings, latest),
      cardControls: cardControlsFacet(ask, settings, cipher),
      ...(cipher === null ? {} : { reveal: revealFacet(ask, cipher), callbacks: callbacksFacet(settings, host.clock) }),
      frameTokens: frameTokensFacet(ask),
      transactions: transactionsFacet(ask, settings, latest),
      ...(settings.mode === 'credit' ? { transfers: transfersFacet(ask, settings) } : {}),
      gaps: {
        binding: notDocumented('binding of bank cards'),
        boundCards: notDocumented('list of bound bank cards'),
        banks: notDocumented('list of banks'),
        unbinding: notDocumented('binding of bank cards'),
        wallet: notDocumented('wallet of the merchant'),
        transfers: { state: 'absent', reason: creditReason },
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
