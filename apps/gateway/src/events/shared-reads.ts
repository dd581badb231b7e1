import { createBulkhead } from '../bulkhead.ts';
import type { EventViews } from '../event-views.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import type { CursorPlace } from './cursor.ts';
import type { EventFilter } from './feed-store.ts';
import { type EventsRead, readEvents } from './read-events.ts';

/**
 * @param asking who asks; without it the process itself
 * @throws ProblemError as {@link readEvents}, or 504 if all who asked had gone before their turn
 */
export type ReadShared = (filter: EventFilter, from: From, limit: number, asking?: Asking) => Promise<EventsRead>;

/** Null for the oldest event that is kept. */
export type From = CursorPlace | null;

/** A request of an API key. */
export interface Asking {
  readonly keyId: string;
  /** Whether nobody waits for its answer any more. */
  readonly isGone: () => boolean;
}

interface Part {
  readonly end: number;
  readonly read: Promise<EventsRead>;
  readonly begin: () => Promise<void>;
  readonly giveUp: () => void;
  hasBegun: boolean;
  /** How many who asked for it wait. */
  waiting: number;
}

/** How long a part is handed on after it was read, while the log has not grown. */
const keptMs = 50;
/** More would take the connections of others when a crowd with a filter each is woken. */
const mostAtOnce = 4;

const itself: Asking = { keyId: '', isGone: () => false };

/** Reads a part of the log once for all who ask for the same at about the same time. API keys take turns. */
export function shareReads(services: Pick<Services, 'pool' | 'eventTail'>, views: EventViews): ReadShared {
  const parts = new Map<string, Part>();
  const slots = createBulkhead({ slots: mostAtOnce, queue: Infinity });

  async function readInTurn(part: Part, { keyId, isGone }: Asking): Promise<void> {
    await slots.acquire(keyId, { waitMs: Infinity });
    part.waiting -= 1;
    if (!part.hasBegun) {
      if (!isGone()) await part.begin();
      else if (part.waiting === 0) part.giveUp();
    }
    slots.release(keyId);
  }

  function partOf(key: string, filter: EventFilter, from: From, limit: number): Part {
    const { promise, resolve, reject } = Promise.withResolvers<EventsRead>();
    const { position, check } = from ?? { position: null, check: null };
    const forget = (): void => {
      if (parts.get(key) === part) parts.delete(key);
    };
    const part: Part = {
      end: services.eventTail.end,
      read: promise,
      begin: async () => {
        part.hasBegun = true;
        try {
          resolve(await readEvents(services, views, { ...filter, from: position, check, limit }));
          setTimeout(forget, keptMs).unref();
        } catch (error) {
          forget();
          reject(error);
        }
      },
      giveUp: () => {
        forget();
        reject(new ProblemError('deadline-exceeded', 'Nobody waited for the events any more.'));
      },
      hasBegun: false,
      waiting: 0,
    };
    parts.set(key, part);
    return part;
  }

  return (filter, from, limit, asking = itself) => {
    const key = JSON.stringify([filter, from, limit]);
    const known = parts.get(key);
    const part = known?.end === services.eventTail.end ? known : partOf(key, filter, from, limit);
    if (!part.hasBegun) {
      part.waiting += 1;
      void readInTurn(part, asking);
    }
    return part.read;
  };
}
