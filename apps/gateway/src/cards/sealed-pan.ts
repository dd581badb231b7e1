import type { Pan } from '@card-gateway/core';
import type { Services } from '../services.ts';
import { panPlace } from './provider-cards-store.ts';
import { type CardRow } from './store.ts';

/** The number of a card whose provider finds it by nothing else; null for the others'. @throws when it cannot be opened */
export function sealedPan(
  { sealing }: Services,
  { panSealed, account, providerRef }: Pick<CardRow, 'panSealed' | 'account' | 'providerRef'>,
): Pan | null {
  return panSealed === null || providerRef === null ? null : sealing.openPan(panSealed, panPlace(account, providerRef));
}
