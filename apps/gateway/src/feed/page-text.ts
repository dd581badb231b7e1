import type { CloudEvent, EventView, eventPageSchema } from '@card-gateway/contract';
import type { z } from 'zod';
import { cursorAt, type Place } from '../events/cursor.ts';
import type { EventsRead } from '../events/read-events.ts';
import { madeOnce } from '../made-once.ts';

/** A page of the feed, with its texts, which are made once for all who get it. */
export interface FeedPage extends EventsRead {
  readonly isEmpty: boolean;
  readonly hasMore: boolean;
  readonly pageText: () => string;
  readonly cloudEventsText: () => string;
}

const pages = new WeakMap<EventsRead, FeedPage>();

export function pageOf(read: EventsRead): FeedPage {
  const known = pages.get(read);
  if (known !== undefined) return known;
  const made = {
    ...read,
    isEmpty: read.events.length === 0,
    hasMore: read.next < read.end,
    pageText: madeOnce(() => pageText(read)),
    cloudEventsText: madeOnce(() => cloudEventsText(read)),
  };
  pages.set(read, made);
  return made;
}

/** A page without events, of the end of the log. */
export function emptyPage({ position, writtenAt }: Place): FeedPage {
  return pageOf({ events: [], next: position, nextWrittenAt: writtenAt, end: position });
}

// Not written by the contract's schemas: events of a type that only a newer gateway knows are handed on too.

/** A page of the feed as JSON. */
function pageText({ events, next, nextWrittenAt, end }: EventsRead): string {
  const page: z.output<typeof eventPageSchema> = {
    data: events.map(({ event }) => event),
    nextCursor: cursorAt({ position: next, writtenAt: nextWrittenAt }),
    hasMore: next < end,
  };
  return JSON.stringify(page);
}

/** The same as a batch of CloudEvents 1.0, which has no place for the next cursor. */
function cloudEventsText({ events }: EventsRead): string {
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
