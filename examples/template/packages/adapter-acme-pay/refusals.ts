import type { RefusalReason } from '@card-gateway/core';

/** Statuses with their codes (acme-pay.md §1), each a rejection before anything was done. Any other leaves the outcome unknown. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([]);

/** The reason for which this status and code refuse; null unless the refusal is certain. */
export function reasonOf(status: number, code: string): RefusalReason | null {
  return reasons.get(`${status} ${code}`) ?? null;
}
