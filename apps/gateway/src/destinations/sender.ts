import type { Logger } from 'pino';
import type { Pace } from '../pace.ts';
import type { Services } from '../services.ts';
import type { Pending } from './backlog.ts';
import type { LeasedDestination } from './deliverer-store.ts';
import { OpenAttempts } from './open-attempts.ts';
import { openPoster, type Poster } from './post.ts';
import type { Reported, Reports } from './reports.ts';
import { retryDelayMs } from './schedule.ts';

/** Before an event is tried again that cannot be read. */
const unreadableMs = 1000;

export interface SenderOptions {
  readonly services: Services;
  /** Before each post; it is shared by all destinations, each of which is a group. */
  readonly pace: Pace;
  readonly log: Logger;
}

/** Posts the events of a backlog that are due, several at once, and keeps what came of each for the next report. */
export class Sender {
  readonly #services: Services;
  readonly #pace: Pace;
  readonly #log: Logger;
  readonly #parts: Reported;
  readonly #reports: Reports;
  readonly #open: OpenAttempts;
  #destination: LeasedDestination;
  #poster: Poster;
  #isStopped = false;

  /**
   * @param onRoom called when another attempt may begin, after those that are due have
   * @throws if the sealing key of the destination's secrets is not configured
   */
  constructor(
    { services, pace, log }: SenderOptions,
    parts: Reported,
    reports: Reports,
    destination: LeasedDestination,
    onRoom: () => void,
  ) {
    this.#services = services;
    this.#pace = pace;
    this.#log = log;
    this.#parts = parts;
    this.#reports = reports;
    this.#destination = destination;
    this.#poster = openPoster(services, destination);
    this.#open = new OpenAttempts(() => {
      this.start();
      onRoom();
    });
  }

  /** No attempt is under way. */
  get isIdle(): boolean {
    return this.#open.isEmpty;
  }

  /** Whether no attempt will begin any more. */
  get hasEnded(): boolean {
    return this.#isStopped || this.#parts.condition.health.status === 'disabled';
  }

  /** Begins no further attempt. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Lets attempts that are under way end. */
  close(): void {
    void this.#poster.close();
  }

  /** A request has changed the destination. @throws as the constructor does; then all stays as it was */
  change(after: LeasedDestination): void {
    const before = this.#destination;
    if (after.url !== before.url || !after.secretsSealed.equals(before.secretsSealed)) {
      const poster = openPoster(this.#services, after);
      void this.#poster.close();
      this.#poster = poster;
    }
    this.#destination = after;
  }

  /** Begins as many attempts as may be under way at once. */
  start(): void {
    const { backlog, condition } = this.#parts;
    const now = this.#services.now();
    if (!this.#mayPost(now)) return;
    const isProbe = condition.health.isOpen;
    while (this.#hasRoom()) {
      const event = isProbe ? backlog.takeLeastTried() : backlog.take(now, this.#open.hasRoomAgain);
      if (event === null) return;
      this.#begin(event, isProbe);
    }
  }

  /** Milliseconds until an attempt may begin that may not yet; infinite if only the end of another one makes room for it. */
  untilDueMs(): number {
    const { backlog, condition } = this.#parts;
    const now = this.#services.now();
    const mayBegin = this.#mayPost(now) && this.#hasRoom();
    return condition.restMs(now) || (mayBegin ? backlog.nextDueAt() - now : Infinity);
  }

  #mayPost(now: number): boolean {
    return this.#reports.hasLease && !this.hasEnded && this.#parts.condition.restMs(now) === 0;
  }

  #hasRoom(): boolean {
    return this.#parts.condition.health.isOpen ? this.#open.isEmpty : this.#open.hasRoom;
  }

  #begin(event: Pending, isProbe: boolean): void {
    const isAgain = event.attempts > 0;
    const attempt = this.#attempt(event, isProbe).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'an event cannot be read for now');
      const now = this.#services.now();
      event.dueAt = now + unreadableMs;
      this.#parts.backlog.putBack(event, now);
    });
    this.#open.add(attempt, isAgain);
  }

  async #attempt(event: Pending, isProbe: boolean): Promise<void> {
    const { backlog, unreported, reader, condition } = this.#parts;
    const read = event.event ?? (await reader.readAt(event.position));
    await this.#pace(this);
    const attemptedAt = new Date(this.#services.now());
    if (!this.#mayPost(attemptedAt.getTime())) {
      backlog.putBack(event, attemptedAt.getTime());
      return;
    }
    if (read === null) {
      // It was removed from the log, or is not for this destination's eyes any more.
      unreported.gone(event);
      backlog.remove(event, attemptedAt.getTime());
      return;
    }
    event.attempts += 1;
    const { url } = this.#destination;
    const posted = await this.#poster.post(read.event.id, read.text());
    if (this.#reports.isLost) return;
    const now = this.#services.now();
    // What the URL from before says is nothing to the new one.
    const isThere = url === this.#destination.url;
    if (posted.delivered) {
      unreported.delivered(event, new Date(now));
      backlog.remove(event, now);
      if (isThere) {
        this.#open.delivered();
        // What failed with it need not wait for its own time.
        if (condition.succeeded()) backlog.wakeAll(now);
      }
    } else {
      event.dueAt = now;
      if (isThere) {
        condition.failed(event.subjectId, posted, isProbe, now);
        event.dueAt += Math.max(retryDelayMs(event.attempts), (posted.retryAfterSeconds ?? 0) * 1000);
      }
      unreported.changed(event);
      backlog.putBack(event, now);
    }
    this.#services.metrics.deliveryCounter.inc({ result: posted.delivered ? 'delivered' : 'failed' });
    unreported.attempted(event, read.event, posted, attemptedAt);
  }
}
