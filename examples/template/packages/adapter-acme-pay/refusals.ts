import type { RefusalReason } from '@card-gateway/core';

/** Statuses with their codes (acme-pay.md §1), each rejected before anything is done. Any other leaves the outcome unknown. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([]);

/** Why an answer with this status and code refuses; null where it is no certain refusal. */
export function reasonOf(status: number, code: string): RefusalReason | null {
  return reasons.get(`${status} ${code}`) ?? null;
}
