import type { EventTail } from '../event-tail.ts';
import { checkOf, type CursorPlace, type Place } from '../events/cursor.ts';
import type { EventFilter } from '../events/feed-store.ts';
import { type EventMark, eventWrittenBefore } from '../events/mark-store.ts';
import type { Services } from '../services.ts';

/** The marks of the last events. Most readers who ask again have seen all but a few events, which are not for them. */
export interface SeenMarks {
  /** Behind the last of them. */
  readonly end: Place;
  /**
   * Adds those behind the end.
   *
   * @param writtenAt when the event before them was written
   * @param state of the log, before they were read
   */
  add(marks: readonly EventMark[], writtenAt: Date | null, state: EventTail['state']): void;
  /** Begins anew. */
  startAt(end: Place): void;
  /** The end, if it is behind a place of the same log; otherwise that place. */
  endBehind(place: Place): Place;
  /**
   * Whether they tell that nothing behind a cursor passes the filter.
   *
   * @returns a place up to which there is nothing; null if the log must be read
   */
  passed(filter: EventFilter, cursor: CursorPlace): Promise<Place | null>;
}

const mostKept = 5000;
/** For how long the log is not compared again, also if its state is another. */
const comparedMs = 50;

export function createSeenMarks({ pool, eventTail }: Pick<Services, 'pool' | 'eventTail'>): SeenMarks {
  let end: Place = { position: 0, writtenAt: null };
  let kept: EventMark[] = [];
  /** When the event before the first of these was written. */
  let before: Date | null = null;
  let compared: { readonly state: symbol; readonly at: number; readonly isSame: Promise<boolean> } | null = null;

  /** When the event before a position was written; undefined if that is not known. */
  function writtenBefore(position: number): Date | null | undefined {
    const at = kept.length - (end.position - position);
    return at === 0 ? before : kept[at - 1]?.createdAt;
  }

  /** Whether the log still has the last event, and so all of them: otherwise it was set back. All who ask share one look. */
  function isSameLog(): Promise<boolean> {
    const { state } = eventTail;
    const now = performance.now();
    if (compared !== null && (compared.state === state || now - compared.at < comparedMs)) return compared.isSame;
    const { position, writtenAt } = end;
    const mine = { state, at: now, isSame: eventWrittenBefore(pool, position).then((at) => isSame(at, writtenAt)) };
    compared = mine;
    mine.isSame.catch(() => {
      if (compared === mine) compared = null;
    });
    return mine.isSame;
  }

  return {
    get end() {
      return end;
    },
    add: (marks, writtenAt, state) => {
      const last = marks.at(-1);
      if (last === undefined) return;
      if (!isSame(writtenAt, end.writtenAt)) [kept, before] = [[], writtenAt];
      kept.push(...marks);
      if (kept.length > 2 * mostKept) before = kept.splice(0, mostKept).at(-1)?.createdAt ?? null;
      end = { position: Number(last.position) + 1, writtenAt: last.createdAt };
      compared = { state, at: performance.now(), isSame: Promise.resolve(true) };
    },
    startAt: (place) => {
      end = place;
      [kept, before] = [[], place.writtenAt];
      compared = null;
    },
    endBehind: (place) => {
      const at = writtenBefore(place.position);
      return end.position > place.position && at !== undefined && isSame(at, place.writtenAt) ? end : place;
    },
    passed: async (filter, { position, check }) => {
      const at = writtenBefore(position);
      const isOther = check !== null && (!at || checkOf(at) !== check);
      if (at === undefined || isOther || !(await isSameLog())) return null;
      // More may have come meanwhile, or others in another log.
      if (writtenBefore(position) !== at) return null;
      const behind = end.position - position;
      return behind > 0 && kept.slice(-behind).some((mark) => mayPass(filter, mark)) ? null : end;
    },
  };
}

const isSame = (one: Date | null, other: Date | null): boolean => one?.getTime() === other?.getTime();

/** Whether an event may pass a filter: all that do, and few others. */
export function mayPass({ tenant, sees, types, account, subject }: EventFilter, mark: EventMark): boolean {
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
