import { type Scope, type startSyncSchema, syncReadScopes, type syncSchema } from '@card-gateway/contract';
import { done, newUuid, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { bindingKindOf, facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { type Caller, hasScope, requireScope } from '../caller.ts';
import type { ViewImages } from '../event-views.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import { operationView } from '../ledger/reference.ts';
import { recordAlone } from '../ledger/record-store.ts';
import { type WriteAnswer, type WriteKind, writeOnce, type WriteRequest } from '../ledger/write.ts';
import { requireUserIp } from '../provider-read.ts';
import type { Services } from '../services.ts';
import {
  endUnstarted,
  getSync,
  insertSync,
  type NewSync,
  queueSync,
  type ShownSync,
  type SyncRow,
  syncsOfImages,
} from './store.ts';

/**
 * A sync is recorded like every write, so that its key starts it once; nothing is sent before its job runs. Several writes may
 * share one sync: those that found it queued.
 */
export const startSyncKind: WriteKind<null> = {
  type: 'startSync',
  successStatus: 202,
  apply: async (_services, client, operation, outcome, { at }) => {
    if (outcome.kind === 'done') await queueSync(client, operation.resourceId, { unlessQueued: true });
    // Left queued, it would block the account's later syncs for ever.
    if (outcome.kind === 'refused') await endUnstarted(client, operation, at);
  },
  view: async (client, operation) => {
    const row = await getSync(client, operation.resourceId);
    if (row === null) throw new Error('The sync of this operation is gone.');
    return syncView(row);
  },
  lookUp: async () => done(null),
  resolved: async () => done(null),
};

type Order = z.output<typeof startSyncSchema>;

/**
 * Starts a sync of an account's cards, or of one user's bindings. If the same sync is already queued, the call joins it: it
 * requests its first page after this call arrived, and so shows everything up to then. A running sync may already have passed a
 * page that just changed, so a new one is queued behind it.
 */
export function startSync(services: Services, write: WriteRequest, order: Order): Promise<WriteAnswer> {
  const { caller } = write;
  const accountOf = (): OpenAccount => services.accounts.ofCaller(caller, order.account);
  const needed: Scope = order.user === undefined ? 'cards:write' : 'bindings:write';
  if (!hasScope(caller, [needed])) {
    // An invalid order is rejected whatever its key.
    toPull(accountOf(), order);
    requireScope(caller, [needed]);
  }
  return writeOnce(services, startSyncKind, write, async () => {
    const account = accountOf();
    const id = newUuid(services.now());
    const sync = { id, tenant: caller.tenant, provider: account.provider, account: account.name };
    const what = toPull(account, order);
    return {
      account,
      resourceId: id,
      resolvesBy: 'look-up',
      record: recordAlone,
      within: async (client, operationId, at) => {
        const waiting = await insertSync(client, { ...sync, ...what }, operationId, at);
        if (waiting !== null) return waiting;
        throw new ProblemError('account-busy', 'Too many syncs of this account are queued; this one was not started.', {
          retryAfterSeconds: 60,
        });
      },
      done: null,
    };
  });
}

/** @throws ProblemError 400, or 422 if this account has no such list */
function toPull(account: OpenAccount, order: Order): Pick<NewSync, 'kind' | 'userRef' | 'userIp'> {
  if (order.user === undefined) {
    if (account.adapter.cards === undefined && account.adapter.boundCards !== undefined) {
      const detail = 'expected a user, because this account has bindings and no cards';
      throw invalidRequest({ pointer: '/user', detail });
    }
    facetOf(account, 'cards');
    return { kind: 'cards', userRef: null, userIp: null };
  }
  const { needsUserIp } = facetOf(account, 'boundCards');
  const userIp = requireUserIp(needsUserIp, order.userIp, '/userIp');
  const kind = bindingKindOf(account, order.kind, '/kind');
  return { kind, userRef: order.user, userIp };
}

/** One sync and its progress, for a key with a scope for what it reads. @throws ProblemError 404 */
export async function readSync(services: Services, caller: Caller, id: string): Promise<z.output<typeof syncSchema>> {
  const row = await getSync(services.pool, uuidOf('sync', id));
  const isSeen = row !== null && row.tenant === caller.tenant && hasScope(caller, scopesOf(row.kind));
  if (!isSeen) throw new ProblemError('not-found', 'There is no such sync, or none that this API key may read.');
  return syncView(row);
}

const scopesOf = (kind: SyncRow['kind']): readonly Scope[] => syncReadScopes[kind === 'cards' ? 'cards' : 'bindings'];

export const viewSyncImages: ViewImages = async (pool, images) => (await syncsOfImages(pool, images)).map(syncView);

function syncView(row: ShownSync): z.output<typeof syncSchema> {
  return {
    id: toPublicId('sync', row.id),
    provider: row.provider,
    account: row.account,
    kind: row.kind,
    user: row.userRef,
    status: row.state,
    pages: row.pages,
    seen: row.seen,
    unreadable: row.unreadable,
    total: row.total,
    failure: row.failure,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    operation: operationView(row),
  };
}
