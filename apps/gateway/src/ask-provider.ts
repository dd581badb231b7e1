import type { Evidence, FacetName, Outcome, ProviderAdapter, ProviderCall } from '@card-gateway/core';
import { facetOf, type OpenAccount } from './accounts/accounts.ts';
import { ProblemError } from './problem.ts';
import { valueOf } from './provider-read.ts';
import type { Services } from './services.ts';
import type { Work } from './work.ts';

/** A provider's answer to a read. */
export interface ProviderAnswer<Value> {
  readonly value: Value;
  readonly evidence: Evidence | null;
  readonly askedAt: Date;
}

/**
 * Reads at an account's provider through one of its facets: the one way from an account to an answer.
 *
 * @throws ProblemError 422 if the account lacks the facet, 503 if it has no slot, 504 if too little time is left, otherwise as
 *   {@link valueOf}
 */
export async function askProvider<Name extends FacetName, Value>(
  services: Services,
  account: OpenAccount,
  name: Name,
  work: Work,
  question: (facet: NonNullable<ProviderAdapter[Name]>, call: ProviderCall) => Promise<Outcome<Value>>,
): Promise<ProviderAnswer<Value>> {
  const facet = facetOf(account, name);
  const askedAt = new Date(services.now());
  const outcome = await account.read(work, (call) => question(facet, call));
  return { value: valueOf(account, outcome), evidence: outcome.evidence, askedAt };
}

/** For the `catch` of an optional read: null if there was no answer, for whatever reason. */
export function noAnswer(error: unknown): null {
  if (error instanceof ProblemError) return null;
  throw error;
}
