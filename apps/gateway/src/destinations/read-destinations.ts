import type {
  deliveryAttemptPageSchema,
  deliveryAttemptSchema,
  destinationPageSchema,
  destinationQuerySchema,
} from '@card-gateway/contract';
import { toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import { type AttemptRow, listAttemptsAt, listAttemptsOf } from './attempt-store.ts';
import { destinationOf, eventNumberOf } from './owner.ts';
import { listDestinations } from './store.ts';
import { type DestinationView, destinationView } from './view.ts';

type Query = z.output<typeof destinationQuerySchema>;
type AttemptPage = z.output<typeof deliveryAttemptPageSchema>;

/** @throws ProblemError 404 */
export async function readDestination(services: Services, caller: Caller, id: string): Promise<DestinationView> {
  return destinationView(await destinationOf(services, caller, id));
}

export function readDestinations(
  services: Services,
  caller: Caller,
  query: Query,
): Promise<z.output<typeof destinationPageSchema>> {
  return readPage(
    services,
    caller,
    'event-destinations',
    query,
    (page) => listDestinations(services.pool, caller.tenant, page),
    destinationView,
  );
}

/** The attempts at a destination, newest first. @throws ProblemError 404 */
export function readDestinationDeliveries(
  services: Services,
  caller: Caller,
  id: string,
  query: Query,
): Promise<AttemptPage> {
  const rows = async (page: PageRequest): Promise<AttemptRow[]> => {
    const destination = await destinationOf(services, caller, id);
    return listAttemptsAt(services.pool, destination.id, page);
  };
  return readPage(services, caller, `event-destinations/${id}/deliveries`, query, rows, attemptView);
}

/** The attempts to post an event to the tenant's destinations, newest first. @throws ProblemError 404 */
export function readEventDeliveries(
  services: Services,
  caller: Caller,
  id: string,
  query: Query,
): Promise<AttemptPage> {
  const rows = async (page: PageRequest): Promise<AttemptRow[]> => {
    await eventNumberOf(services, caller, id);
    return listAttemptsOf(services.pool, caller.tenant, uuidOf('event', id), page);
  };
  return readPage(services, caller, `events/${id}/deliveries`, query, rows, attemptView);
}

export function attemptView(row: Omit<AttemptRow, 'id'>): z.output<typeof deliveryAttemptSchema> {
  return {
    event: toPublicId('event', row.eventId),
    type: row.type,
    destination: toPublicId('destination', row.destinationId),
    attempt: row.attempt,
    delivered: row.delivered,
    httpStatus: row.httpStatus,
    failure: row.failure,
    answer: row.answer,
    durationMs: row.durationMs,
    attemptedAt: row.attemptedAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  };
}
