import type { FastifyInstance } from 'fastify';
import { readEvent } from '../events/read-events.ts';
import { shareReads } from '../events/shared-reads.ts';
import { sightOf } from '../events/sight.ts';
import type { EventViews } from '../event-views.ts';
import { mountHeld } from '../http/held.ts';
import { mount } from '../http/route.ts';
import { createPace } from '../pace.ts';
import type { Services } from '../services.ts';
import { readFeed } from './read-feed.ts';
import { watchTail } from './tail-watch.ts';
import { boundWaiting } from './waiting.ts';

/** An answer to a reader takes some 100 µs, and the request with which it asks again some 200. */
const answersInTurn = 2;

/** The event feed. */
export function feedRoutes(app: FastifyInstance, services: Services, views: EventViews): void {
  const feed = {
    read: shareReads(services, views),
    watch: watchTail(services),
    places: boundWaiting(services),
    pace: createPace(answersInTurn),
  };
  mountHeld(app, 'listEvents', (call) => readFeed(services, feed, call));
  mount(app, 'getEvent', ({ caller, params }) =>
    readEvent(services, views, { tenant: caller.tenant, sees: sightOf(caller) }, params.id),
  );
}
