import { setTimeout as pause } from 'node:timers/promises';
import type { CursorPlace, Place } from '../events/cursor.ts';
import type { EventFilter } from '../events/feed-store.ts';
import { type EventMark, nextMarks } from '../events/mark-store.ts';
import type { Services } from '../services.ts';
import { createSeenMarks, mayPass } from './seen-marks.ts';

/** Tells readers that wait when something has come that may be for them. */
export interface TailWatch {
  /** A place up to which there is surely nothing behind a cursor that passes the filter; null if the log must be read. */
  passed(filter: EventFilter, cursor: CursorPlace): Promise<Place | null>;
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
  /** By the subject that they want events of: most events are of another. */
  const waiters = new Map<string, Set<Waiter>>();
  /** The events whose marks have been read, while anybody waits. */
  const seen = createSeenMarks(pool);
  let run: AbortController | null = null;

  function tell(marks: readonly EventMark[]): void {
    for (const mark of marks) {
      for (const subject of ['', mark.subjectId, ...(mark.account === null ? [] : [mark.account])]) {
        for (const { filter, place, wake } of waiters.get(subject) ?? []) {
          if (mayPass(filter, mark) && Number(mark.position) >= place.position) wake(place);
        }
      }
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await eventTail.reached(seen.end.position, signal);
      try {
        if (signal.aborted) return;
        const { marks, fromWrittenAt } = await nextMarks(pool, seen.end.position);
        if (signal.aborted) return;
        if (marks.length > 0) {
          seen.add(marks, fromWrittenAt);
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

  // Then the log was set back.
  const isBeyondEnd = (): boolean => seen.end.position > eventTail.end;

  return {
    passed: async (filter, cursor) => (run === null || isBeyondEnd() ? null : seen.passed(filter, cursor)),
    wait: (filter, place, signal) => {
      const isBehind = run !== null && place.position < seen.end.position;
      if (signal.aborted || (isBehind && !isBeyondEnd())) return Promise.resolve(place);
      const { promise, resolve } = Promise.withResolvers<Place>();
      const subject = subjectKey(filter);
      const of = waiters.get(subject) ?? new Set();
      const wake = (upTo: Place): void => {
        of.delete(waiter);
        if (of.size === 0) waiters.delete(subject);
        signal.removeEventListener('abort', leave);
        if (waiters.size === 0) {
          run?.abort();
          run = null;
        }
        resolve(upTo);
      };
      const leave = (): void => wake(seen.end.position > place.position ? seen.end : place);
      const waiter = { filter, place, wake };
      of.add(waiter);
      waiters.set(subject, of);
      signal.addEventListener('abort', leave);
      if (run === null || isBehind) {
        run?.abort();
        seen.startAt(place);
        run = new AbortController();
        void watch(run.signal);
      }
      return promise;
    },
  };
}

/** What {@link EventMark} has as its subject, or as its account where that is the subject; empty for readers of all subjects. */
function subjectKey({ subject }: EventFilter): string {
  if (subject === undefined) return '';
  return subject.kind === 'account' ? subject.account : subject.id;
}
