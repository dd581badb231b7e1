import type { ProviderCard } from '@card-gateway/core';
import type { Owner } from '../accounts/accounts.ts';
import { attemptOf, resolveByEvidence, supersede } from '../ledger/resolve.ts';
import { findOpen } from '../ledger/store.ts';
import type { Services } from '../services.ts';
import { cardWriteKinds } from './write-kinds.ts';
import { idsOfCards, storeProviderCards } from './provider-cards-store.ts';

/** How and when cards were described. */
export interface Seen {
  readonly by: 'list' | 'callback';
  /** When the provider was asked; for an unsolicited description, the latest time at which it can have happened. */
  readonly askedAt: Date;
  /** The earliest such time, if it differs. */
  readonly earliest?: Date;
}

/**
 * Stores a provider's descriptions of its cards, from a list, a read or a callback, and resolves the writes whose outcome they
 * show.
 *
 * @returns the versions of the rows that were stored
 */
export async function ingestCards(
  services: Services,
  account: Owner,
  cards: readonly ProviderCard[],
  seen: Seen,
): Promise<ReadonlySet<string>> {
  if (cards.length === 0) return new Set();
  const { ids: stored, versions } = await storeProviderCards(
    services.pool,
    services.sealing,
    account,
    cards,
    seen.askedAt,
  );
  // An outdated description can still show the outcome of a write.
  const outdated = cards.map(({ providerRef }) => providerRef).filter((ref) => !stored.has(ref));
  const ids =
    outdated.length === 0 ? stored : new Map([...stored, ...(await idsOfCards(services.pool, account.name, outdated))]);
  const refs = new Map([...ids].map(([ref, id]) => [id, ref]));
  const open = await findOpen(services.pool, account.name, [...refs.keys()]);
  for (const operation of open) {
    const kind = cardWriteKinds.find(({ type }) => type === operation.type);
    const card = cards.findLast(({ providerRef }) => providerRef === refs.get(operation.resourceId));
    if (kind?.shownBy === undefined || card === undefined) continue;
    const asOf = { earliest: seen.earliest ?? seen.askedAt, latest: seen.askedAt };
    const shown = await kind.shownBy(services, operation, card, asOf);
    if (shown === null) continue;
    if (shown.kind === 'superseded') {
      await supersede(services, operation, shown.by);
      continue;
    }
    const attempt = attemptOf(seen.by, shown, seen.askedAt, new Date(services.now()));
    await resolveByEvidence(services, kind, operation, shown, seen.by, attempt);
  }
  return versions;
}
