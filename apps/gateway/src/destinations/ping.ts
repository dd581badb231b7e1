import type { deliveryAttemptSchema, EventView } from '@card-gateway/contract';
import { newUuid, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import type { KeyBulkhead } from '../key-bulkhead.ts';
import type { Services } from '../services.ts';
import { workLeftMs } from '../work.ts';
import { actOn, auditPost, type Request } from './audit.ts';
import { ownDestination } from './owner.ts';
import { openPoster } from './post.ts';
import { attemptView } from './read-destinations.ts';
import { tryAgainNow } from './store.ts';
import { destinationView } from './view.ts';

/** Milliseconds of the request's time that are left for its answer. */
const reserveMs = 250;

/** In a process, each with a connection of its own, which a host that hangs holds until the time-out. */
export const pingsAtOnce = 16;
export const pingsOfKeyAtOnce = 4;

/**
 * Posts a test event now, whatever the destination's status.
 *
 * @throws ProblemError 403, 404; 503 or 504 as {@link KeyBulkhead}
 */
export function pingDestination(
  services: Services,
  pings: KeyBulkhead,
  request: Request,
  id: string,
): Promise<z.output<typeof deliveryAttemptSchema>> {
  return pings.inTurn(request.work, request.caller.keyId, () => ping(services, request, id));
}

async function ping(services: Services, request: Request, id: string): Promise<z.output<typeof deliveryAttemptSchema>> {
  const row = await ownDestination(services, request.caller, id);
  await auditPost(services, request, actOn('destination.ping', row.id));
  const attemptedAt = new Date(services.now());
  const eventId = newUuid(attemptedAt.getTime());
  const publicId = toPublicId('event', eventId);
  const event: EventView = {
    id: publicId,
    type: 'destination.ping',
    provider: null,
    account: null,
    // Not the destination: a receiver that keeps versions would then take a ping for the first of its events.
    subject: publicId,
    subjectVersion: 1,
    data: { ...destinationView(row) },
    previous: null,
    operation: null,
    requestId: null,
    cursor: null,
    createdAt: attemptedAt.toISOString(),
  };
  const poster = openPoster(services, row, { timeoutMs: workLeftMs(request.work) - reserveMs });
  try {
    const posted = await poster.post(event.id, JSON.stringify(event));
    if (posted.delivered && row.status === 'failing') await tryAgainNow(services.pool, row.id);
    return attemptView({
      ...posted,
      destinationId: row.id,
      eventId,
      type: 'destination.ping',
      attempt: 1,
      attemptedAt,
      nextAttemptAt: null,
    });
  } finally {
    void poster.close();
  }
}
