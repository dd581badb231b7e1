import type { replayEventsSchema } from '@card-gateway/contract';
import { toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { endOfLog, oldestOfLog } from '../events/feed-store.ts';
import { hasType } from '../events/selection.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { actOn, auditedChange, type Request } from './audit.ts';
import { changed, eventNumberOf, noSuchEvent, ownDestination } from './owner.ts';
import { addUndelivered, latestAround, retryUndelivered, startReplay } from './replay-store.ts';
import type { OwnDestinationRow } from './store.ts';
import { type DestinationView, destinationView } from './view.ts';

/** Positions before the one that was found by time: events near each other may be committed in another order. */
const slack = 10_000;

/** Posts events of the past once more. @throws ProblemError 400, 403, 404, 409 if the destination is disabled */
export async function replayEvents(
  services: Services,
  request: Request,
  id: string,
  order: z.output<typeof replayEventsSchema>,
): Promise<DestinationView> {
  const row = enabled(await ownDestination(services, request.caller, id));
  if (order.onlyFailed !== true) requireGot(row, order.types ?? []);
  const { pool } = services;
  const now = new Date(services.now());
  const after = new Date(order.after);
  const before = order.before === undefined ? now : new Date(order.before);
  if (before < after) {
    throw order.before === undefined
      ? invalidRequest({ pointer: '/after', detail: 'expected a moment in the past' })
      : invalidRequest({ pointer: '/before', detail: 'expected a moment that is not before that of `after`' });
  }
  const types = order.types ?? ['*'];
  const what = order.onlyFailed === true ? 'what failed' : types.join(', ');
  const purpose = `${after.toISOString()} to ${before.toISOString()}: ${what}`;
  const act = actOn('destination.replay', row.id, purpose);
  if (order.onlyFailed === true) {
    return auditedChange(services, request, act, async (client) =>
      destinationView(changed(await retryUndelivered(client, row.id, { after, before, types }, now))),
    );
  }
  const [oldest, end] = [await oldestOfLog(pool), await endOfLog(pool)];
  const position = Math.max(oldest, (await positionAt(services, after, oldest, end)) - slack);
  return auditedChange(services, request, act, async (client) =>
    destinationView(changed(await startReplay(client, row.id, { position, end, after, before, types }, now))),
  );
}

/** Bisects the log for the first position of an event that was created at this moment or later. */
async function positionAt({ pool }: Services, moment: Date, oldest: number, end: number): Promise<number> {
  let [low, high] = [oldest, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const createdAt = await latestAround(pool, middle);
    // Those that retention has removed meanwhile were created long before.
    if (createdAt === null || createdAt < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Posts one event once more. @throws ProblemError 403, 404, 409 if the destination is disabled */
export async function resendEvent(
  services: Services,
  request: Request,
  eventId: string,
  destinationId: string,
): Promise<DestinationView> {
  const row = enabled(await ownDestination(services, request.caller, destinationId, '/destination'), '/destination');
  const number = await eventNumberOf(services, row, eventId);
  const act = {
    action: 'event.resend',
    resource: eventId,
    purpose: `to ${toPublicId('destination', row.id)}`,
  } as const;
  await auditedChange(services, request, act, async (client) => {
    const isThere = await addUndelivered(client, row.id, number, new Date(services.now()));
    if (!isThere) throw noSuchEvent();
  });
  return destinationView(row);
}

/** @param pointer where its id stands, if it is not in the path */
function enabled(row: OwnDestinationRow, pointer?: string): OwnDestinationRow {
  if (row.status !== 'disabled') return row;
  const path = `/v1/event-destinations/${toPublicId('destination', row.id)}/enable`;
  const detail = `expected a destination that is not disabled: POST ${path} enables it`;
  const errors = pointer === undefined ? {} : { errors: [{ pointer, detail }] };
  throw new ProblemError('illegal-state', `The destination is disabled: POST ${path} first.`, errors);
}

/** @throws ProblemError 400 for types that the destination does not get */
function requireGot({ types }: OwnDestinationRow, asked: readonly string[]): void {
  const gets = (pattern: string): boolean => hasType(types, pattern) || types.some((type) => hasType([pattern], type));
  const faults = asked.flatMap((pattern, index) => (gets(pattern) ? [] : [`/types/${index}`]));
  if (faults.length === 0) return;
  throw invalidRequest(
    ...faults.map((pointer) => ({ pointer, detail: `expected types that the destination gets: ${types.join(', ')}` })),
  );
}
