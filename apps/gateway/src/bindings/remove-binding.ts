import { uuidOf } from '@card-gateway/core';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { attemptOf, resolveWrite } from '../ledger/resolve.ts';
import { findById } from '../ledger/store.ts';
import { writeAct, type WriteRequest } from '../ledger/write.ts';
import { ProblemError } from '../problem.ts';
import { valueOf } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { recordRemoving } from './removal-store.ts';
import { lookUpRemoved, removeBindingKind, removedFrom } from './remove-binding-outcome.ts';
import { type BindingRow, getBinding } from './store.ts';

/** Removes a user's binding at the provider, once per Idempotency-Key. */
export const removeBinding = writeAct(removeBindingKind, async (services, write, publicId: string) => {
  const id = uuidOf('binding', publicId);
  const row = await getBinding(services.pool, write.caller.tenant, id);
  if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
  const account = services.accounts.ofResource(write.caller, row);
  const unbinding = facetOf(account, 'unbinding');
  const isListed = unbinding.reconciliation.by === 'bound-cards' && account.adapter.boundCards?.needsUserIp === false;
  const providerRef = requireBound(row);
  if (row.operationType === removeBindingKind.type && row.operationState === 'submitting') throw underWay();
  return {
    account,
    resourceId: id,
    resolvesBy: isListed ? 'look-up' : 'person',
    ...(isRemovalUnknown(row) && { reconcile: () => reconcileEarlierRemoval(services, account, row, write) }),
    record: recordRemoving(row.operationId),
    atOnce: removedFrom(row),
    unfit: underWay,
    send: (call) => unbinding.remove({ providerRef }, call),
  };
});

/** The provider's id of the binding. @throws ProblemError 409 if there is nothing to remove */
function requireBound(row: BindingRow): string {
  if (row.status === 'bound' && row.providerRef !== null) return row.providerRef;
  throw new ProblemError('illegal-state', `The binding is "${row.status}"; only one that is "bound" can be removed.`);
}

/** Whether the outcome of an earlier removal is unknown. */
function isRemovalUnknown({ operationType, operationState }: BindingRow): boolean {
  return operationType === removeBindingKind.type && operationState === 'unknown';
}

/** An earlier unknown removal may have succeeded: the list is read before another one is sent. */
async function reconcileEarlierRemoval(
  services: Services,
  account: OpenAccount,
  row: BindingRow,
  write: WriteRequest,
): Promise<void> {
  const operation = row.operationId === null ? null : await findById(services.pool, row.operationId);
  if (operation === null) return;
  const startedAt = new Date(services.now());
  const lookUp = await account.read(write.work, (call) => lookUpRemoved(services, account, operation, call));
  if (lookUp === null || lookUp.kind === 'absent' || lookUp.kind === 'superseded') return;
  valueOf(account, lookUp);
  const attempt = attemptOf('look-up', lookUp, startedAt, new Date(services.now()));
  await resolveWrite(services, removeBindingKind, operation, lookUp, 'look-up', attempt, write.requestId);
  throw new ProblemError('illegal-state', 'An earlier removal had worked: the binding is "removed".');
}

function underWay(): ProblemError {
  return new ProblemError('illegal-state', 'Another removal of this binding is under way, or has resolved it.', {
    retryAfterSeconds: 1,
  });
}
