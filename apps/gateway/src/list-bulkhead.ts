import { createBulkhead } from './bulkhead.ts';
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

export function createListBulkhead({ slots, queue }: ListBulkheadOptions): ListBulkhead {
  const bulkhead = createBulkhead({ slots, slotsPerKey: 1, queue, queuedSize: mostRowsWaiting });

  async function acquire(account: string, rows: number): Promise<void> {
    switch (await bulkhead.acquire(account, { waitMs: timeLeftMs(), size: rows })) {
      case null:
        return;
      case 'full':
        throw new ProblemError(
          'account-busy',
          'Too many lists of this account wait to be stored; nothing of this one was.',
          { retryAfterSeconds: 1 },
        );
      case 'late':
        throw new ProblemError('deadline-exceeded', 'No time was left to store the list; nothing of it was stored.');
    }
  }

  return {
    store: async (account, rows, work) => {
      await acquire(account, rows);
      try {
        await work();
      } finally {
        bulkhead.release(account);
      }
    },
  };
}
