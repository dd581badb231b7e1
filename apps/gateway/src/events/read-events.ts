import type { EventView } from '@card-gateway/contract';
import { type Uuid, uuidOf } from '@card-gateway/core';
import type { EventViews } from '../event-views.ts';
import { madeOnce } from '../made-once.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import { checkOf, cursorAt } from './cursor.ts';
import { eventNumber, eventUuid } from './event-id.ts';
import { viewEvents } from './event-view.ts';
import { type EventFilter, findEvent, scanEvents } from './feed-store.ts';

/** An event that was read, at its place in the log. */
export interface EventRead {
  readonly position: number;
  /** The subject's id in the database; those of two kinds are never equal. */
  readonly subjectId: Uuid;
  readonly event: EventView;
  /** The event as JSON, made once for all who share it. */
  readonly text: () => string;
}

/** A part of the event log, read from some position on. */
export interface EventsRead {
  /** In the order of their positions. */
  readonly events: readonly EventRead[];
  /** From where to read on, also if there was no event. */
  readonly next: number;
  /** When the event before that was written; null without one. */
  readonly nextWrittenAt: Date | null;
  /** The position behind the last event of all: there is more to read at once if `next` is before it. */
  readonly end: number;
}

/**
 * Reads the events from a position on that pass the filter. It looks at a bounded number of positions, so a part can be empty
 * though more follow.
 *
 * @param from the position of the first event; null for the oldest that is kept
 * @param check of a cursor: what it says of the event before `from`; null if nothing
 * @param limit the most events
 * @throws ProblemError `cursor-expired` if events from there on were removed, or the log does not reach that far
 */
export async function readEvents(
  { pool }: Pick<Services, 'pool'>,
  views: EventViews,
  {
    from,
    limit,
    check = null,
    ...filter
  }: EventFilter & {
    readonly from: number | null;
    readonly limit: number;
    readonly check?: string | null;
  },
): Promise<EventsRead> {
  const part = await scanEvents(pool, filter, from, limit);
  const isOther = check !== null && part.fromWrittenAt !== null && checkOf(part.fromWrittenAt) !== check;
  if (part.from < part.oldest || part.from > part.end || isOther) throw cursorExpired(part);
  const shown = await viewEvents(pool, views, part.events);
  return {
    events: part.events.flatMap(({ position, subjectId }, at) => {
      const event = shown[at];
      return event === undefined
        ? []
        : [{ position: Number(position), subjectId, event, text: madeOnce(() => JSON.stringify(event)) }];
    }),
    next: part.next,
    nextWrittenAt: part.nextWrittenAt,
    end: part.end,
  };
}

function cursorExpired({ from, oldest }: { readonly from: number; readonly oldest: number }): ProblemError {
  const detail =
    from < oldest
      ? 'The events behind this cursor are no longer kept.'
      : 'This cursor is not of this event log: a backup was restored, or it is of another gateway.';
  return new ProblemError(
    'cursor-expired',
    `${detail} Read the resources anew, and go on from \`oldestCursor\`, the oldest event that is kept.`,
    { oldestCursor: cursorAt({ position: oldest, writtenAt: null }) },
  );
}

/** One event, by its public id. @throws ProblemError 404, also for one that the reader may not see */
export async function readEvent(
  { pool }: Pick<Services, 'pool'>,
  views: EventViews,
  reader: Pick<EventFilter, 'tenant' | 'sees'>,
  id: string,
): Promise<EventView> {
  const uuid = uuidOf('event', id);
  const number = eventNumber(uuid);
  const row = number === null ? null : await findEvent(pool, reader, number);
  const isIt = row !== null && eventUuid(Number(row.number), row.createdAt.getTime()) === uuid;
  const [event] = isIt ? await viewEvents(pool, views, [row]) : [];
  if (event !== undefined) return event;
  throw new ProblemError('not-found', 'There is no such event, or none that this API key may read.');
}
