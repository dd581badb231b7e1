import type { RefusalReason } from '@card-gateway/core';

/** HTTP status and code of each refusal after which nothing was done for certain (acme-pay.md §2). What is not here is unknown. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([]);

/** Why an answer with this status and code refuses; null where no document says that it is a certain refusal. */
export function reasonOf(status: number, code: string): RefusalReason | null {
  return reasons.get(`${status} ${code}`) ?? null;
}
