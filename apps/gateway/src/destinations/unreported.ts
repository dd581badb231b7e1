import type { EventView } from '@card-gateway/contract';
import { newUuid, uuidOf } from '@card-gateway/core';
import type { Backlog, Pending } from './backlog.ts';
import type { Report } from './deliverer-store.ts';
import type { Posted } from './post.ts';

/** The part of a report that is gathered from one to the next. */
export type Gathered = Pick<Report, 'attempts' | 'delivered' | 'undelivered' | 'lastSuccessAt'>;

/** What came of attempts since the last report. It stays until a report of it is stored. */
export class Unreported {
  readonly #backlog: Backlog;
  #attempts: Gathered['attempts'][number][] = [];
  /** Positions of delivered events that have a row. */
  #delivered: number[] = [];
  /** Events whose attempts or time have changed. */
  readonly #changed = new Set<Pending>();
  #lastSuccessAt: Date | null = null;
  #stored: Pending[] = [];

  constructor(backlog: Backlog) {
    this.#backlog = backlog;
  }

  get isEmpty(): boolean {
    return this.#attempts.length === 0 && this.#delivered.length === 0;
  }

  /** Attempts among it. */
  get count(): number {
    return this.#attempts.length;
  }

  /** An attempt has ended; `event` has its number, and when it is tried again. */
  attempted(event: Pending, { id, type }: EventView, posted: Posted, attemptedAt: Date): void {
    const { retryAfterSeconds: _seconds, ...told } = posted;
    this.#attempts.push({
      ...told,
      id: newUuid(attemptedAt.getTime()),
      eventId: uuidOf('event', id),
      type,
      attempt: event.attempts,
      attemptedAt,
      nextAttemptAt: posted.delivered ? null : new Date(event.dueAt),
    });
  }

  delivered(event: Pending, at: Date): void {
    this.#lastSuccessAt = at;
    this.gone(event);
  }

  /** It is not to be delivered any more. */
  gone(event: Pending): void {
    if (event.isStored) this.#delivered.push(event.position);
    this.#changed.delete(event);
  }

  changed(event: Pending): void {
    this.#changed.add(event);
  }

  /** Whether the row of this event is still there although it was delivered. */
  hasDelivered(position: number): boolean {
    return this.#delivered.includes(position);
  }

  /** What a report tells; events that get a row by it count as stored from now on. */
  gather(): Gathered {
    this.#stored = [...new Set([...this.#backlog.toStore(), ...this.#changed])];
    this.#backlog.markStored(this.#stored);
    this.#changed.clear();
    return {
      attempts: [...this.#attempts],
      delivered: [...this.#delivered],
      undelivered: this.#stored.map(({ position, subjectId, attempts, dueAt }) => ({
        position,
        subjectId,
        attempts,
        nextAttemptAt: new Date(dueAt),
      })),
      lastSuccessAt: this.#lastSuccessAt,
    };
  }

  /** The report is stored. */
  forget({ attempts, delivered }: Gathered): void {
    this.#attempts.splice(0, attempts.length);
    this.#delivered.splice(0, delivered.length);
  }

  /** It may not be: the next one tells it again. */
  keep(): void {
    for (const event of this.#stored) if (this.#backlog.get(event.position) === event) this.#changed.add(event);
  }
}
