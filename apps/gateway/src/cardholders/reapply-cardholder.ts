import type { reapplyCardholderSchema } from '@card-gateway/contract';
import { done, mapOutcome, type ProviderCardholder, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { laterOf } from '../instants.ts';
import type { AtOnce } from '../ledger/kind.ts';
import { refusedAlone } from '../ledger/resolve-store.ts';
import { contradicted } from '../ledger/word.ts';
import { type LookUp, writeAct, type WriteKind } from '../ledger/write.ts';
import { identityOf } from './identity.ts';
import {
  acceptReapplication,
  type CardholderRow,
  describeCardholder,
  getCardholder,
  reappliedAtOnce,
  recordReapplication,
} from './store.ts';
import { cardholderView, viewCardholder } from './view.ts';

type Body = z.output<typeof reapplyCardholderSchema>;

interface Reapplied {
  readonly described?: ProviderCardholder;
}

/**
 * How a further application's outcome changes the cardholder. A lost answer is reconciled by reading the cardholder: the
 * application was accepted if it is no longer rejected.
 */
export const reapplyCardholderKind: WriteKind<Reapplied> = {
  type: 'reapplyCardholder',
  successStatus: 200,
  apply: async (_services, client, operation, outcome, { at, askedAt }) => {
    if (outcome.kind !== 'done') return;
    const { described } = outcome.value;
    if (described === undefined) await acceptReapplication(client, operation, at);
    else await describeCardholder(client, operation.resourceId, described, askedAt);
  },

  view: viewCardholder,

  lookUp: async ({ pool }, account, operation, call): Promise<LookUp<Reapplied> | null> => {
    const row = await getCardholder(pool, operation.tenant, operation.resourceId);
    const { cardholders } = account.adapter;
    if (cardholders === undefined || row === null || row.providerRef === null) return null;
    const outcome = await cardholders.read(row.providerRef, call);
    if (outcome.kind !== 'done') return outcome;
    // The result of a later application says nothing about this one.
    const isShown = row.operationId === operation.id && outcome.value.status !== 'rejected';
    return isShown ? mapOutcome(outcome, (described) => ({ described })) : { kind: 'absent' };
  },

  // A look-up reads the cardholder: if it is rejected, the application was not accepted, or was rejected again.
  resolved: async (_services, { isAbsent }) => {
    if (isAbsent) throw contradicted('At the provider the cardholder is rejected.');
    return done({});
  },
};

/** How the answer to a further application changes the cardholder as it was read before. */
function reappliedFrom(row: CardholderRow): AtOnce<Reapplied> {
  return (outcome, { at: updatedAt }) => {
    if (outcome.kind === 'refused') return { resolve: refusedAlone };
    const said = { status: 'pending', providerStatus: null, failReason: null } as const;
    const syncedAt = laterOf(row.syncedAt, updatedAt);
    return {
      resolve: reappliedAtOnce,
      own: { seen_at: row.syncedAt },
      view: cardholderView({ ...row, ...said, syncedAt, updatedAt }),
    };
  };
}

/** Submits another identity check for a rejected cardholder, once per Idempotency-Key. */
export const reapplyCardholder = writeAct(
  reapplyCardholderKind,
  async (services, { caller }, publicId: string, body: Body) => {
    const id = uuidOf('cardholder', publicId);
    const row = await getCardholder(services.pool, caller.tenant, id);
    if (row === null) throw new ProblemError('not-found', 'There is no such cardholder.');
    const account = services.accounts.ofResource(caller, row);
    const cardholders = facetOf(account, 'cardholders');
    const { reapply } = cardholders;
    if (reapply === undefined) {
      const detail = `The account "${account.name}" cannot do this: the provider's documents describe no further application.`;
      throw new ProblemError('not-supported', detail);
    }
    const identity = identityOf(cardholders, body);
    const { providerRef } = row;
    if (providerRef === null || row.status !== 'rejected') {
      const hint = 'Should that be old, read it with refresh=true first.';
      throw new ProblemError('illegal-state', `The cardholder is "${row.status}". ${hint}`, {
        errors: [{ pointer: 'path/id', detail: 'expected the id of a cardholder that is rejected' }],
      });
    }
    if (row.operationState === 'submitting') throw underWay();
    return {
      account,
      resourceId: id,
      resolvesBy: 'look-up',
      record: recordReapplication(row),
      atOnce: reappliedFrom(row),
      unfit: underWay,
      send: async (call) => {
        const application = { reference: toPublicId('cardholder', id), identity, providerRef };
        return mapOutcome(await reapply(application, call), () => ({}));
      },
    };
  },
);

function underWay(): ProblemError {
  return new ProblemError('illegal-state', 'Another application for this cardholder has no outcome yet.', {
    retryAfterSeconds: 1,
  });
}
