import type { BindingKind } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { WriteKind } from '../ledger/kind.ts';
import { attemptOf, resolveByEvidence, supersede } from '../ledger/resolve.ts';
import { findOpen, type OperationRow } from '../ledger/store.ts';
import type { Services } from '../services.ts';
import { removeBindingKind, shownRemoved } from './remove-binding-outcome.ts';
import { type List, shownBound } from './reconciliation.ts';
import { startBindingKind } from './start-binding-outcome.ts';
import { type BindingRow, bindingsOfUser, getBinding } from './store.ts';
import { verifyBindingKind } from './verify-binding-outcome.ts';

/**
 * Resolves the unknown writes on a user's bindings whose outcome a list shows, provided that it was requested after they were
 * recorded.
 */
export async function reconcileListed(
  services: Services,
  account: OpenAccount,
  { user, kind, askedAt }: { readonly user: string; readonly kind: BindingKind; readonly askedAt: Date },
  list: List,
): Promise<void> {
  const ids = await bindingsOfUser(services.pool, account.name, user, kind);
  for (const operation of await findOpen(services.pool, account.name, ids)) {
    // A write that is being sent right now is about to get its own answer.
    if (operation.state !== 'unknown' || operation.createdAt > askedAt) continue;
    const row = await getBinding(services.pool, operation.tenant, operation.resourceId);
    if (row === null) continue;
    if (operation.type === removeBindingKind.type) await reconcile(removeBindingKind, operation, row, shownRemoved);
    if (operation.type === startBindingKind.type) await reconcile(startBindingKind, operation, row, shownBound);
    if (operation.type === verifyBindingKind.type) await reconcile(verifyBindingKind, operation, row, shownBound);
  }

  async function reconcile<Value>(
    writes: WriteKind<Value>,
    operation: OperationRow,
    row: BindingRow,
    shownBy: (...question: [Services, OperationRow, BindingRow, List]) => ReturnType<typeof writes.lookUp>,
  ): Promise<void> {
    const shown = await shownBy(services, operation, row, list);
    if (shown?.kind === 'superseded') await supersede(services, operation, shown.by);
    if (shown?.kind !== 'done') return;
    const attempt = attemptOf('list', shown, askedAt, new Date(services.now()));
    await resolveByEvidence(services, writes, operation, shown, 'list', attempt);
  }
}
