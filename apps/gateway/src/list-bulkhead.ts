import { createBulkhead } from './bulkhead.ts';
import { ProblemError } from './problem.ts';
import { type Work, workLeftMs } from './work.ts';

/** Keeps the storage of providers' lists, however many and long, from taking all request connections. */
export interface ListBulkhead {
  /**
   * Stores a list of this many rows when it is this account's turn. Each account stores one at a time, so an account whose rows
   * are locked occupies only one slot.
   *
   * @throws ProblemError 503 if too much of the account is queued, 504 if the request's time is over: nothing was stored
   */
  store<T>(work: Work, account: string, rows: number, store: () => Promise<T>): Promise<T>;
}

export interface ListBulkheadOptions {
  /** Lists stored concurrently, each on a connection. */
  readonly slots: number;
  /** Lists of one account that may be queued. */
  readonly queue: number;
}

/** Per account, because queued lists are held in memory. */
const mostRowsWaiting = 20_000;

export function createListBulkhead({ slots, queue }: ListBulkheadOptions): ListBulkhead {
  const bulkhead = createBulkhead({ slots, slotsPerKey: 1, queue, queuedSize: mostRowsWaiting });

  async function acquire(work: Work, account: string, rows: number): Promise<void> {
    switch (await bulkhead.acquire(account, { waitMs: workLeftMs(work), size: rows })) {
      case null:
        return;
      case 'full':
        throw new ProblemError(
          'account-busy',
          'Too many lists of this account are waiting to be stored; nothing of this one was stored.',
          { retryAfterSeconds: 1 },
        );
      case 'late':
        throw new ProblemError('deadline-exceeded', 'No time was left to store the list; nothing of it was stored.');
    }
  }

  return {
    store: async (work, account, rows, store) => {
      await acquire(work, account, rows);
      try {
        return await store();
      } finally {
        bulkhead.release(account);
      }
    },
  };
}
