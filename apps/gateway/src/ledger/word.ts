import type { Finding, Outcome } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { valueOf } from '../provider-read.ts';
import { isUnreadable } from './resolve.ts';

/**
 * The provider's record that a person named.
 *
 * @param reference our reference of this write; a record with another one belongs to another order
 * @throws ProblemError 409 unless the provider shows it as ours; 503 if it cannot be asked now
 */
export function requireOurs<Value extends { readonly ourReference?: string | null }>(
  account: OpenAccount,
  outcome: Outcome<Finding<Value>>,
  reference: string,
): Value {
  const finding = answerOf(account, outcome);
  if (finding?.found !== true) throw contradicted('The provider shows nothing under this id.');
  const { ourReference = null } = finding.value;
  if (ourReference !== null && ourReference !== reference) throw notOurs();
  return finding.value;
}

/** The provider's answer; null for a refusal or an answer that says nothing. @throws ProblemError 503 if none came */
export function answerOf<Value>(account: OpenAccount, outcome: Outcome<Value>): Value | null {
  switch (outcome.kind) {
    case 'done':
      return outcome.value;
    case 'refused': {
      const { reason } = outcome.refusal;
      const isTransient = ['not_sent', 'unavailable', 'rate_limited', 'configuration'].includes(reason);
      return isTransient ? valueOf(account, outcome) : null;
    }
    case 'unknown':
      return isUnreadable(outcome) ? null : valueOf(account, outcome);
  }
}

/** The record that the person named belongs to another order. */
export function notOurs(): ProblemError {
  return new ProblemError('illegal-state', 'The id that was given for it belongs to another resource.', {
    errors: [{ pointer: '/providerRef', detail: 'expected the id of what came of this very write' }],
  });
}

/** The provider's records contradict the person. */
export function contradicted(why: string): ProblemError {
  return new ProblemError('illegal-state', `${why} Nothing was changed by the resolution.`);
}
