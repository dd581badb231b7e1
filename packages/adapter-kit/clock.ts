/** Bounds on how far a provider's clock is ahead of ours, in whole milliseconds; negative if it is behind. */
export interface ClockBounds {
  readonly least: number;
  readonly most: number;
}

/** Estimate of a provider's clock from the `Date` headers of its answers, one per account. */
export interface ProviderClock {
  /** Null before the first answer with a usable `Date`. */
  ahead(): ClockBounds | null;
  /** Learns from an answer that has just arrived to a request sent at `sentAt` (our Unix milliseconds). */
  observe(sentAt: number, date: Date | null): void;
  /** Discards the estimate after the provider contradicted it. */
  forget(): void;
}

/** A `Date` further off than this is a faulty header, not a real clock. */
const farthestMs = 24 * 3_600_000;

/** Assumed drift of two maintained clocks, in milliseconds per millisecond. */
const drift = 1e-4;

/** @param now our clock, Unix milliseconds */
export function providerClock(now: () => number): ProviderClock {
  let seen: (ClockBounds & { readonly at: number }) | null = null;

  function bounds(): ClockBounds | null {
    if (seen === null) return null;
    const drifted = Math.abs(now() - seen.at) * drift;
    return { least: seen.least - drifted, most: seen.most + drifted };
  }

  return {
    ahead() {
      const known = bounds();
      return known && { least: Math.floor(known.least), most: Math.ceil(known.most) };
    },
    observe(sentAt, date) {
      const at = now();
      if (date === null || Math.abs(date.getTime() - at) > farthestMs) return;
      // `Date` is truncated to whole seconds and was written between sending and now.
      const least = date.getTime() - at;
      const most = date.getTime() + 999 - sentAt;
      const before = bounds();
      const isContradicted = before === null || least > before.most || most < before.least;
      seen = isContradicted
        ? { least, most, at }
        : { least: Math.max(least, before.least), most: Math.min(most, before.most), at };
    },
    forget() {
      seen = null;
    },
  };
}
