import type { issueCardSchema } from '@card-gateway/contract';
import { type IssuingFacet, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { changedJustNow, checkCardholder, notOfAccount } from '../named-cardholders/check-cardholder.ts';
import { findCardholder } from '../named-cardholders/store.ts';
import { type InputFault, invalidRequest, ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { findProduct, type NamedProduct } from './store.ts';

type Order = z.output<typeof issueCardSchema>;

/**
 * Validates the fields of an order against what its account's issuing requires. What it names is looked up by the statement that
 * records it.
 *
 * @throws ProblemError 400 for a missing, superfluous or unacceptable field
 */
export function checkOrder(account: OpenAccount, order: Order): void {
  const issuing = facetOf(account, 'issuing');
  const faults = [...cardholderFaults(issuing, order), ...addressFaults(issuing, order)];
  if (faults.length > 0) throw invalidRequest(...faults);
}

/**
 * What is wrong with what an order names, so that it was not recorded.
 *
 * @throws ProblemError 400, 404 or 409
 */
export async function unfitOrder(
  { pool }: Services,
  tenant: string,
  account: OpenAccount,
  order: Order,
): Promise<ProblemError> {
  const { product, cardholder } = order;
  checkProduct(account, order, await findProduct(pool, tenant, uuidOf('product', product)));
  if (cardholder !== undefined) {
    checkCardholder(account, await findCardholder(pool, tenant, uuidOf('cardholder', cardholder)));
  }
  return changedJustNow();
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

function checkProduct(account: OpenAccount, order: Order, product: NamedProduct | null): void {
  if (product?.account !== account.name) throw notOfAccount('product', account);
  const { issuable, forms } = product;
  if (!issuable) {
    throw new ProblemError('illegal-state', 'The provider takes no orders for this product now.', {
      errors: [{ pointer: '/product', detail: 'expected a product that is issuable' }],
    });
  }
  if (forms.length > 0 && !forms.includes(order.form)) {
    const detail = `expected ${forms.join(' or ')}, which is what this product is made as`;
    throw invalidRequest({ pointer: '/form', detail });
  }
}
