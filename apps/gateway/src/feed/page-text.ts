import type { CloudEvent, EventView, eventPageSchema } from '@card-gateway/contract';
import type { z } from 'zod';
import { cursorAt } from '../events/cursor.ts';
import type { EventsRead } from '../events/read-events.ts';

// Not written by the contract's schemas: events of a type that only a newer gateway knows are handed on too.

/** A page of the feed as JSON. */
export function pageText({ events, next, nextWrittenAt, end }: EventsRead): string {
  const page: z.output<typeof eventPageSchema> = {
    data: events.map(({ event }) => event),
    nextCursor: cursorAt({ position: next, writtenAt: nextWrittenAt }),
    hasMore: next < end,
  };
  return JSON.stringify(page);
}

/** The same as a batch of CloudEvents 1.0, which has no place for the next cursor. */
export function cloudEventsText({ events }: EventsRead): string {
  return JSON.stringify(events.map(({ event }) => cloudEvent(event)));
}

function cloudEvent(event: EventView): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.account === null ? 'urn:card-gateway' : `urn:card-gateway:${encodeURIComponent(event.account)}`,
    type: event.type,
    subject: event.subject,
    time: event.createdAt,
    datacontenttype: 'application/json',
    data: event,
  };
}
