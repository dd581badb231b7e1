import { createBulkhead } from '../bulkhead.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';

/** The places of requests that wait for events. */
export interface WaitingPlaces {
  /** @throws ProblemError 429 if there is none left */
  enter(keyId: string): void;
  leave(keyId: string): void;
}

/** Bounds the requests that wait for events, of each key and in all. */
export function boundWaiting({ config, metrics }: Pick<Services, 'config' | 'metrics'>): WaitingPlaces {
  const { EVENTS_WAITING: slots, EVENTS_WAITING_PER_KEY: slotsPerKey } = config;
  const places = createBulkhead({ slots, slotsPerKey, queue: 0 });
  const count = (): void => metrics.waitingReaders.set(places.load().inUse);
  return {
    enter: (keyId) => {
      if (!places.tryAcquire(keyId)) {
        throw tooMany(places.load().inUse < slots ? 'requests of this API key' : 'requests');
      }
      count();
    },
    leave: (keyId) => {
      places.release(keyId);
      count();
    },
  };
}

function tooMany(what: string): ProblemError {
  const detail = `Too many ${what} wait for events, and there is nothing to read yet. Ask again later, or without \`wait\`.`;
  return new ProblemError('wait-limit', detail, { retryAfterSeconds: 5 });
}
