import { done, mapOutcome, type Outcome, type ProviderCard, toPublicId } from '@card-gateway/core';
import type { AtOnce, LookUp, WriteKind } from '../ledger/kind.ts';
import { notOurs, requireOurs } from '../ledger/word.ts';
import { describeProviderCard } from './provider-cards-store.ts';
import { acceptedAtOnce, acceptOrder, failedAtOnce, failOrder, getCard, nameOrder, type ShownCard } from './store.ts';
import { cardOfWrite, cardView } from './view.ts';

/** A card whose order the provider accepted; after a look-up with the provider's description. */
interface IssuedCard {
  readonly providerRef: string;
  readonly described?: ProviderCard;
  /** Only a person says that the card belongs to this order: no row that has it is replaced. */
  readonly isWord?: boolean;
}

/** How an order's outcome changes the card, and how a lost answer is reconciled: by our reference. */
export const issueCardKind: WriteKind<IssuedCard> = {
  type: 'issueCard',
  successStatus: 201,
  apply: async ({ sealing }, client, operation, outcome, { at, askedAt }) => {
    switch (outcome.kind) {
      case 'done': {
        const { providerRef, described, isWord = false } = outcome.value;
        await (isWord ? nameOrder : acceptOrder)(client, operation.resourceId, providerRef, at);
        if (described === undefined) return;
        const account = { tenant: operation.tenant, name: operation.account, provider: operation.provider };
        await describeProviderCard(client, sealing, account, described, askedAt);
        return;
      }
      case 'refused':
        await failOrder(client, operation.resourceId, at);
        return;
      case 'unknown':
        return;
    }
  },

  view: cardOfWrite,

  lookUp: async (_services, account, operation, call): Promise<LookUp<IssuedCard> | null> => {
    const reconciliation = account.adapter.issuing?.reconciliation;
    if (reconciliation?.by !== 'look-up') return null;
    const reference = toPublicId('card', operation.resourceId);
    const outcome = await reconciliation.find({ reference, sentAt: operation.createdAt }, call);
    if (outcome.kind === 'done' && !outcome.value.found) return { kind: 'absent' };
    return found(outcome);
  },

  // Only this order was sent with our reference.
  shownBy: async (_services, operation, card, { latest }) =>
    card.ourReference === toPublicId('card', operation.resourceId) && latest >= operation.createdAt
      ? { kind: 'done', value: { providerRef: card.providerRef, described: card }, evidence: null }
      : null,

  resolved: async ({ pool }, { operation, account, providerRef, work }) => {
    if (providerRef === null) return null;
    const cards = account?.adapter.cards;
    if (account === null || cards === undefined) return done({ providerRef, isWord: true });
    const reference = toPublicId('card', operation.resourceId);
    const outcome = await account.lookUp(work, (call) => cards.read({ providerRef, pan: null }, call));
    const described = requireOurs(account, outcome, reference);
    const row = await getCard(pool, operation.tenant, operation.resourceId);
    const holders = new Set([row?.cardholderRef, described.cardholderRef].filter((ref) => ref ?? false));
    if (holders.size > 1) throw notOurs();
    return done({ providerRef, described, isWord: described.ourReference !== reference });
  },
};

/**
 * How the answer to an order changes its card, which nobody knew before.
 *
 * @param card as recorded; called once there is an answer
 */
export function issuedAtOnce(card: () => ShownCard): AtOnce<IssuedCard> {
  return (outcome, { at }) => {
    if (outcome.kind === 'refused') return { resolve: failedAtOnce };
    const { providerRef } = outcome.value;
    return {
      resolve: acceptedAtOnce,
      own: { provider_ref: providerRef },
      view: cardView({ ...card(), providerRef, updatedAt: at.toISOString() }),
    };
  };
}

function found(outcome: Outcome<{ found: true; value: ProviderCard } | { found: false }>): Outcome<IssuedCard> {
  return mapOutcome(outcome, (finding) => {
    if (!finding.found) throw new Error('A finding that found nothing is absent.');
    return { providerRef: finding.value.providerRef, described: finding.value };
  });
}
