import type { Services } from '../services.ts';
import type { Backlog } from './backlog.ts';
import type { Condition } from './condition.ts';
import { type LeasedDestination, storeReport } from './deliverer-store.ts';
import type { Reader } from './reader.ts';
import type { Unreported } from './unreported.ts';

/** A process that is killed is replaced after this time; by the database's clock. */
export const leaseMs = 6000;
/** The lease is prolonged, and requests are noticed, this often. */
export const reportEveryMs = 1000;
/** What came of attempts is stored after this time, so that many share a commit. */
const gatherMs = 100;

/** What a report tells of. */
export interface Reported {
  readonly backlog: Backlog;
  readonly unreported: Unreported;
  readonly reader: Reader;
  readonly condition: Condition;
}

/**
 * Stores what came of the attempts at a destination together with its cursors, and prolongs its lease by that. All times are by
 * `performance.now()`.
 */
export class Reports {
  readonly #pool: Services['pool'];
  readonly #reported: Reported;
  #positionsBefore: ReadonlySet<number>;
  #leaseEndsAt: number;
  #isLost = false;
  #storedAt = performance.now();
  #notBefore = 0;

  constructor({ pool }: Pick<Services, 'pool'>, reported: Reported, position: number, leaseEndsAt: number) {
    this.#pool = pool;
    this.#reported = reported;
    this.#positionsBefore = new Set([position]);
    this.#leaseEndsAt = leaseEndsAt;
  }

  /** Another process may have the lease, or the destination was deleted. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** False also while reports fail, and others may soon take the lease. */
  get hasLease(): boolean {
    return !this.#isLost && performance.now() < this.#leaseEndsAt;
  }

  /** Something else than a report has shown that the lease is lost. */
  lose(): void {
    this.#isLost = true;
  }

  /** When the next one is due: at once if there is a new pause to tell. */
  dueAt(): number {
    const { condition, unreported } = this.#reported;
    if (condition.hasNewPause) return this.#notBefore;
    const afterMs = unreported.isEmpty ? reportEveryMs : gatherMs;
    return Math.max(this.#notBefore, this.#storedAt + afterMs);
  }

  /** Makes none for this long. */
  pause(ms: number): void {
    this.#notBefore = performance.now() + ms;
  }

  /**
   * Stores what came since the last report.
   *
   * @param lease in milliseconds; 0 to give it back
   * @returns whether a request has changed the destination
   */
  async store(destination: LeasedDestination, lease: number): Promise<boolean> {
    const { backlog, unreported, reader, condition } = this.#reported;
    const begunAt = performance.now();
    const gathered = unreported.gather();
    const readUpTo = reader.next;
    const { log: position, replay } = reader.positions(backlog);
    const { revision } = destination;
    const positionsBefore = [...this.#positionsBefore];
    const report = { ...gathered, position, positionsBefore, readUpTo, replay, revision, health: condition.health };
    let stored: Awaited<ReturnType<typeof storeReport>>;
    try {
      stored = await storeReport(this.#pool, destination, report, lease);
    } catch (error) {
      unreported.keep();
      this.#positionsBefore = new Set([...positionsBefore, position]);
      throw error;
    }
    if (stored === null) {
      this.#isLost = true;
      return false;
    }
    this.#positionsBefore = new Set([stored.position]);
    unreported.forget(gathered);
    const isSame = stored.revision === revision;
    if (isSame) {
      reader.confirm(readUpTo);
      condition.confirm(report.health);
    }
    if (replay?.position === null) reader.endReplay(replay.of);
    this.#storedAt = performance.now();
    this.#leaseEndsAt = begunAt + leaseMs;
    return !isSame;
  }
}
