import { type Scope, type startSyncSchema, syncReadScopes, type syncSchema } from '@card-gateway/contract';
import { done, newUuid, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { bindingKindOf, facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { type Caller, hasScope, requireScope } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import { operationView } from '../ledger/reference.ts';
import { type WriteAnswer, type WriteKind, writeOnce, type WriteRequest } from '../ledger/write.ts';
import { requireUserIp } from '../provider-read.ts';
import type { Services } from '../services.ts';
import { endUnstarted, getSync, insertSync, type NewSync, queueSync, type SyncRow } from './store.ts';

/**
 * A sync is recorded like every write, so that its key starts it once; nothing of it goes out before the job runs. Several
 * writes may be about one sync: those that found it waiting.
 */
export const startSyncKind: WriteKind<null> = {
  type: 'startSync',
  successStatus: 202,
  resolvesBy: () => 'look-up',
  apply: async (client, operation, outcome, { at }) => {
    if (outcome.kind === 'done') await queueSync(client, operation.resourceId, { unlessQueued: true });
    // Left as queued, it would keep the account's later syncs waiting for ever.
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
 * Starts pulling an account's cards, or one user's bindings. While one of the same waits, that one is answered with: it asks
 * for its first page later than this call came in, and so shows all that was so by then. One that runs already may have
 * passed the page of what has just changed: then another one waits for its end.
 */
export function startSync(services: Services, write: WriteRequest, order: Order): Promise<WriteAnswer> {
  const { caller } = write;
  const accountOf = (): OpenAccount => services.accounts.ofCaller(caller, order.account);
  const needed: Scope = order.user === undefined ? 'cards:write' : 'bindings:write';
  if (!hasScope(caller, [needed])) {
    // What is wrong with an order is told to every key alike.
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
      insert: async (client, operationId, at) => {
        const waiting = await insertSync(client, { ...sync, ...what }, operationId, at);
        if (waiting !== null) return waiting;
        throw new ProblemError('account-busy', 'Too many syncs of this account wait; this one was not started.', {
          retryAfterSeconds: 60,
        });
      },
      send: async () => done(null),
      callsNobody: true,
    };
  });
}

/** @throws ProblemError 400, 422 when this account has no such thing */
function toPull(account: OpenAccount, order: Order): Pick<NewSync, 'kind' | 'userRef' | 'userIp'> {
  if (order.user === undefined) {
    if (account.adapter.cards === undefined && account.adapter.boundCards !== undefined) {
      const detail = 'expected a user, because this account has bindings and no cards';
      throw new ProblemError('invalid-request', `/user: ${detail}`, { errors: [{ pointer: '/user', detail }] });
    }
    facetOf(account, 'cards');
    return { kind: 'cards', userRef: null, userIp: null };
  }
  const { needsUserIp } = facetOf(account, 'boundCards');
  const userIp = requireUserIp(needsUserIp, order.userIp, '/userIp');
  const kind = bindingKindOf(account, order.kind, '/kind');
  return { kind, userRef: order.user, userIp };
}

/** One sync and how far it is, for a key that has to do with what it pulls. @throws ProblemError 404 */
export async function readSync(services: Services, caller: Caller, id: string): Promise<z.output<typeof syncSchema>> {
  const row = await getSync(services.pool, uuidOf('sync', id));
  const isSeen = row !== null && row.tenant === caller.tenant && hasScope(caller, scopesOf(row.kind));
  if (!isSeen) throw new ProblemError('not-found', 'There is no such sync, or none that this API key may read.');
  return syncView(row);
}

const scopesOf = (kind: SyncRow['kind']): readonly Scope[] => syncReadScopes[kind === 'cards' ? 'cards' : 'bindings'];

function syncView(row: SyncRow): z.output<typeof syncSchema> {
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
