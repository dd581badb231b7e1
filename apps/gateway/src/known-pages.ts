import type { PageHead } from '@card-gateway/core';

/** A page of an account's list of cards as this process last stored it, without its rows. */
export interface KnownPage {
  readonly head: PageHead;
  /** The provider's ids of its rows, one a line. */
  readonly refs: string;
  readonly askedAt: Date;
  /** The versions of its rows after that. */
  readonly versions: readonly string[];
}

/** The latest pages of accounts' lists, by account and position. A page of 100 rows takes some two kilobytes. */
export interface KnownPages {
  get(account: string, position: string | null): KnownPage | undefined;
  set(account: string, position: string | null, page: KnownPage): void;
}

/** At 100 rows each, a quarter of a million cards. */
const mostPages = 2500;
/** A page that no reading has shown for this long may be of a list that is no longer there. */
const staleAfterMs = 86_400_000;

/**
 * @param most pages to keep. A list is read from its start to its end: to make room for its next page would drop the one that is
 *   read first the next time, so what is there stays, unless it is stale.
 */
export function createKnownPages(most: number = mostPages): KnownPages {
  const pages = new Map<string, KnownPage>();
  const keyOf = (account: string, position: string | null): string => JSON.stringify([account, position]);

  return {
    get: (account, position) => pages.get(keyOf(account, position)),
    set: (account, position, page) => {
      const key = keyOf(account, position);
      pages.delete(key);
      const [oldest] = pages;
      if (pages.size >= most && oldest !== undefined) {
        if (page.askedAt.getTime() - oldest[1].askedAt.getTime() < staleAfterMs) return;
        pages.delete(oldest[0]);
      }
      pages.set(key, page);
    },
  };
}
