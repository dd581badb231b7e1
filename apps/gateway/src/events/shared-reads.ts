import { createBulkhead } from '../bulkhead.ts';
import type { EventViews } from '../event-views.ts';
import type { Services } from '../services.ts';
import type { CursorPlace } from './cursor.ts';
import type { EventFilter } from './feed-store.ts';
import { type EventsRead, readEvents } from './read-events.ts';

/** @throws ProblemError as {@link readEvents} */
export type ReadShared = (filter: EventFilter, from: From, limit: number) => Promise<EventsRead>;

/** Null for the oldest event that is kept. */
export type From = CursorPlace | null;

/** How long a part is handed on after it was read, while the log has not grown. */
const keptMs = 50;
/** More would take the connections of others when a crowd with a filter each is woken. */
const mostAtOnce = 4;

/** Reads a part of the log once for all who ask for the same at about the same time. */
export function shareReads(services: Pick<Services, 'pool' | 'eventTail'>, views: EventViews): ReadShared {
  const parts = new Map<string, { readonly end: number; readonly read: Promise<EventsRead> }>();
  const slots = createBulkhead({ slots: mostAtOnce, queue: Infinity });

  async function read(filter: EventFilter, from: From, limit: number): Promise<EventsRead> {
    await slots.acquire('', { waitMs: Infinity });
    try {
      const { position, check } = from ?? { position: null, check: null };
      return await readEvents(services, views, { ...filter, from: position, check, limit });
    } finally {
      slots.release('');
    }
  }

  return (filter, from, limit) => {
    const key = JSON.stringify([filter, from, limit]);
    const { end } = services.eventTail;
    const known = parts.get(key);
    if (known?.end === end) return known.read;
    const part = { end, read: read(filter, from, limit) };
    parts.set(key, part);
    const forget = (): void => {
      if (parts.get(key) === part) parts.delete(key);
    };
    part.read.then(() => setTimeout(forget, keptMs).unref(), forget);
    return part.read;
  };
}
