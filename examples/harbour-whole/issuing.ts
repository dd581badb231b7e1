import { type IssuingFacet, refused } from '@card-gateway/core';
import { doneIf } from '@card-gateway/adapter-kit';
import { toCard } from '../harbour/packages/adapter-harbour/cards.ts';
import type { Ask } from '../harbour/packages/adapter-harbour/client.ts';
import { reconciledByReference } from '../harbour/packages/adapter-harbour/look-up.ts';
import type { HarbourSettings } from './settings.ts';
import { card, cardList } from '../harbour/packages/adapter-harbour/wire.ts';

/** Ordering cards (§4). */
export function issuingFacet(ask: Ask, { programme }: HarbourSettings): IssuingFacet {
  const cardholder = programme === 'named' ? 'required' : 'none';
  return {
    cardholder,
    // A plastic card goes to the company, which hands it out.
    address: { virtual: 'none', physical: 'none' },

    issue: async (order, call) => {
      if (cardholder === 'required' && order.cardholderRef === null) {
        return refused('invalid_request', { message: 'a named card has a holder' });
      }
      return await ask(
        {
          operation: 'issue',
          method: 'POST',
          path: 'cards',
          body: {
            reference: order.reference,
            product: order.productRef,
            form: order.form === 'physical' ? 'plastic' : 'virtual',
            ...(order.cardholderRef === null ? {} : { holder: order.cardholderRef }),
          },
          data: card,
          interpret: ({ id, reference }, evidence, { status }) =>
            doneIf(status === 201 && reference === order.reference, { providerRef: id }, evidence),
        },
        call,
      );
    },

    reconciliation: reconciledByReference(ask, { operation: 'list', path: 'cards', data: cardList, value: toCard }),
  };
}
