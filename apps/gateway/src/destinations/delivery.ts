import type { Logger } from 'pino';
import type { Services } from '../services.ts';
import { Backlog } from './backlog.ts';
import { Condition } from './condition.ts';
import { type LeasedDestination, readLeased, undeliveredOf } from './deliverer-store.ts';
import { createReader, type Reader, type ReaderOptions } from './reader.ts';
import { leaseMs, reportEveryMs, Reports } from './reports.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { Unreported } from './unreported.ts';

/** After an error of the database. */
const pauseMs = 1000;
/** Of events that are read ahead, and of those with a row; beyond either it reads no further. */
const mostUnstored = 500;
const mostStored = 2000;

export interface DeliveryOptions extends ReaderOptions, SenderOptions {
  /** Whether the destinations of this process have more events in memory than they may. */
  readonly holdTooMany: () => boolean;
}

/** The work for one destination, as long as this process has its lease: reads its events, has them posted, and reports. */
export class Delivery {
  readonly #services: Services;
  readonly #log: Logger;
  readonly #holdTooMany: () => boolean;
  readonly #backlog = new Backlog();
  readonly #unreported = new Unreported(this.#backlog);
  readonly #reader: Reader;
  readonly #condition: Condition;
  readonly #reports: Reports;
  readonly #sender: Sender;
  #destination: LeasedDestination;
  #reporting: Promise<void> | null = null;
  /** By `performance.now()`: until then attempts that are under way may end. Infinite while it takes events. */
  #endsBy = Infinity;
  #wake = Promise.withResolvers<void>();

  /**
   * @param leaseEndsAt by `performance.now()`
   * @throws if the sealing key of its secrets is not configured
   */
  constructor(options: DeliveryOptions, destination: LeasedDestination, leaseEndsAt: number) {
    const { services } = options;
    const log = options.log.child({ destination: destination.id });
    this.#services = services;
    this.#log = log;
    this.#holdTooMany = options.holdTooMany;
    this.#destination = destination;
    this.#condition = new Condition(destination, log);
    this.#reader = createReader({ ...options, log }, destination);
    const parts = {
      backlog: this.#backlog,
      unreported: this.#unreported,
      reader: this.#reader,
      condition: this.#condition,
    };
    this.#reports = new Reports(services, parts, destination.position, leaseEndsAt);
    this.#sender = new Sender({ ...options, log }, parts, this.#reports, destination, () => this.#wake.resolve());
  }

  /** Its events that are in memory. */
  get inMemory(): number {
    return this.#backlog.inMemory;
  }

  /**
   * Takes no further event; {@link run} ends once attempts that are under way have ended, or after this time. What is under way
   * then is posted again by another process.
   */
  end(withinMs: number): void {
    this.#sender.stop();
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
        await this.#pause(pauseMs, false);
      }
    }
    await this.#reporting;
    // Without a last report another process would post once more what this one has.
    if (!this.#reports.isLost) {
      await this.#report(0).catch((error: unknown) => {
        this.#log.warn({ err: error }, 'the last deliveries cannot be stored');
      });
    }
    this.#sender.close();
  }

  #isOver(): boolean {
    if (this.#reports.isLost || performance.now() >= this.#endsBy) return true;
    return this.#sender.hasEnded && this.#sender.isIdle;
  }

  async #step(): Promise<void> {
    this.#sender.start();
    let isRead = false;
    try {
      isRead = this.#mayRead() && (await this.#reader.read(this.#backlog));
      if (isRead) this.#sender.start();
    } finally {
      // After the posts, which wait for nothing then; but also if nothing can be read, because it keeps the lease.
      if (performance.now() >= this.#reportDueAt()) this.#beginReport();
    }
    const untilReportMs = Math.min(Math.min(this.#reportDueAt(), this.#endsBy) - performance.now(), reportEveryMs);
    await this.#pause(isRead ? 0 : Math.max(0, Math.min(this.#sender.untilDueMs(), untilReportMs)));
  }

  /** Waits for this time, for the end of an attempt, or for an event to read. */
  async #pause(ms: number, mayRead = this.#mayRead()): Promise<void> {
    const { promise, resolve } = this.#wake;
    const ended = new AbortController();
    const timer = setTimeout(resolve, ms);
    if (mayRead) void this.#reader.hasMore(ended.signal).then(resolve);
    await promise;
    this.#wake = Promise.withResolvers();
    clearTimeout(timer);
    // Without a reason an error with a stack trace is made, which cost a tenth of all that a delivery does.
    ended.abort('ended');
  }

  #mayRead(): boolean {
    const { stored, unstored } = this.#backlog.counts;
    if (this.#sender.hasEnded) return false;
    // An event that never failed shows whether the destination is back, or only refuses those that it was tried with.
    if (this.#condition.health.isOpen && (!this.#sender.isIdle || this.#backlog.hasUntried())) return false;
    return stored < mostStored && unstored < mostUnstored && this.#unreported.count < mostUnstored;
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

  /** @param lease in milliseconds; 0 to give it back */
  async #report(lease: number): Promise<void> {
    const isChanged = await this.#reports.store(this.#destination, lease);
    if (this.#holdTooMany()) this.#backlog.forgetStored();
    if (isChanged && lease > 0) await this.#readAnew();
  }

  /** A request has changed the destination, or what it is to get. */
  async #readAnew(): Promise<void> {
    const before = this.#destination;
    const after = await readLeased(this.#services.pool, before.id, before.fence);
    if (after === null) {
      this.#reports.lose();
      return;
    }
    await this.#readRows();
    // This throws, and all stays as it was, where another process has sealed with a key that this one has not.
    this.#sender.change(after);
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
