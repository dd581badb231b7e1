import type { issueCardSchema } from '@card-gateway/contract';
import { type CardAddress, type CardNetwork, type IssuingFacet, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { checkCardholder, notOfAccount } from '../holders/check-cardholder.ts';
import { findCardholder } from '../holders/store.ts';
import { type InputFault, invalidRequest, ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { findProduct } from './store.ts';

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
  const [product, cardholder] = await Promise.all([
    findProduct(services.pool, tenant, uuidOf('product', order.product)),
    holder === undefined ? null : findCardholder(services.pool, tenant, uuidOf('cardholder', holder)),
  ]);
  return {
    productRef: checkProduct(account, order, product),
    network: product?.network ?? null,
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

function checkProduct(account: OpenAccount, order: Order, product: Awaited<ReturnType<typeof findProduct>>): string {
  if (product === null || product.account !== account.name) throw notOfAccount('product', account);
  if (!product.issuable) {
    throw new ProblemError('illegal-state', 'The provider takes no orders for this product now.', {
      errors: [{ pointer: '/product', detail: 'expected a product that is issuable' }],
    });
  }
  if (product.forms.length > 0 && !product.forms.includes(order.form)) {
    const detail = `expected ${product.forms.join(' or ')}, which is what this product is made as`;
    throw invalidRequest({ pointer: '/form', detail });
  }
  return product.providerRef;
}
