import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { callbacksFacet } from './callbacks.ts';
import { cardsFacet } from './cards.ts';
import { openClient } from './client.ts';
import { documentedCallbacks } from './documented-callbacks.ts';
import { documentedCalls, pathNotPublished, walletPathMissing } from './documented-calls.ts';
import { productsFacet } from './products.ts';
import { revealFacet } from './reveal.ts';
import { openApiSettings } from './settings.ts';
import { walletFacet } from './wallet.ts';

export type { OpenApiSettings } from './settings.ts';

const absent = { state: 'absent', reason: pathNotPublished } as const;

/**
 * OPEN-API, a white-label card issuer. Two of its 39 operations are published: the list of card products (`binList`) and the
 * list of cards (`cardList`); a third lacks its path. The others are not guessed, because a wrong guess spends money
 * (open-api-issuer.md §6).
 */
export const openApi: AdapterDefinition = defineAdapter({
  provider: 'open-api',
  title: 'OPEN-API card issuer',
  document: 'open-api-issuer.md',
  calls: documentedCalls,
  callbacks: documentedCallbacks,
  settings: openApiSettings,
  create: (settings, host) => {
    const ask = openClient(settings, host);
    return {
      products: productsFacet(ask, settings),
      cards: cardsFacet(ask, settings),
      reveal: revealFacet(ask, settings),
      callbacks: callbacksFacet(settings),
      ...(settings.walletTransactionPath === undefined
        ? {}
        : { wallet: walletFacet(ask, settings, settings.walletTransactionPath) }),
      gaps: {
        issuing: absent,
        cardholders: absent,
        cardControls: absent,
        transactions: absent,
        transfers: absent,
        wallet: { state: 'needs-settings', reason: walletPathMissing },
      },
      notes: [
        `The documents name no time zone: times are read in ${settings.timeZone}.`,
        'The documents list no error codes: every code but 0 leaves an outcome unknown.',
      ],
    };
  },
});
