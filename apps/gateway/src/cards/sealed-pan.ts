import type { Pan } from '@card-gateway/core';
import type { Services } from '../services.ts';
import { panPlace } from './provider-cards-store.ts';
import { type CardRow } from './store.ts';

/** The card's number if its provider looks cards up only by number; otherwise null. @throws if it cannot be opened */
export function sealedPan(
  { sealing }: Services,
  { panSealed, account, providerRef }: Pick<CardRow, 'panSealed' | 'account' | 'providerRef'>,
): Pan | null {
  return panSealed === null || providerRef === null ? null : sealing.openPan(panSealed, panPlace(account, providerRef));
}
