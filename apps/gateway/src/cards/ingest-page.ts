import type { Page, PageHead, ProviderCard } from '@card-gateway/core';
import type { OpenAccount } from '../accounts/accounts.ts';
import { inParts } from '../in-parts.ts';
import type { Services } from '../services.ts';
import { jobWork } from '../work.ts';
import { ingestCards } from './ingest-cards.ts';
import { confirmKnownPage } from './known-page-store.ts';

/** A page that was stored, with the provider's ids of its rows. */
export interface StoredPage extends PageHead {
  readonly refs: readonly string[];
}

/**
 * Stores a page of an account's list of cards. Its rows are not even read if the page is the same as when this process last
 * stored it, and nobody has written its rows since.
 */
export async function ingestPage(
  services: Services,
  account: OpenAccount,
  position: string | null,
  page: Page<ProviderCard>,
  askedAt: Date,
): Promise<StoredPage> {
  const { next, nextPart, isWhole, total, unreadable, digest } = page;
  const head: PageHead = { next, nextPart, isWhole, total, unreadable, digest };
  const store = <T>(rows: number, work: () => Promise<T>): Promise<T> =>
    services.lists.store(jobWork, account.name, rows, work);

  const known = services.knownPages.get(account.name, position);
  if (known !== undefined && known.head.digest === digest) {
    const refs = known.refs.split('\n');
    const version = await store(refs.length, () => confirmKnownPage(services.pool, account, known, askedAt));
    if (version !== null) {
      services.knownPages.set(account.name, position, { ...known, askedAt, versions: [version] });
      return { ...head, refs };
    }
  }

  const { items } = page;
  const versions = new Set<string>();
  await inParts(items, async (part) => {
    const stored = await store(part.length, () => ingestCards(services, account, part, { by: 'list', askedAt }));
    for (const version of stored) versions.add(version);
  });
  const refs = [...new Set(items.map(({ providerRef }) => providerRef))];
  if (digest !== undefined && refs.length > 0) {
    services.knownPages.set(account.name, position, { head, refs: refs.join('\n'), askedAt, versions: [...versions] });
  }
  return { ...head, refs };
}
