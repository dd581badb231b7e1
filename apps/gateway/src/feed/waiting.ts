import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';

/** Bounds the requests that wait for events, of each key and in all. @returns takes a place, and returns what leaves it */
export function boundWaiting({ config, metrics }: Pick<Services, 'config' | 'metrics'>): (keyId: string) => () => void {
  const ofKeys = new Map<string, number>();
  let all = 0;
  return (keyId) => {
    const ofKey = ofKeys.get(keyId) ?? 0;
    if (ofKey >= config.EVENTS_WAITING_PER_KEY) throw tooMany('requests of this API key');
    if (all >= config.EVENTS_WAITING) throw tooMany('requests');
    ofKeys.set(keyId, ofKey + 1);
    all += 1;
    metrics.waitingReaders.set(all);
    return () => {
      const left = (ofKeys.get(keyId) ?? 0) - 1;
      if (left > 0) ofKeys.set(keyId, left);
      else ofKeys.delete(keyId);
      all -= 1;
      metrics.waitingReaders.set(all);
    };
  };
}

function tooMany(what: string): ProblemError {
  const detail = `Too many ${what} wait for events, and there is nothing to read yet. Ask again later, or without \`wait\`.`;
  return new ProblemError('wait-limit', detail, { retryAfterSeconds: 5 });
}
