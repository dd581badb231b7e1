import { done, type Outcome, type ProviderCall, unknown, uuidOf } from '@card-gateway/core';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import type { LookUp, Superseded, WriteKind } from '../ledger/kind.ts';
import { attemptOf, resolveWrite } from '../ledger/resolve.ts';
import { findById, findOthers, type OperationRow, supersedeEarlier } from '../ledger/store.ts';
import { contradicted } from '../ledger/word.ts';
import { type WriteAnswer, writeOnce, type WriteRequest } from '../ledger/write.ts';
import { valueOf } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { beginRemoving, markRemoved } from './bound-cards-store.ts';
import { type List, viewBinding, whatLaterOnesLeave } from './reconciliation.ts';
import { type BindingRow, getBinding } from './store.ts';

/** How the outcome of a removal changes the binding; a lost one resolves from the user's list, which then lacks it. */
export function removeBindingKind(services: Services): WriteKind<null> {
  return {
    type: 'removeBinding',
    successStatus: 200,
    resolvesBy: ({ adapter: { unbinding, boundCards } }) =>
      unbinding?.reconciliation.by === 'bound-cards' && boundCards?.needsUserIp === false ? 'look-up' : 'person',
    apply: async (client, operation, outcome, { at }) => {
      switch (outcome.kind) {
        case 'done':
          await supersedeEarlier(
            client,
            operation,
            { resourceIds: [operation.resourceId], types: [operation.type] },
            at,
          );
          return markRemoved(client, operation.resourceId, at);
        // It is bound as it was, or as far as anybody knows.
        case 'refused':
        case 'unknown':
          return;
      }
    },
    view: viewBinding,
    lookUp: (account, operation, call) => lookUpRemoved(services, account, operation, call),
    resolved: async ({ isAbsent }) => {
      if (isAbsent) throw contradicted("The provider's list of what this user has bound still shows it.");
      return done(null);
    },
  };
}

/** Whether the user's list no longer shows the binding; while it does, the removal may still be under way. */
async function lookUpRemoved(
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

/** What a list of all that the user has bound, asked for after the write was recorded, shows of a removal. */
export async function shownRemoved(
  services: Services,
  operation: OperationRow,
  row: Pick<BindingRow, 'providerRef'>,
  { value: { cards, unreadable }, evidence }: List,
): Promise<LookUp<null> | Superseded> {
  // After the list was read: what is recorded since cannot have been at work before.
  const others = await findOthers(services.pool, operation);
  const later = whatLaterOnesLeave(others.filter(({ id, type }) => id > operation.id && type === operation.type));
  if (later !== null) return later;
  if (cards.some(({ providerRef }) => providerRef === row.providerRef)) return { kind: 'absent' };
  return unreadable === 0 ? done(null, evidence) : unknown('unreadable_answer', evidence);
}

/** Removes what a user has bound at the provider, once per Idempotency-Key. */
export function removeBinding(services: Services, write: WriteRequest, publicId: string): Promise<WriteAnswer> {
  const kind = removeBindingKind(services);
  return writeOnce(services, kind, write, async () => {
    const id = uuidOf('binding', publicId);
    const row = await getBinding(services.pool, write.caller.tenant, id);
    if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
    const account = services.accounts.ofResource(write.caller, row);
    const unbinding = facetOf(account, 'unbinding');
    const providerRef = requireBound(row);
    await reconcileEarlierRemoval(services, kind, account, row, write);
    return {
      account,
      resourceId: id,
      insert: async (client, operationId, at) => {
        if (!(await beginRemoving(client, { id, earlier: row.operationId }, operationId, at))) throw underWay();
      },
      send: (call) => unbinding.remove({ providerRef }, call),
    };
  });
}

/** The provider's id of the binding. @throws ProblemError 409 when there is nothing to remove */
function requireBound(row: BindingRow): string {
  if (row.status === 'bound' && row.providerRef !== null) return row.providerRef;
  throw new ProblemError('illegal-state', `The binding is "${row.status}"; only one that is "bound" can be removed.`);
}

/** An earlier removal without a known outcome may have worked: the list is read again before another is sent. */
async function reconcileEarlierRemoval(
  services: Services,
  kind: WriteKind<null>,
  account: OpenAccount,
  row: BindingRow,
  write: WriteRequest,
): Promise<void> {
  if (row.operationId === null || row.operationType !== kind.type) return;
  if (row.operationState === 'submitting') throw underWay();
  if (row.operationState !== 'unknown') return;
  const operation = await findById(services.pool, row.operationId);
  if (operation === null) return;
  const startedAt = new Date(services.now());
  const lookUp = await account.read(write.work, (call) => lookUpRemoved(services, account, operation, call));
  if (lookUp === null || lookUp.kind === 'absent' || lookUp.kind === 'superseded') return;
  valueOf(account, lookUp);
  const attempt = attemptOf('look-up', lookUp, startedAt, new Date(services.now()));
  await resolveWrite(services, kind, operation, lookUp, 'look-up', attempt, write.requestId);
  throw new ProblemError('illegal-state', 'An earlier removal had worked: the binding is "removed".');
}

function underWay(): ProblemError {
  return new ProblemError('illegal-state', 'Another removal of this binding is under way, or has resolved it.', {
    retryAfterSeconds: 1,
  });
}
