import type { createCardholderSchema } from '@card-gateway/contract';
import { done, mapOutcome, newUuid, type ProviderCardholder, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { ProblemError } from '../problem.ts';
import { noOperation } from '../ledger/reference.ts';
import { requireOurs } from '../ledger/word.ts';
import type { AtOnce } from '../ledger/kind.ts';
import { type LookUp, writeAct, type WriteKind } from '../ledger/write.ts';
import { identityOf } from './identity.ts';
import {
  acceptApplication,
  acceptedAtOnce,
  describeCardholder,
  failApplication,
  failedAtOnce,
  recordCardholder,
} from './store.ts';
import { cardholderView, viewCardholder } from './view.ts';

type Order = z.output<typeof createCardholderSchema>;

interface AppliedCardholder {
  readonly providerRef: string;
  readonly described?: ProviderCardholder;
}

/** How an application's outcome changes the cardholder, and how a lost answer is reconciled: by our reference. */
export const createCardholderKind: WriteKind<AppliedCardholder> = {
  type: 'createCardholder',
  successStatus: 201,
  apply: async (_services, client, operation, outcome, { at, askedAt }) => {
    switch (outcome.kind) {
      case 'done': {
        const { providerRef, described } = outcome.value;
        await acceptApplication(client, operation.resourceId, providerRef, at);
        if (described !== undefined) await describeCardholder(client, operation.resourceId, described, askedAt);
        return;
      }
      case 'refused':
        await failApplication(client, operation.resourceId, at);
        return;
      case 'unknown':
        return;
    }
  },

  view: viewCardholder,

  lookUp: async (_services, account, operation, call): Promise<LookUp<AppliedCardholder> | null> => {
    const reconciliation = account.adapter.cardholders?.reconciliation;
    if (reconciliation?.by !== 'look-up') return null;
    const reference = toPublicId('cardholder', operation.resourceId);
    const outcome = await reconciliation.find({ reference, sentAt: operation.createdAt }, call);
    if (outcome.kind !== 'done') return outcome;
    const finding = outcome.value;
    if (!finding.found) return { kind: 'absent' };
    return mapOutcome(outcome, () => ({ providerRef: finding.value.providerRef, described: finding.value }));
  },

  resolved: async (_services, { operation, account, providerRef, work }) => {
    if (providerRef === null) return null;
    const cardholders = account?.adapter.cardholders;
    if (account === null || cardholders === undefined) return done({ providerRef });
    const outcome = await account.lookUp(work, (call) => cardholders.read(providerRef, call));
    const shown = mapOutcome(outcome, (value) => ({ found: true, value }) as const);
    const described = requireOurs(account, shown, toPublicId('cardholder', operation.resourceId));
    return done({ providerRef, described });
  },
};

/** How the answer to an application changes the cardholder, which nobody knew before. */
function appliedAtOnce(id: string, reference: string): AtOnce<AppliedCardholder> {
  return (outcome, { at: updatedAt }, { provider, account, createdAt }) => {
    if (outcome.kind === 'refused') return { resolve: failedAtOnce };
    const { providerRef } = outcome.value;
    const dates = { createdAt, updatedAt, syncedAt: null };
    const said = { providerRef, status: 'pending', providerStatus: null, failReason: null } as const;
    return {
      resolve: acceptedAtOnce,
      own: { provider_ref: providerRef },
      view: cardholderView({ id, provider, account, reference, ...said, ...dates, ...noOperation }),
    };
  };
}

/** Applies for a cardholder at the account's provider, once per Idempotency-Key and once per reference. */
export const createCardholder = writeAct(createCardholderKind, async (services, { caller }, order: Order) => {
  const account = services.accounts.ofCaller(caller, order.account);
  const cardholders = facetOf(account, 'cardholders');
  const identity = identityOf(cardholders, order);
  const id = newUuid(services.now());
  return {
    account,
    resourceId: id,
    resolvesBy: cardholders.reconciliation.by,
    record: recordCardholder(order.reference),
    unfit: () =>
      new ProblemError('already-exists', `The account "${account.name}" has a cardholder with this reference.`, {
        errors: [
          {
            pointer: '/reference',
            detail:
              'expected a reference without a cardholder; find it with GET /v1/cardholders?reference=, and apply again for one that is rejected with POST /v1/cardholders/{id}/applications',
          },
        ],
      }),
    send: (call) => cardholders.apply({ reference: toPublicId('cardholder', id), identity }, call),
    atOnce: appliedAtOnce(id, order.reference),
  };
});
