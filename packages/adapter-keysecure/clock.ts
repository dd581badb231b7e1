/** The provider's time as far as it can be told from here. */
export interface ProviderClock {
  /** Unix milliseconds. Never ahead of the provider once one of its answers was seen. */
  now(): number;
  /** The `Timestamp` header of one attempt: 13 digits, Unix milliseconds (keysecure.md §2.1, §2.3). */
  timestamp(): string;
  /** Learns from the `Date` header of an answer to a request sent at `sentAt` (local Unix milliseconds). */
  observe(sentAt: number, date: Date | null): void;
  /** Drops what was learnt: the provider has just refused a timestamp made from it (code 1005). */
  forget(): void;
}

/**
 * The provider takes a timestamp of its last 60 s and none of its future, be it by a millisecond (keysecure.md §2.3), so
 * the stamp is taken from the lower bound of what its time can be, less `lagMs`.
 */
export function providerClock(options: { readonly now: () => number; readonly lagMs: number }): ProviderClock {
  /** The provider's time minus ours, at least; null before the first answer. */
  let offset: number | null = null;
  const now = (): number => options.now() + (offset ?? 0);

  return {
    now,
    timestamp: () => String(Math.floor(now() - options.lagMs)),
    observe(sentAt, date) {
      if (date === null) return;
      // `Date` is cut to whole seconds and was written somewhere between sending and now. Read as early as can be, it
      // bounds the offset from below; read as late as can be, it shows whether the clocks have moved against each other.
      const least = date.getTime() - options.now();
      const most = date.getTime() + 999 - sentAt;
      offset = offset === null || offset > most ? least : Math.max(offset, least);
    },
    forget() {
      offset = null;
    },
  };
}
