import { eventKinds, patternsIn } from '@card-gateway/contract';
import { fromPublicId } from '@card-gateway/core';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../caller.ts';
import { readEvent } from '../events/read-events.ts';
import { shareReads } from '../events/shared-reads.ts';
import { sightOf } from '../events/sight.ts';
import { requireSeenTypes } from '../events/unseen-types.ts';
import type { EventViews } from '../event-views.ts';
import { mount, mountHeld } from '../http/route.ts';
import { createPace } from '../pace.ts';
import type { Services } from '../services.ts';
import { readFeed } from './read-feed.ts';
import { watchTail } from './tail-watch.ts';
import { boundWaiting } from './waiting.ts';

/** An answer to a reader takes some 100 µs. */
const answersInTurn = 10;

/** The event feed. */
export function feedRoutes(app: FastifyInstance, services: Services, views: EventViews): void {
  const feed = {
    read: shareReads(services, views),
    watch: watchTail(services),
    enter: boundWaiting(services),
    pace: createPace(answersInTurn),
  };
  mountHeld(app, 'listEvents', (call) => {
    const { types, subject = '' } = call.query;
    const named = types === undefined ? [] : patternsIn(types);
    const about = eventKinds.filter((kind) => kind !== 'account' && fromPublicId(kind, subject) !== null);
    const seeing = (caller: Caller): Caller => {
      requireSeenTypes(caller, named, () => 'query/types');
      requireSeenTypes(
        caller,
        about.map((kind) => `${kind}.*`),
        () => 'query/subject',
      );
      return caller;
    };
    const callerNow = async (): Promise<Caller> => seeing(await call.callerNow());
    return readFeed(services, feed, { ...call, caller: seeing(call.caller), callerNow });
  });
  mount(app, 'getEvent', ({ caller, params }) =>
    readEvent(services, views, { tenant: caller.tenant, sees: sightOf(caller) }, params.id),
  );
}
