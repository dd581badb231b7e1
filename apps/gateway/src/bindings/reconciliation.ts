import { type BoundCards, done, type Evidence, type ProviderCall, unknown } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { OperationRow } from '../ledger/store.ts';
import type { LookUp, Superseded, View } from '../ledger/kind.ts';
import type { Services } from '../services.ts';
import { laterCodes, type LaterWrite } from './earlier-store.ts';
import { type BindingRow, getBinding } from './store.ts';
import { bindingView } from './view.ts';

/** The user's list of bound cards resolves both writes, where it can be asked for without the end user being there. */
export function resolvesBy(account: OpenAccount): 'look-up' | 'person' {
  const { binding, boundCards } = account.adapter;
  return binding?.reconciliation.by === 'bound-cards' && boundCards?.needsUserIp === false ? 'look-up' : 'person';
}

/**
 * Whether the provider lists the card of this operation among those the user has bound, by its fingerprint.
 *
 * @param userIp the end user's address, where they are there: an account without a default one can be asked only then
 */
export async function lookUpBound(
  services: Services,
  account: OpenAccount,
  operation: OperationRow,
  call: ProviderCall,
  userIp: string | null = null,
): Promise<LookUp<{ readonly status: 'bound' }> | Superseded | null> {
  const { binding, boundCards } = account.adapter;
  if (boundCards === undefined || binding?.reconciliation.by !== 'bound-cards') return null;
  if (boundCards.needsUserIp && userIp === null) return null;
  const row = await getBinding(services.pool, operation.tenant, operation.resourceId);
  if (row === null) return null;
  const outcome = await boundCards.list({ user: row.userRef, kind: 'bank_card', userIp }, call);
  if (outcome.kind !== 'done') return outcome;
  return shownBound(services, operation, row, outcome);
}

/** What a list of all that the user has bound, asked for after the write was recorded, shows of a start or a code. */
export async function shownBound(
  services: Services,
  operation: OperationRow,
  { panFingerprint }: Pick<BindingRow, 'panFingerprint'>,
  { value: { cards, unreadable }, evidence }: List,
): Promise<LookUp<{ readonly status: 'bound' }> | Superseded> {
  const listed = cards.some(
    ({ pan }) =>
      pan !== null && services.sealing.fingerprints(pan).some((fingerprint) => fingerprint === panFingerprint),
  );
  // After the list was read: what is recorded since cannot have been at work before.
  const later = whatLaterOnesLeave(await laterCodes(services.pool, operation));
  if (later !== null) return later;
  if (listed) return done({ status: 'bound' }, evidence);
  return unreadable === 0 ? { kind: 'absent' } : unknown('unreadable_answer', evidence);
}

/** A list of all of one kind that a user has bound, as the provider answered it. */
export interface List {
  readonly value: BoundCards;
  readonly evidence: Evidence | null;
}

/** What the provider shows speaks of a later write, where there is one; null where there is none. */
export function whatLaterOnesLeave(later: readonly LaterWrite[]): { readonly kind: 'absent' } | Superseded | null {
  const made = later.find(({ state }) => state === 'succeeded');
  if (made !== undefined) return { kind: 'superseded', by: made.id };
  return later.length > 0 ? { kind: 'absent' } : null;
}

/** The binding of an operation as callers see it. */
export async function viewBinding(client: Pool | PoolClient, operation: OperationRow): Promise<View> {
  const row = await getBinding(client, operation.tenant, operation.resourceId);
  if (row === null) throw new Error('The binding of this operation is gone.');
  return bindingView(row);
}
