import { type Outcome, refused } from '@card-gateway/core';

/**
 * HTTP statuses that are read as a certain refusal: bad credentials and a rate limit (open-api-issuer.md §1.1, assumed).
 * There is no table of codes beside it: the documents publish none, so that every code but 0 leaves the outcome unknown.
 */
export function refusedByStatus(httpStatus: number): Outcome<never> | null {
  switch (httpStatus) {
    case 401:
    case 403:
      return refused('configuration', { httpStatus });
    case 429:
      return refused('rate_limited', { httpStatus });
    default:
      return null;
  }
}
