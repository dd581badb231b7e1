import type { RefusalReason } from '@card-gateway/core';

/** HTTP status and code of each refusal after which nothing was done for certain (harbour.md §2). What is not here is unknown. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['401 invalid_token', 'configuration'],
  ['404 no_such_card', 'not_found'],
  ['409 product_closed', 'conflict'],
  ['422 card_limit', 'declined'],
  ['422 no_such_form', 'invalid_request'],
  ['422 no_such_product', 'invalid_request'],
  ['429 too_many', 'rate_limited'],
]);

/** Why an answer with this status and code refuses; null where no document says that it is a certain refusal. */
export function reasonOf(status: number, code: string): RefusalReason | null {
  return reasons.get(`${status} ${code}`) ?? null;
}
