import { timeLeftMs } from './deadline.ts';
import { ProblemError } from './http/problem.ts';

/** Keeps lists of providers, however many come at once and however long they are, from taking the connections of all requests. */
export interface ListBulkhead {
  /**
   * Stores a list, or a page of one, once it is this account's turn: each account stores one at a time, so that one whose rows
   * are held costs the others a slot and no more.
   *
   * @throws ProblemError 503 where too many of the account wait, 504 where the request's time is over: nothing was stored
   */
  store<T>(account: string, work: () => Promise<T>): Promise<T>;
}

export interface ListBulkheadOptions {
  /** Lists that are stored at once, each on a connection. */
  readonly slots: number;
  /** Lists of one account that may wait for a slot. */
  readonly queue: number;
}

interface Waiting {
  readonly account: string;
  readonly enter: () => void;
}

export function createListBulkhead({ slots, queue }: ListBulkheadOptions): ListBulkhead {
  const storing = new Set<string>();
  const line = new Set<Waiting>();

  function enterNext(): void {
    for (const waiting of line) {
      if (storing.size >= slots) return;
      if (storing.has(waiting.account)) continue;
      line.delete(waiting);
      storing.add(waiting.account);
      waiting.enter();
    }
  }

  async function acquire(account: string): Promise<void> {
    if (storing.size < slots && !storing.has(account)) {
      storing.add(account);
      return;
    }
    if ([...line].filter((waiting) => waiting.account === account).length >= queue) {
      throw new ProblemError(
        'account-busy',
        'Too many lists of this account wait to be stored; nothing of this one was.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { account, enter: resolve };
    line.add(waiting);
    const leftMs = timeLeftMs();
    if (leftMs === Infinity) return promise;
    const late = setTimeout(() => {
      if (line.delete(waiting)) {
        reject(new ProblemError('deadline-exceeded', 'No time was left to store the list; nothing of it was stored.'));
      }
    }, leftMs);
    return promise.finally(() => clearTimeout(late));
  }

  return {
    store: async (account, work) => {
      await acquire(account);
      try {
        return await work();
      } finally {
        storing.delete(account);
        enterNext();
      }
    },
  };
}
