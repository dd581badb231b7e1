import type { Callback, Signed } from '../callbacks/delivery.ts';
import { cardOnWire, type OpenApiCard, type World } from './state.ts';

/** open-api-issuer.md §5.1, by a card's new status; undefined if no event is documented. */
function eventTagOf(before: number, after: number): string | undefined {
  const tags: Record<number, string> = {
    2: before === 3 ? 'card.status.unfreeze' : 'card.status.active',
    3: 'card.status.freeze',
    4: 'card.status.closing',
    5: 'card.status.closed',
    6: 'card.status.lost',
    7: 'card.status.replace',
  };
  return tags[after];
}

/** A change by the issuer. It also sets the time of a status change, unless the change states one (§5.1). */
export function changeCard(world: World, card: OpenApiCard, change: Partial<OpenApiCard>): void {
  const before = card.status;
  Object.assign(card, change);
  if (card.status === before) return;
  const moment = new Date(world.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  if (card.status === 2) card.use_at ||= moment;
  if (card.status === 4 || card.status === 5) card.close_at ||= moment;
  if (card.status === 5) card.end_at ||= moment;
  const eventTag = eventTagOf(before, card.status);
  const merchant = String(world.config.appId);
  if (eventTag === undefined || world.callbacks.urlOf({ provider: 'open-api', merchant }) === '') return;
  world.callbacks.push(statusEvent(world, merchant, eventTag, card));
}

/** §5.1: number, CVV and PIN in clear, nothing signed, no own number. Describes the card at that moment. */
function statusEvent(world: World, merchant: string, eventTag: string, card: OpenApiCard): Callback {
  const tail = card.card_id.slice(-8);
  const data = { order_id: `ord_${tail}`, out_order_id: `platform_ord_${tail}`, ...cardOnWire(card) };
  const signed = enveloped(world, eventTag, data);
  return { provider: 'open-api', merchant, kind: eventTag, reference: card.card_id, id: '', signed: () => signed };
}

/** The published sample has no eventTag: its position is a setting. */
function enveloped(world: World, eventTag: string, data: Record<string, unknown>): Signed {
  const { eventTag: place, eventTagHeader } = world.config;
  const headers = { 'Content-Type': 'application/json' };
  switch (place) {
    case 'beside-data':
      return { headers, body: JSON.stringify({ eventTag, data }) };
    case 'among-members':
      return { headers, body: JSON.stringify({ eventTag, ...data }) };
    case 'header':
      return { headers: { ...headers, [eventTagHeader]: eventTag }, body: JSON.stringify(data) };
  }
}
