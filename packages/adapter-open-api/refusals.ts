import type { RefusalReason } from '@card-gateway/core';

/**
 * HTTP statuses that count as certain refusals: bad credentials and a rate limit (open-api-issuer.md §1.1, assumed). There is
 * no table of codes: the documents publish none, so every code but 0 leaves the outcome unknown.
 */
const reasons: ReadonlyMap<number, RefusalReason> = new Map([
  [401, 'configuration'],
  [403, 'configuration'],
  [429, 'rate_limited'],
]);

/** Why an answer with this HTTP status refuses; null if it is no certain refusal. */
export function reasonOf(httpStatus: number): RefusalReason | null {
  return reasons.get(httpStatus) ?? null;
}
