import { type BoundCards, done, type Evidence, type ProviderCall, unknown } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { OperationRow } from '../ledger/store.ts';
import type { LookUp, Superseded, View } from '../ledger/kind.ts';
import type { Services } from '../services.ts';
import { laterCodes, type LaterWrite } from './earlier-store.ts';
import { type BindingRow, getBinding } from './store.ts';
import { bindingView } from './view.ts';

/** The user's list of bound cards resolves both writes, if it can be requested without the end user. */
export function resolvesBy(account: OpenAccount): 'look-up' | 'person' {
  const { binding, boundCards } = account.adapter;
  return binding?.reconciliation.by === 'bound-cards' && boundCards?.needsUserIp === false ? 'look-up' : 'person';
}

/**
 * Whether the provider lists this operation's card among the user's bound ones, by its fingerprint.
 *
 * @param userIp the end user's address, if available: an account without a default one can be asked only then
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

/** What a user's complete list, requested after the write was recorded, shows about a start or a code. */
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
  // After reading the list: writes recorded since then cannot have affected it.
  const later = whatLaterOnesLeave(await laterCodes(services.pool, operation));
  if (later !== null) return later;
  if (listed) return done({ status: 'bound' }, evidence);
  return unreadable === 0 ? { kind: 'absent' } : unknown('unreadable_answer', evidence);
}

/** A user's complete list of one kind, as the provider answered it. */
export interface List {
  readonly value: BoundCards;
  readonly evidence: Evidence | null;
}

/** If there is a later write, the provider's state reflects that one; null if there is none. */
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
