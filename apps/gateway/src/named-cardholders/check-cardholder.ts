import type { OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import type { NamedCardholder } from './store.ts';

/** The provider's id of a cardholder of this account. @throws ProblemError 404 or 409 */
export function checkCardholder(account: OpenAccount, cardholder: NamedCardholder | null): string {
  if (cardholder === null || cardholder.account !== account.name) throw notOfAccount('cardholder', account);
  return knownRef(cardholder, '/cardholder');
}

/** The cardholder's id at the provider. @throws ProblemError 409 while it has none */
export function knownRef({ providerRef }: NamedCardholder, pointer: string): string {
  if (providerRef !== null) return providerRef;
  throw new ProblemError('illegal-state', 'This cardholder is not known at the provider (yet).', {
    errors: [{ pointer, detail: 'expected a cardholder with a providerRef' }],
  });
}

/** What an order names was not there when it was to be recorded, and is there now. */
export function changedJustNow(): ProblemError {
  return new ProblemError('illegal-state', 'What this names has changed just now. Nothing was sent.', {
    retryAfterSeconds: 1,
  });
}

/** The order names something that belongs to another account. */
export function notOfAccount(thing: 'cardholder' | 'product', account: OpenAccount): ProblemError {
  return new ProblemError('not-found', `The account "${account.name}" has no such ${thing}.`, {
    errors: [{ pointer: `/${thing}`, detail: `expected the id of a ${thing} of this account` }],
  });
}
