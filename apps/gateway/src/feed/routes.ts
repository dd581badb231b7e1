import type { FastifyInstance } from 'fastify';
import { readEvent } from '../events/read-events.ts';
import { sightOf } from '../events/sight.ts';
import type { EventViews } from '../event-views.ts';
import { mount, mountHeld } from '../http/route.ts';
import type { Services } from '../services.ts';
import { createPace } from './pace.ts';
import { readFeed } from './read-feed.ts';
import { shareReads } from './shared-reads.ts';
import { watchTail } from './tail-watch.ts';
import { boundWaiting } from './waiting.ts';

/** The event feed. */
export function feedRoutes(app: FastifyInstance, services: Services, views: EventViews): void {
  const feed = {
    read: shareReads(services, views),
    watch: watchTail(services),
    enter: boundWaiting(services),
    pace: createPace(),
  };
  mountHeld(app, 'listEvents', (call) => readFeed(services, feed, call));
  mount(app, 'getEvent', ({ caller, params }) =>
    readEvent(services, views, { tenant: caller.tenant, sees: sightOf(caller) }, params.id),
  );
}
