import type { RefusalReason } from '@card-gateway/core';

/**
 * Statuses with their codes (harbour.md §1.3), each a rejection before anything was done. Any other, and any 5xx, leaves the
 * outcome unknown.
 */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['401 invalid_token', 'configuration'],
  ['404 no_such_card', 'not_found'],
  ['404 no_such_holder', 'not_found'],
  ['409 card_closed', 'conflict'],
  ['409 product_closed', 'conflict'],
  ['410 key_used', 'conflict'],
  ['422 card_limit', 'declined'],
  ['422 holder_rejected', 'declined'],
  ['422 no_person', 'invalid_request'],
  ['422 no_such_form', 'invalid_request'],
  ['422 no_such_product', 'invalid_request'],
  ['422 too_much', 'declined'],
  ['422 weak_pin', 'invalid_request'],
  ['429 too_many', 'rate_limited'],
  ['503 maintenance', 'unavailable'],
]);

/** The reason for which this status and code refuse; null unless the refusal is certain. */
export function reasonOf(status: number, code: string): RefusalReason | null {
  return reasons.get(`${status} ${code}`) ?? null;
}
