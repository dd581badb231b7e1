import type { EventRead } from '../events/read-events.ts';
import { isDue } from './schedule.ts';

/** Where an event was read: by the destination's cursor, by its replay, or out of the undelivered events. */
export type Source = 'log' | 'replay' | 'stored';

/** An event that is still to be delivered. */
export interface Pending {
  readonly position: number;
  readonly subjectId: string;
  source: Source;
  /** Null if it is to be read when its turn comes, as by a process that took over, which knows only its row. */
  event: EventRead | null;
  attempts: number;
  /** Unix milliseconds. */
  dueAt: number;
  /** An attempt is under way. */
  isOpen: boolean;
  /** It has a row, so that a cursor may pass it. */
  isStored: boolean;
}

/** The events that a destination has not got yet, by subject: of each, only the first is due. */
export class Backlog {
  readonly #all = new Map<number, Pending>();
  readonly #bySubject = new Map<string, Pending[]>();
  /** First events of their subjects: never tried, to be tried once more, and those whose time has not come. */
  readonly #due = new Set<Pending>();
  readonly #dueAgain = new Set<Pending>();
  readonly #later = new Set<Pending>();
  #stored = 0;
  #inMemory = 0;

  /** How many have a row, and how many have none. */
  get counts(): { readonly stored: number; readonly unstored: number } {
    return { stored: this.#stored, unstored: this.#all.size - this.#stored };
  }

  /** How many need not be read when their turn comes. */
  get inMemory(): number {
    return this.#inMemory;
  }

  get(position: number): Pending | undefined {
    return this.#all.get(position);
  }

  /** Adds an event that is not in it. */
  add(event: Pending, now: number): void {
    this.#all.set(event.position, event);
    if (event.isStored) this.#stored += 1;
    if (event.event !== null) this.#inMemory += 1;
    const ofSubject = this.#bySubject.get(event.subjectId) ?? [];
    const [first] = ofSubject;
    const at = ofSubject.findIndex(({ position }) => position > event.position);
    if (at === -1) ofSubject.push(event);
    else ofSubject.splice(at, 0, event);
    this.#bySubject.set(event.subjectId, ofSubject);
    // An event that comes again before others of its subject takes their turn, but for one that is under way.
    if (ofSubject[0] !== event || first?.isOpen === true) return;
    if (first !== undefined) this.#unqueue(first);
    this.#queue(event, now);
  }

  /** Takes the next event that is due; an attempt begins. @param mayBeAgain whether it may be one that was tried before */
  take(now: number, mayBeAgain = true): Pending | null {
    this.#wake(now);
    const [event] = mayBeAgain && this.#dueAgain.size > 0 ? this.#dueAgain : this.#due;
    return event === undefined ? null : this.#open(event);
  }

  /** The log's cursor has come to an event that a replay has read: it waits for it too. @returns whether there is such an event */
  meetsLog(position: number): boolean {
    const event = this.#all.get(position);
    if (event?.source === 'replay') event.source = 'log';
    return event !== undefined;
  }

  /** Whether an event that may be tried now has never been. */
  hasUntried(): boolean {
    for (const { attempts } of this.#firsts()) if (attempts === 0) return true;
    return false;
  }

  /** Takes the event that was tried least, whether it is due or not. */
  takeLeastTried(): Pending | null {
    let least: Pending | null = null;
    for (const event of this.#firsts()) {
      if (
        least === null ||
        event.attempts < least.attempts ||
        (event.attempts === least.attempts && event.position < least.position)
      )
        least = event;
    }
    return least === null ? null : this.#open(least);
  }

  /** It was delivered, or there is no such event any more: the next of its subject is due. */
  remove(event: Pending, now: number): void {
    this.#all.delete(event.position);
    if (event.isStored) this.#stored -= 1;
    if (event.event !== null) this.#inMemory -= 1;
    this.#unqueue(event);
    const left = (this.#bySubject.get(event.subjectId) ?? []).filter((other) => other !== event);
    const [next] = left;
    if (next === undefined) this.#bySubject.delete(event.subjectId);
    else {
      this.#bySubject.set(event.subjectId, left);
      if (!next.isOpen) this.#queue(next, now);
    }
  }

  /** An attempt has ended, and the event is to be tried again at its new time. */
  putBack(event: Pending, now: number): void {
    event.isOpen = false;
    const [first] = this.#bySubject.get(event.subjectId) ?? [];
    if (first !== undefined) this.#queue(first, now);
  }

  /** Gives an event, or all that wait for their time, another time. */
  postpone(event: Pending, dueAt: number, now: number): void {
    event.dueAt = dueAt;
    if (this.#due.has(event) || this.#dueAgain.has(event) || this.#later.has(event)) this.#queue(event, now);
  }

  wakeAll(now: number): void {
    for (const event of this.#later) this.postpone(event, now, now);
  }

  /** The time of the next event that is not due yet; infinite if there is none. */
  nextDueAt(): number {
    let next = Infinity;
    for (const { dueAt } of this.#later) next = Math.min(next, dueAt);
    return next;
  }

  /**
   * Those without a row that wait behind an event with one, or for another attempt: a cursor may pass them only with a row. None
   * is stored before an earlier one of its subject that an attempt is under way for: whoever takes over would post it first.
   */
  toStore(): Pending[] {
    const found: Pending[] = [];
    for (const ofSubject of this.#bySubject.values()) {
      const [first] = ofSubject;
      if (first === undefined || (!first.isStored && (first.attempts === 0 || first.isOpen))) continue;
      for (const event of ofSubject) if (!event.isStored && !event.isOpen) found.push(event);
    }
    return found;
  }

  markStored(events: readonly Pending[]): void {
    for (const event of events) {
      if (!event.isStored) this.#stored += 1;
      event.isStored = true;
    }
  }

  /** Those with a row are to be read again when their turn comes. */
  forgetStored(): void {
    for (const event of this.#all.values()) {
      if (!event.isStored || event.event === null) continue;
      event.event = null;
      this.#inMemory -= 1;
    }
  }

  /** The first position of this source that a cursor must not pass. */
  firstUnstored(source: Source): number | null {
    let first: number | null = null;
    for (const event of this.#all.values()) {
      if (!event.isStored && event.source === source && (first === null || event.position < first))
        first = event.position;
    }
    return first;
  }

  /** Those that no attempt is under way for. */
  #firsts(): Pending[] {
    return [...this.#due, ...this.#dueAgain, ...this.#later];
  }

  #queue(event: Pending, now: number): void {
    this.#unqueue(event);
    if (event.isOpen) return;
    if (!isDue(event.dueAt, now)) this.#later.add(event);
    else (event.attempts === 0 ? this.#due : this.#dueAgain).add(event);
  }

  #unqueue(event: Pending): void {
    this.#due.delete(event);
    this.#dueAgain.delete(event);
    this.#later.delete(event);
  }

  #open(event: Pending): Pending {
    this.#unqueue(event);
    event.isOpen = true;
    return event;
  }

  #wake(now: number): void {
    for (const event of this.#later) if (isDue(event.dueAt, now)) this.#queue(event, now);
  }
}
