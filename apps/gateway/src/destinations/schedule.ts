const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Milliseconds from a failed attempt to the next, by the number of attempts so far; then every hour. */
const delays = [second, 5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute];

/** Share by which a delay is lengthened at random, so that what failed together is not tried together. */
const jitter = 0.2;

/** Milliseconds after which an event is tried again. @param attempts how often it has been tried; at least 1 */
export function retryDelayMs(attempts: number): number {
  return Math.round((delays[attempts - 1] ?? hour) * (1 + jitter * Math.random()));
}

/** Whether a time has come. One later than any delay was set by a clock that has been put back since: it has come too. */
export function isDue(at: number, now: number): boolean {
  return at <= now || at > now + hour * (1 + jitter);
}

/** A destination without a success for this long is disabled. */
const longestFailureMs = 72 * hour;
/** So many failures in a row are a destination's own, and not those of some events. */
const failuresThatOpen = 10;
/** Fewer are enough to tell that it fails, if they last. */
const failuresThatTell = 3;
const tellAfterMs = 30 * second;

/** How a destination fares, by the attempts since its last success. */
export interface Health {
  readonly status: 'active' | 'failing' | 'disabled';
  readonly disabledReason: 'requested' | 'gone' | 'failing' | null;
  readonly failures: number;
  readonly failingSince: Date | null;
  /** Nothing is posted before. */
  readonly retryAt: Date | null;
  /** Whether only single events are posted, to see whether it is back: reading on would only make more of them wait. */
  readonly isOpen: boolean;
  /** Such events so far. */
  readonly probes: number;
}

export interface Failure {
  readonly httpStatus: number | null;
  readonly retryAfterSeconds: number | null;
  /** Whether events of several subjects have failed since the last success. */
  readonly isGeneral: boolean;
  readonly isProbe: boolean;
}

export const healthy: Health = {
  status: 'active',
  disabledReason: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
  isOpen: false,
  probes: 0,
};

/** As much of it as is stored. */
export type StoredHealth = Omit<Health, 'isOpen' | 'probes'>;

/** The health that was stored; what else there is to know begins anew. */
export function storedHealth(row: StoredHealth): Health {
  const { status, disabledReason, failures, failingSince, retryAt } = row;
  return {
    status,
    disabledReason,
    failures,
    failingSince,
    retryAt,
    isOpen: failures >= failuresThatOpen,
    probes: 0,
  };
}

/** The health after a failed attempt that ended at `now`, in Unix milliseconds. */
export function afterFailure(before: Health, failure: Failure, now: number): Health {
  const failures = before.failures + 1;
  const failingSince = before.failingSince ?? new Date(now);
  const lasted = now - failingSince.getTime();
  const isOpen = before.isOpen || (failures >= failuresThatOpen && failure.isGeneral);
  const opens = isOpen && !before.isOpen;
  const probes = isOpen && (opens || failure.isProbe) ? before.probes + 1 : before.probes;
  const waits = [
    probes > before.probes ? retryDelayMs(probes) : 0,
    // Of these, the destination as a whole asks to be left alone.
    failure.httpStatus === 429 || failure.httpStatus === 503 ? (failure.retryAfterSeconds ?? 0) * second : 0,
  ];
  const retryAt = Math.max(before.retryAt?.getTime() ?? 0, now + Math.max(...waits));
  const fails = failures >= failuresThatOpen || (failures >= failuresThatTell && lasted >= tellAfterMs);
  const after = { failures, failingSince, retryAt: retryAt > now ? new Date(retryAt) : null, isOpen, probes };
  if (before.status === 'disabled') return { ...before, ...after };
  if (failure.httpStatus === 410) return { ...after, status: 'disabled', disabledReason: 'gone' };
  if (lasted >= longestFailureMs) return { ...after, status: 'disabled', disabledReason: 'failing' };
  return { ...after, status: fails ? 'failing' : before.status, disabledReason: null };
}
