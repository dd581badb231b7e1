import { createBulkhead } from '../bulkhead.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';

/** Bounds the requests that wait for events, of each key and in all. @returns takes a place, and returns what leaves it */
export function boundWaiting({ config, metrics }: Pick<Services, 'config' | 'metrics'>): (keyId: string) => () => void {
  const { EVENTS_WAITING: slots, EVENTS_WAITING_PER_KEY: slotsPerKey } = config;
  const places = createBulkhead({ slots, slotsPerKey, queue: 0 });
  const count = (): void => metrics.waitingReaders.set(places.load().inUse);
  return (keyId) => {
    if (!places.tryAcquire(keyId)) {
      throw tooMany(places.load().inUse < slots ? 'requests of this API key' : 'requests');
    }
    count();
    return () => {
      places.release(keyId);
      count();
    };
  };
}

function tooMany(what: string): ProblemError {
  const detail = `Too many ${what} wait for events, and there is nothing to read yet. Ask again later, or without \`wait\`.`;
  return new ProblemError('wait-limit', detail, { retryAfterSeconds: 5 });
}
