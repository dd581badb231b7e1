import type { CursorPlace, Place } from '../events/cursor.ts';
import { type EventsRead, readEvents } from '../events/read-events.ts';
import type { EventFilter } from '../events/feed-store.ts';
import type { EventViews } from '../event-views.ts';
import type { Services } from '../services.ts';
import { cloudEventsText, pageText } from './page-text.ts';

/** A part of the log as text, made once for all who read it. */
export interface SharedPage extends EventsRead {
  readonly isEmpty: boolean;
  readonly hasMore: boolean;
  readonly pageText: () => string;
  readonly cloudEventsText: () => string;
}

export type ReadShared = (filter: EventFilter, from: From, limit: number) => Promise<SharedPage>;

/** Null for the oldest event that is kept. */
export type From = CursorPlace | null;

/** How long a part is handed on after it was read, while the log has not grown. */
const keptMs = 50;
/** More would take the connections of others when a crowd with a filter each is woken. */
const mostAtOnce = 4;

/** Reads a part once for all who ask for the same at about the same time. */
export function shareReads(services: Pick<Services, 'pool' | 'eventTail'>, views: EventViews): ReadShared {
  const parts = new Map<string, { readonly end: number; readonly page: Promise<SharedPage> }>();
  const take = createSlots(mostAtOnce);

  async function read(filter: EventFilter, from: From, limit: number): Promise<SharedPage> {
    const leave = await take();
    try {
      return asPage(
        await readEvents(services, views, {
          ...filter,
          from: from?.position ?? null,
          check: from?.check ?? null,
          limit,
        }),
      );
    } finally {
      leave();
    }
  }

  return (filter, from, limit) => {
    const key = JSON.stringify([filter, from, limit]);
    const { end } = services.eventTail;
    const known = parts.get(key);
    if (known?.end === end) return known.page;
    const part = { end, page: read(filter, from, limit) };
    parts.set(key, part);
    const forget = (): void => {
      if (parts.get(key) === part) parts.delete(key);
    };
    part.page.then(() => setTimeout(forget, keptMs).unref(), forget);
    return part.page;
  };
}

/** A part without events, of the end of the log. */
export function emptyPage({ position, writtenAt }: Place): SharedPage {
  return asPage({ events: [], next: position, nextWrittenAt: writtenAt, end: position });
}

function asPage(read: EventsRead): SharedPage {
  let page: string | null = null;
  let cloudEvents: string | null = null;
  return {
    ...read,
    isEmpty: read.events.length === 0,
    hasMore: read.next < read.end,
    pageText: () => (page ??= pageText(read)),
    cloudEventsText: () => (cloudEvents ??= cloudEventsText(read)),
  };
}

/** Slots for work, given in the order of asking. */
function createSlots(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };
  return async () => {
    if (taken >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else taken += 1;
    return leave;
  };
}
