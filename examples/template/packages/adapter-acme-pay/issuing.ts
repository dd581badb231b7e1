import type { IssuingFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';

/** Orders of cards, and how one whose answer was lost is found (acme-pay.md §3). */
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
