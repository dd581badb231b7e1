import type { Logger } from 'pino';
import type { Posted } from './post.ts';
import { afterFailure, type Health, healthy, isDue, type StoredHealth, storedHealth } from './schedule.ts';

/** How a destination fares, from one attempt to the next. */
export class Condition {
  readonly #log: Logger;
  /** Subjects whose events failed since the last success. */
  readonly #failedSubjects = new Set<string>();
  #health: Health;
  #stored: StoredHealth;

  /** @param log what it logs names the destination */
  constructor(stored: StoredHealth, log: Logger) {
    this.#log = log;
    this.#health = storedHealth(stored);
    this.#stored = stored;
  }

  get health(): Health {
    return this.#health;
  }

  /** A report has stored this health. */
  confirm(stored: StoredHealth): void {
    this.#stored = stored;
  }

  /**
   * A request has changed the destination. Unless it changed the health too, what was learned since that was stored still holds,
   * but for another URL.
   */
  change(stored: StoredHealth, isElsewhere: boolean): void {
    if (isElsewhere || !isSame(stored, this.#stored)) this.#health = storedHealth(stored);
    this.#stored = stored;
  }

  /** Whether a process that took over now would post too early. */
  get hasNewPause(): boolean {
    return this.#health.retryAt !== null && this.#health.retryAt.getTime() !== this.#stored.retryAt?.getTime();
  }

  /** Milliseconds for which nothing is to be posted. */
  restMs(now: number): number {
    const at = this.#health.retryAt?.getTime() ?? 0;
    return isDue(at, now) ? 0 : at - now;
  }

  /** The pause it has asked for stays: what succeeds before its end began before it. @returns whether it was away until now */
  succeeded(): boolean {
    const { isOpen, status, retryAt } = this.#health;
    this.#failedSubjects.clear();
    if (status === 'disabled') return false;
    if (status === 'failing') this.#log.info('an event destination is back');
    this.#health = { ...healthy, retryAt };
    return isOpen;
  }

  failed(subjectId: string, { httpStatus, retryAfterSeconds }: Posted, isProbe: boolean, now: number): void {
    this.#failedSubjects.add(subjectId);
    const before = this.#health.status;
    const isGeneral = this.#failedSubjects.size > 1;
    this.#health = afterFailure(this.#health, { httpStatus, retryAfterSeconds, isGeneral, isProbe }, now);
    const { status, failures, disabledReason } = this.#health;
    if (status === before) return;
    if (status === 'disabled') this.#log.warn({ failures, disabledReason }, 'disabled an event destination');
    else this.#log.warn({ failures }, 'an event destination fails');
  }
}

function isSame(one: StoredHealth, other: StoredHealth): boolean {
  const text = ({ status, disabledReason, failures, failingSince, retryAt }: StoredHealth): string =>
    JSON.stringify([status, disabledReason, failures, failingSince, retryAt]);
  return text(one) === text(other);
}
