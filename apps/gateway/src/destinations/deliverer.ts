import { workGraceMs } from '../config.ts';
import { leaseDestinations } from './deliverer-store.ts';
import type { Logger } from 'pino';
import type { EventViews } from '../event-views.ts';
import { shareReads } from '../events/shared-reads.ts';
import { createPace } from '../pace.ts';
import { startRepeating } from '../repeating.ts';
import type { Services } from '../services.ts';
import { Delivery } from './delivery.ts';
import { leaseMs } from './reports.ts';

/** Destinations without a deliverer are looked for this often. */
const lookEveryMs = 1000;
/** Taken at once, so that several processes share them. */
const mostAtOnce = 5;
/** Of all destinations, a few KB each; beyond, those with a row are read again when their turn comes. */
const mostInMemory = 10_000;
/** A post takes some 300 µs. A destination that catches up must not hold up the events of others. */
const postsInTurn = 4;

/**
 * Posts events to their destinations. Every process runs it; each destination is served by the one that holds its lease, on
 * connections of its own, so that none waits for another.
 */
export function startDeliverer({
  services,
  views,
  log,
  most = mostInMemory,
}: {
  readonly services: Services;
  readonly views: EventViews;
  readonly log: Logger;
  /** The most events in memory. */
  readonly most?: number;
}): { stop(): Promise<void> } {
  const running = new Map<Delivery, Promise<void>>();
  const holdTooMany = (): boolean => running.keys().reduce((sum, { inMemory }) => sum + inMemory, 0) > most;
  const read = shareReads(services, views);
  // Not the same: whoever has thousands to read again keeps nobody waiting who goes on in the log.
  const readAgain = shareReads(services, views);
  const options = { services, read, readAgain, pace: createPace(postsInTurn), log, holdTooMany };

  /** @returns the milliseconds until the next look */
  async function take(): Promise<number> {
    const leaseEndsAt = performance.now() + leaseMs;
    const leased = await leaseDestinations(services.pool, leaseMs, mostAtOnce);
    for (const destination of leased) {
      try {
        const delivery = new Delivery(options, destination, leaseEndsAt);
        running.set(
          delivery,
          delivery.run().finally(() => running.delete(delivery)),
        );
      } catch (error) {
        log.error({ err: error, destination: destination.id }, 'an event destination cannot be served');
      }
    }
    return leased.length === mostAtOnce ? lookEveryMs / 10 : lookEveryMs;
  }

  const looking = startRepeating(take, (error, isFirst) => {
    if (isFirst) log.warn({ err: error }, 'event destinations cannot be looked for');
    return lookEveryMs;
  });

  return {
    stop: async () => {
      await looking.stop();
      for (const delivery of running.keys()) delivery.end(workGraceMs(services.config));
      await Promise.all(running.values());
    },
  };
}
