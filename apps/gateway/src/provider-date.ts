import type { ClockBounds, ProviderClock } from '@card-gateway/adapter-kit';

/** Assumed bound on a provider's clock offset before its first answer, larger than that of any maintained clock. */
const unknownMs = 5 * 60_000;

/** Assumed maximum offset between the provider's machine that dates a change and the one that writes `Date`. */
const amongThemselvesMs = 1000;

function aheadOf(clock: ProviderClock): ClockBounds {
  const ahead = clock.ahead();
  if (ahead === null) return { least: -unknownMs, most: unknownMs };
  return { least: ahead.least - amongThemselvesMs, most: ahead.most + amongThemselvesMs };
}

/** The latest time that the provider's clock can show now: nothing it has done is dated later. */
export function latestAt(clock: ProviderClock, now: number): Date {
  return new Date(now + aheadOf(clock).most);
}

/** When something happened, by our clock, as bounds derived from the provider's date. */
export interface Moment {
  readonly earliest: Date;
  readonly latest: Date;
}

/** Earlier dates are faults, such as seconds taken for milliseconds: no provider is that old. */
const oldest = Date.UTC(2000, 0, 1);

/**
 * A provider's date as bounds by our clock. Null if it is impossible: a date after its own message would block all later
 * descriptions, and one from long ago would never count.
 *
 * @param said when the provider sent it, by our clock: it did not happen later
 * @param longestAgoMs maximum age at that time
 */
export function momentOf(clock: ProviderClock, date: Date, said: Date, longestAgoMs = Infinity): Moment | null {
  const { least, most } = aheadOf(clock);
  const earliest = date.getTime() - most;
  const latest = Math.min(date.getTime() - least, said.getTime());
  // False also for an invalid date, whose comparisons are all false.
  const isKept = date.getTime() >= oldest && earliest <= said.getTime() && latest >= said.getTime() - longestAgoMs;
  return isKept ? { earliest: new Date(earliest), latest: new Date(latest) } : null;
}
