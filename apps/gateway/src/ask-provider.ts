import type { FacetName, Outcome, ProviderAdapter, ProviderCall } from '@card-gateway/core';
import { facetOf, type OpenAccount } from './accounts/accounts.ts';
import { valueOf } from './provider-read.ts';
import { readCall, type Services } from './services.ts';

/**
 * Asks an account's provider through one of its facets, within the rest of the request's time.
 *
 * @returns the answer, and when it was requested
 * @throws ProblemError 422 if the account lacks the facet, 504 if too little time is left, otherwise as {@link valueOf}
 */
export async function askProvider<Name extends FacetName, Value>(
  services: Services,
  account: OpenAccount,
  name: Name,
  traceparent: string | undefined,
  question: (facet: NonNullable<ProviderAdapter[Name]>, call: ProviderCall) => Promise<Outcome<Value>>,
): Promise<{ readonly value: Value; readonly askedAt: Date }> {
  const facet = facetOf(account, name);
  const askedAt = new Date(services.now());
  const outcome = await question(facet, readCall(services, traceparent));
  return { value: valueOf(account, outcome), askedAt };
}
