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
  /** Wakes the waiter, once, when there may be something for it. @returns false if there may be already */
  wait(waiter: Waiter): boolean;
  /** Wakes it no more. @returns a place up to which there is nothing for it */
  leave(waiter: Waiter): Place;
}

export interface Waiter {
  readonly filter: EventFilter;
  /** It waits for what comes behind. */
  readonly place: Place;
  wake(): void;
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
  const seen = createSeenMarks({ pool, eventTail });
  let run: AbortController | null = null;

  function tell(marks: readonly EventMark[]): void {
    for (const mark of marks) {
      for (const subject of ['', mark.subjectId, ...(mark.account === null ? [] : [mark.account])]) {
        for (const waiter of waiters.get(subject) ?? []) {
          if (!mayPass(waiter.filter, mark) || Number(mark.position) < waiter.place.position) continue;
          remove(waiter);
          waiter.wake();
        }
      }
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await eventTail.reached(seen.end.position, signal);
      try {
        if (signal.aborted) return;
        const { state } = eventTail;
        const { marks, fromWrittenAt } = await nextMarks(pool, seen.end.position);
        if (signal.aborted) return;
        if (marks.length > 0) {
          seen.add(marks, fromWrittenAt, state);
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

  function remove(waiter: Waiter): void {
    const subject = subjectKey(waiter.filter);
    const of = waiters.get(subject);
    if (of?.delete(waiter) !== true) return;
    if (of.size === 0) waiters.delete(subject);
    if (waiters.size > 0) return;
    run?.abort();
    run = null;
  }

  // Then the log was set back.
  const isBeyondEnd = (): boolean => seen.end.position > eventTail.end;

  return {
    passed: async (filter, cursor) => (run === null || isBeyondEnd() ? null : seen.passed(filter, cursor)),
    wait: (waiter) => {
      const { filter, place } = waiter;
      const isBehind = run !== null && place.position < seen.end.position;
      if (isBehind && !isBeyondEnd()) return false;
      const subject = subjectKey(filter);
      const of = waiters.get(subject) ?? new Set();
      of.add(waiter);
      waiters.set(subject, of);
      if (run === null || isBehind) {
        run?.abort();
        seen.startAt(place);
        run = new AbortController();
        void watch(run.signal);
      }
      return true;
    },
    leave: (waiter) => {
      const { filter, place } = waiter;
      const end = waiters.get(subjectKey(filter))?.has(waiter) === true ? seen.endBehind(place) : place;
      remove(waiter);
      return end;
    },
  };
}

/** What {@link EventMark} has as its subject, or as its account where that is the subject; empty for readers of all subjects. */
function subjectKey({ subject }: EventFilter): string {
  if (subject === undefined) return '';
  return subject.kind === 'account' ? subject.account : subject.id;
}
