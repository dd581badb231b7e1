import { doneIf, onlyOwn } from '@card-gateway/adapter-kit';
import type { IssuingFacet } from '@card-gateway/core';
import { cardOf } from './cards.ts';
import type { Ask } from './client.ts';
import { card, cardList } from './wire.ts';

/** Orders of cards, and how one whose answer was lost is found (harbour.md §4.1, §4.2). */
export function issuingFacet(ask: Ask): IssuingFacet {
  return {
    cardholder: 'none',
    address: { virtual: 'none', physical: 'none' },
    issue: ({ reference, productRef, form }, call) =>
      ask(
        {
          operation: 'issue',
          method: 'POST',
          path: '/v2/cards',
          body: { reference, product: productRef, form: form === 'physical' ? 'plastic' : 'virtual' },
          data: card,
          interpret: (row, evidence, { status }) =>
            doneIf(status === 201 && row.reference === reference, { providerRef: row.id }, evidence),
        },
        call,
      ),
    reconciliation: {
      by: 'look-up',
      find: ({ reference }, call) =>
        ask(
          {
            operation: 'list',
            method: 'GET',
            path: `/v2/cards?reference=${encodeURIComponent(reference)}`,
            data: cardList,
            interpret: ({ data }, evidence) => onlyOwn(data, (row) => row.reference === reference, cardOf, evidence),
          },
          call,
        ),
    },
  };
}
