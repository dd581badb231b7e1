import type { WriteKinds } from '../ledger/kind.ts';
import type { Services } from '../services.ts';
import { changeKinds } from './change-card.ts';
import { issueCardKind } from './issue-card.ts';

/** All writes on cards: what a provider's description of a card may resolve. */
export function cardWriteKinds(services: Services): WriteKinds {
  return [issueCardKind(services), ...changeKinds(services)];
}
