import type { IssuingFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';

/** Orders cards, and finds an order whose answer was lost (acme-pay.md §3). */
export function issuingFacet(_ask: Ask): IssuingFacet {
  return {
    cardholder: 'none',
    address: { virtual: 'none', physical: 'none' },
    issue: async (_order, _call) => {
      throw new Error('packages/adapter-acme-pay/issuing.ts: order a card under our reference');
    },
    reconciliation: {
      by: 'look-up',
      find: async (_order, _call) => {
        throw new Error('packages/adapter-acme-pay/issuing.ts: find the card of an order by our reference');
      },
    },
  };
}
