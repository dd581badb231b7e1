import { newUuid, uuidOf } from '@card-gateway/core';
import type { Logger } from 'pino';
import type { EventViews } from '../event-views.ts';
import type { Services } from '../services.ts';
import { Backlog, type Pending } from './backlog.ts';
import {
  type LeasedDestination,
  readLeased,
  type Report,
  storeReport,
  undeliveredOf,
  type UndeliveredRow,
} from './deliverer-store.ts';
import { connectionsPerDestination, openPoster, type Posted, type Poster } from './post.ts';
import { createReader, type Reader } from './reader.ts';
import { afterFailure, type Health, healthy, retryDelayMs, storedHealth } from './schedule.ts';

/** A process that is killed is replaced after this time; by the database's clock. */
export const leaseMs = 6000;
/** The lease is prolonged, and requests are noticed, this often. */
const reportEveryMs = 1000;
/** What was delivered is stored after this time, so that many share a commit. */
const gatherMs = 40;
/** After an error of the database. */
const pauseMs = 1000;
/** Of events that are read ahead, and of those with a row; beyond either it reads no further. */
const mostUnstored = 500;
const mostStored = 2000;

export interface DeliveryOptions {
  readonly services: Services;
  readonly views: EventViews;
  readonly log: Logger;
}

/** The work for one destination, as long as this process has its lease. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #backlog = new Backlog();
  readonly #reader: Reader;
  readonly #open = new Set<Promise<void>>();
  readonly #failedSubjects = new Set<string>();
  #destination: LeasedDestination;
  #poster: Poster;
  #health: Health;
  #leaseEndsAt = performance.now() + leaseMs;
  #reportedAt = performance.now();
  /** What came since the last report. */
  #attempts: Report['attempts'][number][] = [];
  #delivered: number[] = [];
  #retried = new Set<Pending>();
  #lastSuccessAt: Date | null = null;
  #isEnding = false;
  #isLost = false;
  #wake = Promise.withResolvers<void>();

  constructor(options: DeliveryOptions, destination: LeasedDestination) {
    this.#options = options;
    this.#destination = destination;
    this.#poster = openPoster(options.services, destination);
    this.#health = storedHealth(destination);
    this.#reader = createReader(options, destination);
  }

  /** Takes no further event; {@link run} ends once attempts that are under way have ended. */
  end(): void {
    this.#isEnding = true;
    this.#wake.resolve();
  }

  /** Delivers until the lease is lost, the destination is disabled or deleted, or {@link end} is called. Never throws. */
  async run(): Promise<void> {
    const { log } = this.#options;
    let hasRows = false;
    while (!this.#isOver()) {
      try {
        if (!hasRows) this.#addRows(await undeliveredOf(this.#options.services.pool, this.#destination.id));
        hasRows = true;
        await this.#step();
      } catch (error) {
        log.warn({ err: error, destination: this.#destination.id }, 'events cannot be delivered for now');
        await this.#pause(pauseMs);
      }
    }
    if (!this.#isLost) await Promise.all(this.#open);
    await this.#giveBack();
    void this.#poster.close();
  }

  #isOver(): boolean {
    return this.#isLost || ((this.#isEnding || this.#health.status === 'disabled') && this.#open.size === 0);
  }

  async #step(): Promise<void> {
    this.#start();
    const isRead = this.#mayRead() && (await this.#reader.read(this.#backlog));
    if (isRead) this.#start();
    if (performance.now() >= this.#reportDueAt()) await this.#report(leaseMs);
    const now = this.#options.services.now();
    const restMs = (this.#health.retryAt?.getTime() ?? 0) - now;
    const waits = [
      this.#reportDueAt() - performance.now(),
      isRead ? 0 : Infinity,
      restMs > 0 ? restMs : this.#backlog.nextDueAt() - now,
    ];
    await this.#pause(Math.max(0, Math.min(...waits)));
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
    const hasNews = this.#attempts.length > 0 || this.#delivered.length > 0;
    return this.#reportedAt + (hasNews ? gatherMs : reportEveryMs);
  }

  #mayRead(): boolean {
    const { stored, unstored } = this.#backlog.counts;
    if (this.#isEnding || this.#health.status === 'disabled') return false;
    if (this.#health.isOpen) return stored + unstored === 0;
    return stored < mostStored && unstored < mostUnstored;
  }

  /** Begins as many attempts as may be under way at once. */
  #start(): void {
    const { now } = this.#options.services;
    const { status, isOpen, retryAt } = this.#health;
    const isReady = !this.#isEnding && status !== 'disabled' && performance.now() < this.#leaseEndsAt;
    if (!isReady || (retryAt !== null && retryAt.getTime() > now())) return;
    if (isOpen) {
      const event = this.#open.size === 0 ? this.#backlog.takeLeastTried() : null;
      if (event !== null) this.#begin(event, true);
      return;
    }
    while (this.#open.size < connectionsPerDestination) {
      const event = this.#backlog.take(now());
      if (event === null) return;
      this.#begin(event, false);
    }
  }

  #begin(event: Pending, isProbe: boolean): void {
    const attempt = this.#attempt(event, isProbe)
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error, destination: this.#destination.id }, 'an event cannot be read for now');
        event.dueAt = this.#options.services.now() + pauseMs;
        this.#backlog.putBack(event, this.#options.services.now());
      })
      .finally(() => {
        this.#open.delete(attempt);
        this.#start();
        this.#wake.resolve();
      });
    this.#open.add(attempt);
  }

  async #attempt(event: Pending, isProbe: boolean): Promise<void> {
    const { now, metrics } = this.#options.services;
    const view = event.event ?? (await this.#reader.readAt(event.position));
    if (view === null) {
      // Removed from the log, or not for this destination's eyes any more.
      this.#finish(event);
      return;
    }
    event.attempts += 1;
    const attemptedAt = new Date(now());
    const posted = await this.#poster.post(view.id, JSON.stringify(view));
    if (this.#isLost) return;
    metrics.deliveryCounter.inc({ result: posted.delivered ? 'delivered' : 'failed' });
    if (posted.delivered) this.#succeeded(event);
    else this.#failed(event, posted, isProbe);
    const { retryAfterSeconds: _seconds, ...told } = posted;
    this.#attempts.push({
      ...told,
      id: newUuid(attemptedAt.getTime()),
      eventId: uuidOf('event', view.id),
      type: view.type,
      attempt: event.attempts,
      attemptedAt,
      nextAttemptAt: posted.delivered ? null : new Date(event.dueAt),
    });
  }

  #finish(event: Pending): void {
    if (event.isStored) this.#delivered.push(event.position);
    this.#retried.delete(event);
    this.#backlog.remove(event, this.#options.services.now());
  }

  #succeeded(event: Pending): void {
    const now = this.#options.services.now();
    const { isOpen, status } = this.#health;
    this.#finish(event);
    this.#lastSuccessAt = new Date(now);
    this.#failedSubjects.clear();
    if (status === 'disabled') return;
    this.#health = healthy;
    if (status === 'failing') this.#log('an event destination is back');
    // What failed with it need not wait for its own time.
    if (isOpen) this.#backlog.wakeAll(now);
  }

  #failed(event: Pending, { httpStatus, retryAfterSeconds }: Posted, isProbe: boolean): void {
    const now = this.#options.services.now();
    const before = this.#health.status;
    this.#failedSubjects.add(event.subjectId);
    const isGeneral = this.#failedSubjects.size > 1;
    this.#health = afterFailure(this.#health, { httpStatus, retryAfterSeconds, isGeneral, isProbe }, now);
    event.dueAt = now + Math.max(retryDelayMs(event.attempts), (retryAfterSeconds ?? 0) * 1000);
    this.#retried.add(event);
    this.#backlog.putBack(event, now);
    if (this.#health.status !== before) {
      this.#log(this.#health.status === 'disabled' ? 'disabled an event destination' : 'an event destination fails');
    }
  }

  #log(text: string): void {
    const { failures, disabledReason } = this.#health;
    this.#options.log.warn({ destination: this.#destination.id, failures, disabledReason }, text);
  }

  /** Stores what came since the last report; until it is stored, it is reported again. @param lease 0 to give the lease back */
  async #report(lease: number): Promise<void> {
    const { services } = this.#options;
    const begunAt = performance.now();
    const kept = [...new Set([...this.#backlog.toStore(), ...this.#retried])];
    this.#backlog.markStored(kept);
    this.#retried.clear();
    const { log: position, replay } = this.#reader.positions(this.#backlog);
    const report = {
      revision: this.#destination.revision,
      position,
      replay,
      health: this.#health,
      lastSuccessAt: this.#lastSuccessAt,
      delivered: this.#delivered.slice(),
      undelivered: kept.map(rowOf),
      attempts: this.#attempts.slice(),
    };
    let revision: number | null;
    try {
      revision = await storeReport(services.pool, this.#destination, report, lease);
    } catch (error) {
      for (const event of kept) if (this.#backlog.get(event.position) === event) this.#retried.add(event);
      throw error;
    }
    if (revision === null) {
      this.#isLost = true;
      return;
    }
    this.#attempts.splice(0, report.attempts.length);
    this.#delivered.splice(0, report.delivered.length);
    if (replay?.position === null) this.#reader.endReplay(replay.of);
    this.#reportedAt = performance.now();
    this.#leaseEndsAt = begunAt + leaseMs;
    if (revision !== this.#destination.revision && lease > 0) await this.#readAnew();
  }

  /** A request has changed the destination, or what it is to get. */
  async #readAnew(): Promise<void> {
    const { services } = this.#options;
    const after = await readLeased(services.pool, this.#destination.id, this.#destination.fence);
    if (after === null) {
      this.#isLost = true;
      return;
    }
    this.#addRows(await undeliveredOf(services.pool, after.id));
    const before = this.#destination;
    this.#destination = after;
    if (after.url !== before.url || !after.secretsSealed.equals(before.secretsSealed)) {
      void this.#poster.close();
      this.#poster = openPoster(services, after);
    }
    this.#health = storedHealth(after);
    this.#reader.change(after);
  }

  #addRows(rows: readonly UndeliveredRow[]): void {
    const now = this.#options.services.now();
    const done = new Set(this.#delivered);
    for (const { position, subjectId, attempts, nextAttemptAt } of rows) {
      const dueAt = nextAttemptAt.getTime();
      const known = this.#backlog.get(position);
      if (known !== undefined) this.#backlog.postpone(known, dueAt, now);
      else if (!done.has(position)) {
        this.#backlog.add(
          { position, subjectId, source: 'stored', event: null, attempts, dueAt, isOpen: false, isStored: true },
          now,
        );
      }
    }
  }

  /** Reports for the last time; without it, another process would post once more what this one has. */
  async #giveBack(): Promise<void> {
    if (this.#isLost) return;
    try {
      await this.#report(0);
    } catch (error) {
      this.#options.log.warn({ err: error, destination: this.#destination.id }, 'the last deliveries cannot be stored');
    }
  }
}

function rowOf({ position, subjectId, attempts, dueAt }: Pending): UndeliveredRow {
  return { position, subjectId, attempts, nextAttemptAt: new Date(dueAt) };
}
