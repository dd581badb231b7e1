/** How far a provider's clock is ahead of ours, in whole milliseconds, at least and at most; negative where it is behind. */
export interface ClockBounds {
  readonly least: number;
  readonly most: number;
}

/** What is known of a provider's clock, from the `Date` headers of its answers. An account has one. */
export interface ProviderClock {
  /** Null before the first answer with a usable `Date`. */
  ahead(): ClockBounds | null;
  /** Learns from an answer that has just come in, to a request sent at `sentAt` (our Unix milliseconds). */
  observe(sentAt: number, date: Date | null): void;
  /** Drops what was learnt, where the provider contradicts it. */
  forget(): void;
}

/** A `Date` that is farther off is a fault of that header, not the time of a provider that keeps one. */
const farthestMs = 24 * 3_600_000;

/** How fast two clocks that are kept can drift apart: milliseconds in each millisecond. */
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
      // `Date` is cut to whole seconds and was written somewhere between sending and now.
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
