import type { RefusalReason } from '@card-gateway/core';

/**
 * HTTP statuses that are read as a certain refusal: bad credentials and a rate limit (open-api-issuer.md §1.1, assumed).
 * There is no table of codes beside it: the documents publish none, so that every code but 0 leaves the outcome unknown.
 */
const reasons: ReadonlyMap<number, RefusalReason> = new Map([
  [401, 'configuration'],
  [403, 'configuration'],
  [429, 'rate_limited'],
]);

/** Why an answer with this HTTP status refuses; null where it is no certain refusal. */
export function reasonOf(httpStatus: number): RefusalReason | null {
  return reasons.get(httpStatus) ?? null;
}
