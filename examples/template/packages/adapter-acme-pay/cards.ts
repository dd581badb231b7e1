import type { CardsFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';

/** Listing and reading cards (acme-pay.md §3). */
export function cardsFacet(_ask: Ask): CardsFacet {
  return {
    page: async (_next, _call) => {
      throw new Error('packages/adapter-acme-pay/cards.ts: ask for a page of cards, and say which field is what');
    },
    read: async (_card, _call) => {
      throw new Error('packages/adapter-acme-pay/cards.ts: read one card; one that is not there is found: false');
    },
  };
}
