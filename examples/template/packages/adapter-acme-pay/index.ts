import { type AdapterDefinition, defineAdapter } from '@card-gateway/adapter-kit';
import { cardsFacet } from './cards.ts';
import { openClient } from './client.ts';
import { documentedCalls } from './documented-calls.ts';
import { issuingFacet } from './issuing.ts';
import { productsFacet } from './products.ts';
import { acmePaySettings } from './settings.ts';

/** Acme Pay (acme-pay.md). */
export const acmePay: AdapterDefinition = defineAdapter({
  provider: 'acme-pay',
  title: 'Acme Pay',
  document: 'acme-pay.md',
  settings: acmePaySettings,
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
