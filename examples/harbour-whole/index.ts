import { type AdapterDefinition, defineAdapter, publicKeys } from '@card-gateway/adapter-kit';
import { callbacksFacet } from './callbacks.ts';
import { cardControlsFacet } from './card-controls.ts';
import { cardholdersFacet } from './cardholders.ts';
import { cardsFacet } from '../harbour/packages/adapter-harbour/cards.ts';
import { openClient } from '../harbour/packages/adapter-harbour/client.ts';
import { documentedCallbacks } from './documented-callbacks.ts';
import { anonymousReason, documentedCalls } from './documented-calls.ts';
import { issuingFacet } from './issuing.ts';
import { productsFacet } from '../harbour/packages/adapter-harbour/products.ts';
import { revealFacet } from './reveal.ts';
import { type HarbourSettings, harbourSettings } from './settings.ts';
import { transfersFacet } from './transfers.ts';

const anonymous = { state: 'absent', reason: anonymousReason } as const;

/**
 * All of Harbour, an invented issuer with a plain REST API: the facets of `examples/harbour`, which suffice for a first card,
 * and the others. Section numbers refer to the invented document there.
 */
export const harbour: AdapterDefinition = defineAdapter<HarbourSettings>({
  provider: 'harbour',
  title: 'Harbour',
  settings: harbourSettings,
  document: 'harbour.md',
  calls: documentedCalls,
  callbacks: documentedCallbacks,
  create: (settings, host) => {
    const ask = openClient(settings, host);
    const isNamed = settings.programme === 'named';
    return {
      products: productsFacet(ask),
      ...(isNamed ? { cardholders: cardholdersFacet(ask), transfers: transfersFacet(ask) } : {}),
      issuing: issuingFacet(ask, settings),
      cards: cardsFacet(ask),
      cardControls: cardControlsFacet(ask),
      reveal: revealFacet(ask),
      callbacks: callbacksFacet(publicKeys(`${settings.baseUrl}/keys`, host)),
      gaps: isNamed ? {} : { cardholders: anonymous, transfers: anonymous },
    };
  },
});
