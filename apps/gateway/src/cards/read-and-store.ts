import type { Finding, Outcome, ProviderCall, ProviderCard } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { Services } from '../services.ts';
import { storeProviderCards } from './provider-cards-store.ts';
import { sealedPan } from './sealed-pan.ts';
import type { CardRow } from './store.ts';

/** A card read at its provider, and when that was requested. */
export interface CardReading {
  readonly outcome: Outcome<Finding<ProviderCard>>;
  readonly askedAt: Date;
}

/** Reads a card at its provider and stores the description; null if no call shows it. */
export async function readAndStore(
  services: Services,
  account: OpenAccount,
  row: CardRow,
  call: ProviderCall,
): Promise<CardReading | null> {
  const { cards } = account.adapter;
  const { providerRef } = row;
  if (cards === undefined || providerRef === null) return null;
  const askedAt = new Date(services.now());
  const outcome = await cards.read({ providerRef, pan: sealedPan(services, row) }, call);
  if (outcome.kind === 'done' && outcome.value.found) {
    await storeProviderCards(services.pool, services.sealing, account, [outcome.value.value], askedAt);
  }
  return { outcome, askedAt };
}
