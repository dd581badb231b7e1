import type { Callback } from '../callbacks/delivery.ts';
import { signedCallback } from './callback.ts';
import type { CardStatus, KeysecureCard, Merchant, World } from './state.ts';

export interface KeysecureEvent {
  action: 'Auth' | 'Consumption' | 'Card_update';
  /** `card_no` or `consume_no`. */
  reference: string;
  data: Record<string, unknown>;
}

/** keysecure.md §11: the platform's message, with its own push id. */
export function callbackOf(world: World, merchant: Merchant, { action, reference, data }: KeysecureEvent): Callback {
  const id = world.callbacks.nextId(world.clock.now());
  return {
    provider: 'keysecure',
    merchant: merchant.apiKey,
    kind: action,
    reference,
    id,
    signed: () => signedCallback(merchant, { id, action, data }, world.config.nestedOrder, world.clock.wall()),
  };
}

export function isTold(world: World, merchant: Merchant): boolean {
  return world.callbacks.urlOf({ provider: 'keysecure', merchant: merchant.apiKey }) !== '';
}

export interface StatusChange {
  to: CardStatus;
  reason?: string | undefined;
  /** When it happened, in Unix milliseconds. */
  time: number;
}

/** The only place that changes a card's status, so that the merchant is notified of each change (keysecure.md §11.3). */
export function changeStatus(world: World, merchant: Merchant, card: KeysecureCard, change: StatusChange): void {
  const before = card.status;
  const { to, reason = '', time } = change;
  card.status = to;
  if (before === to || !isTold(world, merchant)) return;
  const data = { card_no: card.cardNo, before_status: before, after_status: to, reason, time };
  world.callbacks.push(callbackOf(world, merchant, { action: 'Card_update', reference: card.cardNo, data }));
}

/** Applies the time-driven changes since the card was last read. */
export function advanceCard(world: World, merchant: Merchant, card: KeysecureCard): KeysecureCard {
  if (card.status !== 'Pending' || card.readyAt === null || world.clock.now() < card.readyAt) return card;
  const to = card.cardType === 'Virtual' ? 'Activated' : 'ToActivate';
  changeStatus(world, merchant, card, { to, time: card.readyAt });
  return card;
}

/** Without a merchant to notify there are no timers: a card is updated when it is read. */
export function watchCard(world: World, merchant: Merchant, card: KeysecureCard): void {
  if (card.status !== 'Pending' || card.readyAt === null || !isTold(world, merchant)) return;
  world.timers.after(card.readyAt - world.clock.now(), () => {
    advanceCard(world, merchant, card);
    world.changed();
    watchCard(world, merchant, card);
  });
}

/** Updates all cards that are due, and the others on time. */
export function watchCards(world: World): void {
  for (const merchant of world.state.merchants.values()) {
    for (const card of merchant.cards.values()) watchCard(world, merchant, advanceCard(world, merchant, card));
  }
}
