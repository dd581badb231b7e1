import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { cardsFacet } from './cards.ts';
import { openClient } from './client.ts';
import { documentedCalls } from './documented-calls.ts';
import { issuingFacet } from './issuing.ts';
import { productsFacet } from './products.ts';
import { harbourSettings } from './settings.ts';

/** Harbour, an invented issuer of cards with a plain REST API (harbour.md). */
export const harbour: AdapterDefinition = defineAdapter({
  provider: 'harbour',
  title: 'Harbour',
  document: 'harbour.md',
  settings: harbourSettings,
  calls: documentedCalls,
  callbacks: [],
  create: (settings, host) => {
    const ask = openClient(settings, host);
    return {
      products: productsFacet(ask),
      issuing: issuingFacet(ask),
      cards: cardsFacet(ask),
      gaps: {},
    };
  },
});
