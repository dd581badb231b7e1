import { doneIf } from '@card-gateway/adapter-kit';
import type { IssuingFacet } from '@card-gateway/core';
import { toCard } from './cards.ts';
import type { Ask } from './client.ts';
import { reconciledByReference } from './look-up.ts';
import { card, cardList } from './wire.ts';

/** Orders cards without a holder, and finds an order whose answer was lost (harbour.md §4). */
export function issuingFacet(ask: Ask): IssuingFacet {
  return {
    cardholder: 'none',
    // A plastic card goes to the company, which hands it out.
    address: { virtual: 'none', physical: 'none' },
    issue: ({ reference, productRef, form }, call) =>
      ask(
        {
          operation: 'issue',
          method: 'POST',
          path: 'cards',
          body: { reference, product: productRef, form: form === 'physical' ? 'plastic' : 'virtual' },
          data: card,
          interpret: (row, evidence, { status }) =>
            doneIf(status === 201 && row.reference === reference, { providerRef: row.id }, evidence),
        },
        call,
      ),
    reconciliation: reconciledByReference(ask, { operation: 'list', path: 'cards', data: cardList, value: toCard }),
  };
}
