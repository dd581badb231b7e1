import type { Logger } from 'pino';
import { checkOf, type Place, positionOf } from '../events/cursor.ts';
import type { EventRead, EventsRead } from '../events/read-events.ts';
import type { ReadShared } from '../events/shared-reads.ts';
import { hasType, selectionOf } from '../events/selection.ts';
import { sightOf } from '../events/sight.ts';
import { ProblemError } from '../problem.ts';
import type { Services } from '../services.ts';
import type { Backlog } from './backlog.ts';
import type { LeasedDestination, Replay, Report } from './deliverer-store.ts';

/** What reads the event log for one destination. */
export interface Reader {
  /** Adds the next events to the backlog. @returns whether it came any further */
  read(backlog: Backlog): Promise<boolean>;
  /** Resolves once there may be more to read, or when the signal aborts; only then if the last read found less than there should be. */
  hasMore(signal: AbortSignal): Promise<void>;
  /** One event that was read before; null if it is no longer kept, or the destination may not see it. */
  readAt(position: number): Promise<EventRead | null>;
  /** Where to read on. */
  readonly next: Place;
  /** A report says that the filter by which it read up to this place still held then. */
  confirm(place: Place): void;
  /** How far the cursors may be moved: to what is neither delivered nor stored. */
  positions(backlog: Backlog): Pick<Report, 'replay'> & { readonly log: number };
  /** The end of a replay is stored. */
  endReplay(ended: Replay): void;
  /** The destination was changed. */
  change(destination: LeasedDestination): void;
}

const pageSize = 100;

export interface ReaderOptions {
  readonly services: Services;
  /** Destinations that are at the same place of the log share what they read. */
  readonly read: ReadShared;
  /** Reads single events, of which thousands may be due at once. */
  readonly readAgain: ReadShared;
  readonly log: Logger;
}

export function createReader({ services, read, readAgain, log }: ReaderOptions, first: LeasedDestination): Reader {
  const { eventTail, now } = services;
  let destination = first;
  let next: Place = { position: first.position, writtenAt: null };
  let confirmed = next;
  let replay: (Replay & { next: number }) | null = started(first.replay);
  let isReplayTurn = false;
  let isShort = false;

  const sight = () => ({ tenant: destination.tenant, sees: sightOf(destination) });

  /** Reads on from a place, or from the oldest event if those from there on were removed. @throws also if the log was set back */
  async function readFrom({ position: from, writtenAt }: Place): Promise<EventsRead & { readonly from: number }> {
    const filter = { ...sight(), types: selectionOf(destination.types), account: destination.account ?? undefined };
    try {
      return { ...(await read(filter, { position: from, check: writtenAt && checkOf(writtenAt) }, pageSize)), from };
    } catch (error) {
      const oldest = error instanceof ProblemError ? positionOf(error.details.oldestCursor ?? '') : null;
      if (oldest === null || oldest <= from) throw error;
      return readFrom({ position: oldest, writtenAt: null });
    }
  }

  async function readLog(backlog: Backlog): Promise<boolean> {
    const [from, before] = [next, destination];
    const part = await readFrom(from);
    // It was changed meanwhile, and may get other events.
    if (destination !== before) return true;
    const removed = part.from - from.position;
    if (removed > 0) log.error({ removed }, 'events of the log were removed before this destination got them');
    for (const event of part.events) add(backlog, 'log', event);
    next = { position: part.next, writtenAt: part.nextWrittenAt };
    return part.next > from.position;
  }

  async function readReplay(backlog: Backlog, running: Replay & { next: number }): Promise<boolean> {
    const part = await readFrom({ position: running.next, writtenAt: null });
    if (replay !== running) return true;
    const removed = part.from - running.next;
    if (removed > 0) log.error({ removed }, 'events of the log were removed before a replay came to them');
    for (const event of part.events) {
      const { type, createdAt } = event.event;
      const at = new Date(createdAt);
      const isSelected = at >= running.after && at < running.before && hasType(running.types, type);
      if (isSelected && event.position < running.end) add(backlog, 'replay', event);
    }
    running.next = Math.max(part.next, running.next + 1);
    return true;
  }

  function add(backlog: Backlog, source: 'log' | 'replay', event: EventRead): void {
    const { position, subjectId } = event;
    if (source === 'log' ? backlog.meetsLog(position) : backlog.get(position) !== undefined) return;
    const fresh = { attempts: 0, dueAt: 0, isOpen: false, isStored: false };
    backlog.add({ position, subjectId, source, event, ...fresh }, now());
  }

  return {
    read: async (backlog) => {
      const isReplaying = replay !== null && replay.next < replay.end;
      isReplayTurn = isReplaying && !isReplayTurn;
      if (replay !== null && isReplayTurn) return readReplay(backlog, replay);
      const cameOn = next.position < eventTail.end && (await readLog(backlog));
      isShort = next.position < eventTail.end && !cameOn;
      return cameOn || isReplaying;
    },
    // A log that was set back has less than is known of its end: what is read of it meanwhile is known, too, and would be read without end.
    hasMore: (signal) => eventTail.reached(isShort ? Infinity : next.position, signal),
    readAt: async (position) => {
      try {
        const [event] = (await readAgain(sight(), { position, check: null }, 1)).events;
        return event?.position === position ? event : null;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== 'cursor-expired') throw error;
        log.error({ position }, 'an event was removed from the log before this destination accepted it');
        return null;
      }
    },
    get next() {
      return next;
    },
    confirm: (place) => {
      confirmed = place;
    },
    positions: (backlog) => {
      const log = backlog.firstUnstored('log') ?? next.position;
      if (replay === null) return { log, replay: null };
      const position = backlog.firstUnstored('replay') ?? (replay.next < replay.end ? replay.next : null);
      return { log, replay: { of: replay, position } };
    },
    endReplay: (ended) => {
      if (replay === ended) replay = null;
    },
    change: (after) => {
      // Since the last report that knew of no change, events may have been passed that the destination is to get.
      if (selectionKey(after) !== selectionKey(destination)) next = confirmed;
      destination = after;
      if (replayKey(after.replay) !== replayKey(replay)) replay = started(after.replay);
    },
  };
}

const selectionKey = ({ types, account }: LeasedDestination): string => JSON.stringify([types, account]);

function replayKey(replay: Replay | null): string {
  return JSON.stringify(replay === null ? null : [replay.end, replay.after, replay.before, replay.types]);
}

function started(replay: Replay | null): (Replay & { next: number }) | null {
  return replay === null ? null : { ...replay, next: replay.position };
}
