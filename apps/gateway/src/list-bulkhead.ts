import { timeLeftMs } from './deadline.ts';
import { ProblemError } from './problem.ts';

/** Keeps lists of providers, however many come at once and however long they are, from taking the connections of all requests. */
export interface ListBulkhead {
  /**
   * Stores so many rows of a list once it is this account's turn: each account stores one at a time, so that one whose rows are
   * held costs the others a slot and no more.
   *
   * @throws ProblemError 503 where too much of the account waits, 504 where the request's time is over: nothing was stored
   */
  store(account: string, rows: number, work: () => Promise<void>): Promise<void>;
}

export interface ListBulkheadOptions {
  /** Lists that are stored at once, each on a connection. */
  readonly slots: number;
  /** Lists of one account that may wait for a slot. */
  readonly queue: number;
}

/** Of one account: lists that wait are held in memory. */
const mostRowsWaiting = 20_000;

interface Waiting {
  readonly account: string;
  readonly rows: number;
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

  async function acquire(account: string, rows: number): Promise<void> {
    if (storing.size < slots && !storing.has(account)) {
      storing.add(account);
      return;
    }
    const ahead = [...line].filter((waiting) => waiting.account === account);
    const rowsAhead = ahead.reduce((sum, waiting) => sum + waiting.rows, 0);
    if (ahead.length >= queue || (rowsAhead > 0 && rowsAhead + rows > mostRowsWaiting)) {
      throw new ProblemError(
        'account-busy',
        'Too many lists of this account wait to be stored; nothing of this one was.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { account, rows, enter: resolve };
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
    store: async (account, rows, work) => {
      await acquire(account, rows);
      try {
        await work();
      } finally {
        storing.delete(account);
        enterNext();
      }
    },
  };
}
