import { found, listed } from '../admin-lists.ts';
import { changeCard } from './events.ts';
import { seedCards, type OpenApiBin, type OpenApiCard, type SeedOpenApiCards, type World } from './state.ts';
import type { OpenApiTransaction } from './transactions.ts';

export interface OpenApiAdmin {
  bins(): OpenApiBin[];
  cards(): OpenApiCard[];
  seedBins(bins: OpenApiBin[]): void;
  seedCards(seed: SeedOpenApiCards): void;
  seedTransactions(transactions: OpenApiTransaction[]): void;
  /** By `card_id`; amounts are literals, e.g. `'100.00'`. The customer is notified of a changed status. */
  updateCard(cardId: string, change: Partial<OpenApiCard>): OpenApiCard;
}

export function openApiAdmin(world: World): OpenApiAdmin {
  return {
    bins: () => listed(world.state.bins),
    cards: () => listed(world.state.cards),
    seedBins: (bins) => void world.state.bins.push(...bins),
    seedCards: (seed) => seedCards(world.state, world.config, seed),
    seedTransactions: (transactions) => void world.state.transactions.push(...transactions),
    updateCard: (cardId, change) => {
      const card = found(
        world.state.cards.find((one) => one.card_id === cardId),
        cardId,
      );
      changeCard(world, card, change);
      return { ...card };
    },
  };
}
