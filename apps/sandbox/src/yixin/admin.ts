import { z } from 'zod';
import { listed } from '../admin-lists.ts';
import type { AdminRoutes } from '../provider.ts';
import { bind, type SeedYixinCards, type World, type YixinCard } from './state.ts';

export interface YixinAdmin {
  cards(): YixinCard[];
  seedCards(seed: SeedYixinCards): void;
}

export function yixinAdmin(world: World): YixinAdmin {
  return {
    cards: () => listed(world.state.cards),
    seedCards({ user, cards }) {
      for (const card of cards) bind(world.state, { user, ...card });
    },
  };
}

const cardsSeed = z.strictObject({
  user: z.string(),
  cards: z.array(
    z.strictObject({ cardNo: z.string(), phone: z.string(), bindCardId: z.string().nullable().optional() }),
  ),
});

export function adminRoutes({ get, post }: AdminRoutes, admin: YixinAdmin): void {
  get('cards', () => admin.cards());
  post('cards', (body) => admin.seedCards(cardsSeed.parse(body)));
}
