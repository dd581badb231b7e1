import type { ClockBounds, ProviderClock } from '@card-gateway/adapter-kit';

/** Further apart than any two clocks that are kept: what is taken of a provider's before its first answer. */
const unknownMs = 5 * 60_000;

/** The machine that dates a change is another than the one that writes `Date`: so far apart may be what they show. */
const amongThemselvesMs = 1000;

function aheadOf(clock: ProviderClock): ClockBounds {
  const ahead = clock.ahead();
  if (ahead === null) return { least: -unknownMs, most: unknownMs };
  return { least: ahead.least - amongThemselvesMs, most: ahead.most + amongThemselvesMs };
}

/** The provider's time at the latest: nothing that it has done is dated later. */
export function latestAt(clock: ProviderClock, now: number): Date {
  return new Date(now + aheadOf(clock).most);
}

/** When something happened, by our clock, as far as the provider's date of it tells. */
export interface Moment {
  readonly earliest: Date;
  readonly latest: Date;
}

/** Before this are only faults, such as seconds that were taken for milliseconds: no provider is that old. */
const oldest = Date.UTC(2000, 0, 1);

/**
 * A provider's date as a moment of our time. Null where it cannot be: one that is ahead of the moment at which it was said
 * would keep out all later descriptions, and one of long ago would never count.
 *
 * @param said when the provider said it, by our clock: it did not happen later
 * @param longestAgoMs how long before that it can have happened at most
 */
export function momentOf(clock: ProviderClock, date: Date, said: Date, longestAgoMs = Infinity): Moment | null {
  const { least, most } = aheadOf(clock);
  const earliest = date.getTime() - most;
  const latest = Math.min(date.getTime() - least, said.getTime());
  // Also of no date at all, which is neither before nor after anything.
  const isKept = date.getTime() >= oldest && earliest <= said.getTime() && latest >= said.getTime() - longestAgoMs;
  return isKept ? { earliest: new Date(earliest), latest: new Date(latest) } : null;
}
