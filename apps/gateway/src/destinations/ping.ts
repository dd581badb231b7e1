import type { deliveryAttemptSchema, EventView } from '@card-gateway/contract';
import { newUuid, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
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

/** Posts a test event now, whatever the destination's status. @throws ProblemError 403, 404 */
export async function pingDestination(
  services: Services,
  request: Request,
  id: string,
): Promise<z.output<typeof deliveryAttemptSchema>> {
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
  const poster = openPoster(services, row);
  try {
    const posted = await poster.post(event.id, JSON.stringify(event), workLeftMs(request.work) - reserveMs);
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
