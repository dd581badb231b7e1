import type { Logger } from 'pino';
import type { Pace } from '../pace.ts';
import type { Services } from '../services.ts';
import { Backlog, type Pending } from './backlog.ts';
import { Condition } from './condition.ts';
import { type LeasedDestination, readLeased, undeliveredOf } from './deliverer-store.ts';
import { OpenAttempts } from './open-attempts.ts';
import { openPoster, type Poster } from './post.ts';
import { createReader, type Reader, type ReaderOptions } from './reader.ts';
import { leaseMs, reportEveryMs, Reports } from './reports.ts';
import { retryDelayMs } from './schedule.ts';
import { Unreported } from './unreported.ts';

/** After an error of the database. */
const pauseMs = 1000;
/** Of events that are read ahead, and of those with a row; beyond either it reads no further. */
const mostUnstored = 500;
const mostStored = 2000;

/** The work for one destination, as long as this process has its lease. */
export class Delivery {
  readonly #services: Services;
  readonly #pace: Pace;
  readonly #log: Logger;
  readonly #backlog = new Backlog();
  readonly #unreported = new Unreported(this.#backlog);
  readonly #reader: Reader;
  readonly #condition: Condition;
  readonly #reports: Reports;
  readonly #open = new OpenAttempts(() => {
    this.#start();
    this.#wake.resolve();
  });
  #destination: LeasedDestination;
  #poster: Poster;
  #reporting: Promise<void> | null = null;
  /** By `performance.now()`: until then attempts that are under way may end. Infinite while it takes events. */
  #endsBy = Infinity;
  #isLost = false;
  #wake = Promise.withResolvers<void>();

  /**
   * @param options.pace before each post; it is shared by all destinations, each of which is a group
   * @param leaseEndsAt by `performance.now()`
   * @throws if the sealing key of its secrets is not configured
   */
  constructor(options: ReaderOptions & { readonly pace: Pace }, destination: LeasedDestination, leaseEndsAt: number) {
    const { services, log } = options;
    this.#services = services;
    this.#pace = options.pace;
    this.#log = log.child({ destination: destination.id });
    this.#destination = destination;
    this.#poster = openPoster(services, destination);
    this.#condition = new Condition(destination, this.#log);
    this.#reader = createReader({ ...options, log: this.#log }, destination);
    const reported = {
      backlog: this.#backlog,
      unreported: this.#unreported,
      reader: this.#reader,
      condition: this.#condition,
    };
    this.#reports = new Reports(services, reported, destination.position, leaseEndsAt);
  }

  /**
   * Takes no further event; {@link run} ends once attempts that are under way have ended, or after this time. What is under way
   * then is posted again by another process.
   */
  end(withinMs: number): void {
    this.#endsBy = performance.now() + withinMs;
    this.#wake.resolve();
  }

  /** Delivers until the lease is lost, the destination is disabled or deleted, or {@link end} is called. Never throws. */
  async run(): Promise<void> {
    let hasRows = false;
    while (!this.#isOver()) {
      try {
        if (!hasRows) await this.#readRows();
        hasRows = true;
        await this.#step();
      } catch (error) {
        this.#log.warn({ err: error }, 'events cannot be delivered for now');
        await this.#pause(pauseMs);
      }
    }
    await this.#reporting;
    // Without a last report another process would post once more what this one has.
    if (!this.#isLost) {
      await this.#report(0).catch((error: unknown) => {
        this.#log.warn({ err: error }, 'the last deliveries cannot be stored');
      });
    }
    void this.#poster.close();
  }

  #isOver(): boolean {
    if (this.#isLost || performance.now() >= this.#endsBy) return true;
    return this.#takesNoMore() && this.#open.isEmpty;
  }

  #takesNoMore(): boolean {
    return this.#endsBy < Infinity || this.#condition.health.status === 'disabled';
  }

  async #step(): Promise<void> {
    this.#start();
    const isRead = this.#mayRead() && (await this.#reader.read(this.#backlog));
    if (isRead) this.#start();
    if (performance.now() >= this.#reportDueAt()) this.#beginReport();
    const now = this.#services.now();
    const mayBegin = this.#mayPost(now) && this.#hasRoom();
    const untilDueMs = this.#condition.restMs(now) || (mayBegin ? this.#backlog.nextDueAt() - now : Infinity);
    const untilReportMs = Math.min(Math.min(this.#reportDueAt(), this.#endsBy) - performance.now(), reportEveryMs);
    await this.#pause(isRead ? 0 : Math.max(0, Math.min(untilDueMs, untilReportMs)));
  }

  /** Waits for this time, for the end of an attempt, or for an event to read. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = this.#wake;
    const ended = new AbortController();
    const timer = setTimeout(resolve, ms);
    if (this.#mayRead()) void this.#reader.hasMore(ended.signal).then(resolve);
    await promise;
    this.#wake = Promise.withResolvers();
    clearTimeout(timer);
    ended.abort();
  }

  #reportDueAt(): number {
    return this.#reporting === null ? this.#reports.dueAt() : Infinity;
  }

  /** Events are read and posted meanwhile. */
  #beginReport(): void {
    this.#reporting = this.#report(leaseMs)
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, 'deliveries cannot be stored for now');
        this.#reports.pause(pauseMs);
      })
      .finally(() => {
        this.#reporting = null;
        this.#wake.resolve();
      });
  }

  #mayRead(): boolean {
    const { stored, unstored } = this.#backlog.counts;
    if (this.#takesNoMore()) return false;
    // An event that never failed shows whether the destination is back, or only refuses those that it was tried with.
    if (this.#condition.health.isOpen && (!this.#open.isEmpty || this.#backlog.hasUntried())) return false;
    return stored < mostStored && unstored < mostUnstored && this.#unreported.count < mostUnstored;
  }

  #mayPost(now: number): boolean {
    if (this.#isLost || this.#takesNoMore() || performance.now() >= this.#reports.leaseEndsAt) return false;
    return this.#condition.restMs(now) === 0;
  }

  #hasRoom(): boolean {
    return this.#condition.health.isOpen ? this.#open.isEmpty : this.#open.hasRoom;
  }

  /** Begins as many attempts as may be under way at once. */
  #start(): void {
    const now = this.#services.now();
    if (!this.#mayPost(now)) return;
    const isProbe = this.#condition.health.isOpen;
    while (this.#hasRoom()) {
      const event = isProbe ? this.#backlog.takeLeastTried() : this.#backlog.take(now, this.#open.hasRoomAgain);
      if (event === null) return;
      this.#begin(event, isProbe);
    }
  }

  #begin(event: Pending, isProbe: boolean): void {
    const isAgain = event.attempts > 0;
    const attempt = this.#attempt(event, isProbe).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'an event cannot be read for now');
      const now = this.#services.now();
      event.dueAt = now + pauseMs;
      this.#backlog.putBack(event, now);
    });
    this.#open.add(attempt, isAgain);
  }

  async #attempt(event: Pending, isProbe: boolean): Promise<void> {
    const read = event.event ?? (await this.#reader.readAt(event.position));
    await this.#pace(this);
    const attemptedAt = new Date(this.#services.now());
    if (!this.#mayPost(attemptedAt.getTime())) {
      this.#backlog.putBack(event, attemptedAt.getTime());
      return;
    }
    if (read === null) {
      // It was removed from the log, or is not for this destination's eyes any more.
      this.#unreported.gone(event);
      this.#backlog.remove(event, attemptedAt.getTime());
      return;
    }
    event.attempts += 1;
    const { url } = this.#destination;
    const posted = await this.#poster.post(read.event.id, read.text());
    if (this.#isLost) return;
    const now = this.#services.now();
    if (posted.delivered) {
      this.#open.delivered();
      this.#unreported.delivered(event, new Date(now));
      this.#backlog.remove(event, now);
      // What failed with it need not wait for its own time.
      if (this.#condition.succeeded()) this.#backlog.wakeAll(now);
    } else {
      if (url === this.#destination.url) {
        this.#condition.failed(event.subjectId, posted, isProbe, now);
        event.dueAt = now + Math.max(retryDelayMs(event.attempts), (posted.retryAfterSeconds ?? 0) * 1000);
      } else {
        // What the URL from before says is nothing to the new one.
        event.dueAt = now;
      }
      this.#unreported.changed(event);
      this.#backlog.putBack(event, now);
    }
    this.#services.metrics.deliveryCounter.inc({ result: posted.delivered ? 'delivered' : 'failed' });
    this.#unreported.attempted(event, read.event, posted, attemptedAt);
  }

  /** @param lease in milliseconds; 0 to give it back */
  async #report(lease: number): Promise<void> {
    const result = await this.#reports.store(this.#destination, lease);
    this.#isLost ||= result === 'lost';
    if (result === 'changed' && lease > 0) await this.#readAnew();
  }

  /** A request has changed the destination, or what it is to get. */
  async #readAnew(): Promise<void> {
    const before = this.#destination;
    const after = await readLeased(this.#services.pool, before.id, before.fence);
    this.#isLost ||= after === null;
    if (after === null) return;
    await this.#readRows();
    if (after.url !== before.url || !after.secretsSealed.equals(before.secretsSealed)) {
      // This throws, and all stays as it was, where another process has sealed with a key that this one has not.
      const poster = openPoster(this.#services, after);
      void this.#poster.close();
      this.#poster = poster;
    }
    this.#destination = after;
    this.#condition.change(after, after.url !== before.url);
    if (after.url !== before.url) this.#backlog.wakeAll(this.#services.now());
    this.#reader.change(after);
  }

  /** Adds the events that have rows, or takes over when they are to be tried. */
  async #readRows(): Promise<void> {
    const rows = await undeliveredOf(this.#services.pool, this.#destination.id);
    const now = this.#services.now();
    for (const { nextAttemptAt, ...row } of rows) {
      const dueAt = nextAttemptAt.getTime();
      const known = this.#backlog.get(row.position);
      if (known !== undefined) {
        // It may have been resent before it had a row.
        this.#backlog.markStored([known]);
        this.#backlog.postpone(known, dueAt, now);
      } else if (!this.#unreported.hasDelivered(row.position)) {
        this.#backlog.add({ ...row, source: 'stored', event: null, dueAt, isOpen: false, isStored: true }, now);
      }
    }
  }
}
