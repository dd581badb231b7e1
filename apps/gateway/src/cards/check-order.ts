import type { issueCardSchema } from '@card-gateway/contract';
import { type CardAddress, type CardNetwork, type IssuingFacet, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { checkCardholder, notOfAccount } from '../named-cardholders/check-cardholder.ts';
import { type InputFault, invalidRequest, ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { findOrdered, type OrderedThings } from './store.ts';

type Order = z.output<typeof issueCardSchema>;

/** What an order names, by the provider's ids. */
export interface CheckedOrder {
  readonly productRef: string;
  readonly network: CardNetwork | null;
  readonly cardholderRef: string | null;
  readonly address: CardAddress | null;
}

/**
 * Validates an order against its account: what the account's issuing requires, and the records that the order names.
 *
 * @throws ProblemError 400 for a missing, superfluous or unacceptable field; 404 and 409 for the named records
 */
export async function checkOrder(
  services: Services,
  tenant: string,
  account: OpenAccount,
  order: Order,
): Promise<CheckedOrder> {
  const issuing = facetOf(account, 'issuing');
  const faults = [...cardholderFaults(issuing, order), ...addressFaults(issuing, order)];
  if (faults.length > 0) throw invalidRequest(...faults);
  const { cardholder: holder } = order;
  const ordered = await findOrdered(services.pool, tenant, {
    product: uuidOf('product', order.product),
    cardholder: holder === undefined ? null : uuidOf('cardholder', holder),
  });
  const { cardholderAccount, cardholderProviderRef } = ordered;
  const cardholder =
    cardholderAccount === null ? null : { account: cardholderAccount, providerRef: cardholderProviderRef };
  return {
    productRef: checkProduct(account, order, ordered),
    network: ordered.network,
    cardholderRef: holder === undefined ? null : checkCardholder(account, cardholder),
    address: order.address ?? null,
  };
}

function cardholderFaults({ cardholder: need }: IssuingFacet, { cardholder }: Order): readonly InputFault[] {
  const pointer = '/cardholder';
  if (need === 'required' && cardholder === undefined) {
    return [{ pointer, detail: 'expected a cardholder, to whom this account issues; it is missing' }];
  }
  return need === 'none' && cardholder !== undefined
    ? [{ pointer, detail: 'expected none: this account issues cards without a cardholder' }]
    : [];
}

function addressFaults(issuing: IssuingFacet, { form, address }: Order): readonly InputFault[] {
  const need = issuing.address[form];
  if (address === undefined) {
    const detail = `expected an address, because the card is ${form}`;
    return need === 'required' ? [{ pointer: '/address', detail }] : [];
  }
  if (need === 'none') return [{ pointer: '/address', detail: `expected none: the card is ${form}` }];
  const faults = issuing.addressFaults?.(address) ?? [];
  return faults.map(({ field, expected }) => ({ pointer: `/address/${field}`, detail: expected }));
}

function checkProduct(account: OpenAccount, order: Order, product: OrderedThings): string {
  const { productAccount, productProviderRef, issuable, forms } = product;
  if (productAccount !== account.name || productProviderRef === null) throw notOfAccount('product', account);
  if (issuable !== true) {
    throw new ProblemError('illegal-state', 'The provider takes no orders for this product now.', {
      errors: [{ pointer: '/product', detail: 'expected a product that is issuable' }],
    });
  }
  if (forms !== null && forms.length > 0 && !forms.includes(order.form)) {
    const detail = `expected ${forms.join(' or ')}, which is what this product is made as`;
    throw invalidRequest({ pointer: '/form', detail });
  }
  return productProviderRef;
}
