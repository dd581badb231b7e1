import { createBulkhead } from './bulkhead.ts';
import { ProblemError } from './problem.ts';
import { type Work, workLeftMs } from './work.ts';

/** Keeps what one API key lets wait, e.g. transactions for each other's locks, from taking the connections of all. */
export interface KeyBulkhead {
  /**
   * Acts when it is this key's turn: each key does few at a time.
   *
   * @throws ProblemError 503 if too many of the key wait, 504 if the request's time is over: nothing was done
   */
  inTurn<T>(work: Pick<Work, 'deadline'>, keyId: string, act: () => Promise<T>): Promise<T>;
}

/** Of one key. */
const mostWaiting = 100;

/** @param slots at once, of all keys */
export function createKeyBulkhead(slots: number, slotsPerKey: number): KeyBulkhead {
  const bulkhead = createBulkhead({ slots, slotsPerKey, queue: mostWaiting });

  async function acquire(work: Pick<Work, 'deadline'>, keyId: string): Promise<void> {
    switch (await bulkhead.acquire(keyId, { waitMs: workLeftMs(work) })) {
      case null:
        return;
      case 'full':
        throw new ProblemError('overloaded', 'Too many such requests of this API key are waiting; nothing was done.', {
          retryAfterSeconds: 1,
        });
      case 'late':
        throw new ProblemError('deadline-exceeded', 'Others of this API key took all the time; nothing was done.');
    }
  }

  return {
    inTurn: async (work, keyId, act) => {
      await acquire(work, keyId);
      try {
        return await act();
      } finally {
        bulkhead.release(keyId);
      }
    },
  };
}
