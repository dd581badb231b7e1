import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../events/cursor.ts';
import { type EventFilter, type EventMark, nextMarks } from '../events/feed-store.ts';
import type { Services } from '../services.ts';

/** Tells readers that wait when something has come that may be for them. */
export interface TailWatch {
  /**
   * Resolves once there may be an event behind the place that passes the filter, or when the signal aborts.
   *
   * @returns a place up to which there is none
   */
  wait(filter: EventFilter, place: Place, signal: AbortSignal): Promise<Place>;
}

interface Waiter {
  readonly filter: EventFilter;
  readonly place: Place;
  readonly wake: (upTo: Place) => void;
}

const failurePauseMs = 250;

/**
 * Reads each new event's marks once for all who wait: ten thousand readers with a filter each cost one statement as long as
 * nothing is for them.
 */
export function watchTail({ pool, eventTail }: Pick<Services, 'pool' | 'eventTail'>): TailWatch {
  const waiters = new Set<Waiter>();
  /** Behind the events whose marks have been read, while anybody waits. */
  let seen: Place = { position: 0, writtenAt: null };
  let run: AbortController | null = null;

  function tell(marks: readonly EventMark[]): void {
    for (const waiter of waiters) {
      const { filter, place } = waiter;
      const isForIt = marks.some((mark) => Number(mark.position) >= place.position && mayPass(filter, mark));
      if (isForIt) waiter.wake(place);
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await eventTail.reached(seen.position, signal);
      try {
        const marks = signal.aborted ? [] : await nextMarks(pool, seen.position);
        if (signal.aborted) return;
        const last = marks.at(-1);
        if (last !== undefined) {
          seen = { position: Number(last.position) + 1, writtenAt: last.createdAt };
          tell(marks);
          continue;
        }
        // The database was set back, and this process does not know it yet.
      } catch {
        // The database is away: who waits goes on waiting, and whoever asks it something is told.
      }
      await pause(failurePauseMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    wait: (filter, place, signal) => {
      const isBehind = run !== null && place.position < seen.position;
      // Then the log was set back.
      const isBeyondEnd = seen.position > eventTail.end;
      if (signal.aborted || (isBehind && !isBeyondEnd)) return Promise.resolve(place);
      const { promise, resolve } = Promise.withResolvers<Place>();
      const wake = (upTo: Place): void => {
        waiters.delete(waiter);
        signal.removeEventListener('abort', leave);
        if (waiters.size === 0) {
          run?.abort();
          run = null;
        }
        resolve(upTo);
      };
      const leave = (): void => wake(seen.position > place.position ? seen : place);
      const waiter = { filter, place, wake };
      waiters.add(waiter);
      signal.addEventListener('abort', leave);
      if (run === null || isBehind) {
        run?.abort();
        seen = place;
        run = new AbortController();
        void watch(run.signal);
      }
      return promise;
    },
  };
}

/** Whether an event may pass a filter: all that do, and few others. */
function mayPass({ tenant, sees, types, account, subject }: EventFilter, mark: EventMark): boolean {
  const { kind } = mark;
  return (
    mark.tenant === tenant &&
    (types === undefined || types.types.includes(mark.type) || types.kinds.includes(kind)) &&
    (account === undefined || mark.account === account) &&
    (subject === undefined ||
      (kind === subject.kind &&
        (subject.kind === 'account' ? mark.account === subject.account : mark.subjectId === subject.id))) &&
    (sees.all ||
      sees.kinds.some((one) => one === kind) ||
      (kind === 'operation' && sees.operationTypes.length > 0) ||
      (kind === 'sync' && (sees.syncsOfCards || sees.syncsOfBindings)))
  );
}
