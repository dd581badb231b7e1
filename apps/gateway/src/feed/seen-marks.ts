import type { Pool } from 'pg';
import { checkOf, type CursorPlace, type Place } from '../events/cursor.ts';
import type { EventFilter } from '../events/feed-store.ts';
import { type EventMark, eventWrittenBefore } from '../events/mark-store.ts';

/** The marks of the last events. Most readers who ask again have seen all but a few events, which are not for them. */
export interface SeenMarks {
  /** Behind the last of them. */
  readonly end: Place;
  /** Adds those behind the end. @param writtenAt when the event before them was written */
  add(marks: readonly EventMark[], writtenAt: Date | null): void;
  /** Begins anew. */
  startAt(end: Place): void;
  /**
   * Whether they tell that nothing behind a cursor passes the filter.
   *
   * @returns a place up to which there is nothing; null if the log must be read
   */
  passed(filter: EventFilter, cursor: CursorPlace): Promise<Place | null>;
}

const mostKept = 5000;
/** For how long the log is not compared again. */
const comparedMs = 50;

export function createSeenMarks(pool: Pool): SeenMarks {
  let end: Place = { position: 0, writtenAt: null };
  let kept: EventMark[] = [];
  /** When the event before the first of these was written. */
  let before: Date | null = null;
  let comparing: Promise<boolean> | null = null;

  /** When the event before a position was written; undefined if that is not known. */
  function writtenBefore(position: number): Date | null | undefined {
    const at = kept.length - (end.position - position);
    return at === 0 ? before : kept[at - 1]?.createdAt;
  }

  /** Whether the log still has the last event, and so all of them: otherwise it was set back. All who ask share one look. */
  function isSameLog(): Promise<boolean> {
    if (comparing !== null) return comparing;
    const { position, writtenAt } = end;
    const mine = eventWrittenBefore(pool, position).then((at) => isSame(at, writtenAt));
    comparing = mine;
    const forget = (): void => {
      if (comparing === mine) comparing = null;
    };
    mine.then(() => setTimeout(forget, comparedMs).unref(), forget);
    return mine;
  }

  return {
    get end() {
      return end;
    },
    add: (marks, writtenAt) => {
      const last = marks.at(-1);
      if (last === undefined) return;
      if (!isSame(writtenAt, end.writtenAt)) [kept, before] = [[], writtenAt];
      kept.push(...marks);
      if (kept.length > 2 * mostKept) before = kept.splice(0, mostKept).at(-1)?.createdAt ?? null;
      end = { position: Number(last.position) + 1, writtenAt: last.createdAt };
    },
    startAt: (place) => {
      end = place;
      [kept, before] = [[], place.writtenAt];
      comparing = null;
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
