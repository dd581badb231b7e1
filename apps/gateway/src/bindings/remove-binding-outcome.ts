import { done, type Outcome, type ProviderCall, unknown } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { laterOf } from '../instants.ts';
import type { AtOnce, LookUp, Superseded, WriteKind } from '../ledger/kind.ts';
import { findOthers, type OperationRow, supersedeEarlier } from '../ledger/store.ts';
import { refusedAlone } from '../ledger/resolve-store.ts';
import { contradicted } from '../ledger/word.ts';
import type { Services } from '../services.ts';
import { markRemoved, removedAtOnce } from './removal-store.ts';
import { type List, viewBinding, whatLaterOnesLeave } from './reconciliation.ts';
import { type BindingRow, getBinding } from './store.ts';
import { bindingView } from './view.ts';

/** How a removal's outcome changes the binding. A lost answer is reconciled from the user's list, which then lacks the binding. */
export const removeBindingKind: WriteKind<null> = {
  type: 'removeBinding',
  successStatus: 200,
  apply: async (_services, client, operation, outcome, { at }) => {
    switch (outcome.kind) {
      case 'done':
        await supersedeEarlier(client, operation, { resourceIds: [operation.resourceId], types: [operation.type] }, at);
        return markRemoved(client, operation.resourceId, at);
      // Still bound, as far as is known.
      case 'refused':
      case 'unknown':
        return;
    }
  },
  view: viewBinding,
  lookUp: lookUpRemoved,
  resolved: async (_services, { isAbsent }) => {
    if (isAbsent) throw contradicted("The provider's list of what this user has bound still shows it.");
    return done(null);
  },
};

/** How the answer to a removal changes the binding as it was read before. */
export function removedFrom(row: BindingRow): AtOnce<null> {
  return (outcome, { at: updatedAt }) => {
    if (outcome.kind === 'refused') return { resolve: refusedAlone };
    const view = bindingView({ ...row, status: 'removed', syncedAt: laterOf(row.syncedAt, updatedAt), updatedAt });
    return { resolve: removedAtOnce, own: { seen_at: row.syncedAt, provider_ref: row.providerRef }, view };
  };
}

/** Whether the user's list no longer shows the binding; while it does, the removal may still be in progress. */
export async function lookUpRemoved(
  services: Services,
  account: OpenAccount,
  operation: OperationRow,
  call: ProviderCall,
): Promise<Outcome<null> | { readonly kind: 'absent' } | Superseded | null> {
  const { unbinding, boundCards } = account.adapter;
  if (unbinding?.reconciliation.by !== 'bound-cards' || boundCards === undefined || boundCards.needsUserIp) return null;
  const row = await getBinding(services.pool, operation.tenant, operation.resourceId);
  if (row === null) return null;
  const outcome = await boundCards.list({ user: row.userRef, kind: row.kind, userIp: null }, call);
  if (outcome.kind !== 'done') return outcome;
  return shownRemoved(services, operation, row, outcome);
}

/** What a user's complete list, requested after the write was recorded, shows about a removal. */
export async function shownRemoved(
  services: Services,
  operation: OperationRow,
  row: Pick<BindingRow, 'providerRef'>,
  { value: { cards, unreadable }, evidence }: List,
): Promise<LookUp<null> | Superseded> {
  // After reading the list: writes recorded since then cannot have affected it.
  const others = await findOthers(services.pool, operation);
  const later = whatLaterOnesLeave(others.filter(({ id, type }) => id > operation.id && type === operation.type));
  if (later !== null) return later;
  if (cards.some(({ providerRef }) => providerRef === row.providerRef)) return { kind: 'absent' };
  return unreadable === 0 ? done(null, evidence) : unknown('unreadable_answer', evidence);
}
