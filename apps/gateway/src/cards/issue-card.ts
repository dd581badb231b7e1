import type { issueCardSchema } from '@card-gateway/contract';
import { done, mapOutcome, newUuid, type Outcome, type ProviderCard, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import { notOurs, requireOurs } from '../ledger/word.ts';
import { type LookUp, type WriteAnswer, type WriteKind, writeOnce, type WriteRequest } from '../ledger/write.ts';
import type { Services } from '../services.ts';
import { checkOrder } from './check-order.ts';
import { describeProviderCards } from './provider-cards-store.ts';
import { acceptOrder, failOrder, nameOrder, getCard, insertOrderedCard } from './store.ts';
import { cardView } from './view.ts';

/** A card that the provider took an order for; from a look-up with all that the provider says of it. */
interface IssuedCard {
  readonly providerRef: string;
  readonly described?: ProviderCard;
  /** Only a person says that the card is this order's: no row that has it gives way. */
  readonly isWord?: boolean;
}

/** How the outcome of an order changes the card, and how a lost answer is found out: by our reference. */
export function issueCardKind(services: Services): WriteKind<IssuedCard> {
  return {
    type: 'issueCard',
    successStatus: 201,
    resolvesBy: (account) => (facetOf(account, 'issuing').reconciliation.by === 'look-up' ? 'look-up' : 'person'),

    apply: async (client, operation, outcome, { at, askedAt }) => {
      switch (outcome.kind) {
        case 'done': {
          const { providerRef, described, isWord = false } = outcome.value;
          if (isWord) await nameOrder(client, operation.resourceId, providerRef, at);
          else await acceptOrder(client, operation.resourceId, providerRef, at);
          const account = { tenant: operation.tenant, name: operation.account, provider: operation.provider };
          if (described !== undefined)
            await describeProviderCards(client, services.sealing, account, [described], askedAt);
          return;
        }
        case 'refused':
          await failOrder(client, operation.resourceId, at);
          return;
        case 'unknown':
          return;
      }
    },

    view: async (client, operation) => {
      const row = await getCard(client, operation.tenant, operation.resourceId);
      if (row === null) throw new Error('The card of this operation is gone.');
      return cardView(row);
    },

    lookUp: async (account, operation, call): Promise<LookUp<IssuedCard> | null> => {
      const reconciliation = account.adapter.issuing?.reconciliation;
      if (reconciliation?.by !== 'look-up') return null;
      const reference = toPublicId('card', operation.resourceId);
      const outcome = await reconciliation.find({ reference, sentAt: operation.createdAt }, call);
      if (outcome.kind === 'done' && !outcome.value.found) return { kind: 'absent' };
      return found(outcome);
    },

    // Our reference is on the wire of this order alone.
    shownBy: async (operation, card, { latest }) =>
      card.ourReference === toPublicId('card', operation.resourceId) && latest >= operation.createdAt
        ? { kind: 'done', value: { providerRef: card.providerRef, described: card }, evidence: null }
        : null,

    resolved: async ({ operation, account, providerRef, work }) => {
      if (providerRef === null) return null;
      const cards = account?.adapter.cards;
      if (account === null || cards === undefined) return done({ providerRef, isWord: true });
      const reference = toPublicId('card', operation.resourceId);
      const outcome = await account.lookUp(work, (call) => cards.read({ providerRef, pan: null }, call));
      const described = requireOurs(account, outcome, reference);
      const row = await getCard(services.pool, operation.tenant, operation.resourceId);
      const holders = new Set([row?.cardholderRef, described.cardholderRef].filter((ref) => ref ?? false));
      if (holders.size > 1) throw notOurs();
      return done({ providerRef, described, isWord: described.ourReference !== reference });
    },
  };
}

function found(outcome: Outcome<{ found: true; value: ProviderCard } | { found: false }>): Outcome<IssuedCard> {
  return mapOutcome(outcome, (finding) => {
    if (!finding.found) throw new Error('A finding that found nothing is absent.');
    return { providerRef: finding.value.providerRef, described: finding.value };
  });
}

/** Orders a card at the account's provider, once per Idempotency-Key. */
export function issueCard(
  services: Services,
  write: WriteRequest,
  order: z.output<typeof issueCardSchema>,
): Promise<WriteAnswer> {
  return writeOnce(services, issueCardKind(services), write, async () => {
    const { tenant } = write.caller;
    const account = services.accounts.ofCaller(write.caller, order.account);
    const issuing = facetOf(account, 'issuing');
    const { form } = order;
    const { productRef, network, cardholderRef, address } = await checkOrder(services, tenant, account, order);
    const id = newUuid(services.now());
    return {
      account,
      resourceId: id,
      insert: (client, operationId, at) =>
        insertOrderedCard(
          client,
          {
            id,
            tenant,
            provider: account.provider,
            account: account.name,
            productRef,
            cardholderRef,
            form,
            network,
          },
          operationId,
          at,
        ),
      send: (call) =>
        issuing.issue({ reference: toPublicId('card', id), productRef, cardholderRef, form, address }, call),
    };
  });
}
