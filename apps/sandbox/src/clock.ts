/**
 * Two clocks. `now()` drives the simulated world (a card becomes ready, an SMS code expires) and may be set or advanced by a
 * test. `wall()` is what a provider compares a caller's timestamp with: real time plus a configurable skew, so that advancing
 * the world does not make every honest timestamp stale.
 */
export interface Clock {
  now(): number;
  wall(): number;
  read(): ClockReading;
  change(change: ClockChange): ClockReading;
  reset(): void;
  snapshot(): ClockSnapshot;
  restore(saved: ClockSnapshot): void;
}

export interface ClockSnapshot {
  offset: number;
  skew: number;
}

export interface ClockReading {
  now: number;
  skewMs: number;
}

export interface ClockChange {
  /** Move the world's clock forward (or back, when negative). */
  advanceMs?: number | undefined;
  /** Set the world's clock to an instant, in Unix milliseconds; it runs on from there. */
  set?: number | undefined;
  /** How far the providers' wall clock is ahead of this machine's. */
  skewMs?: number | undefined;
}

export function createClock(): Clock {
  let offset = 0;
  let skew = 0;
  const clock: Clock = {
    now: () => Date.now() + offset,
    wall: () => Date.now() + skew,
    read: () => ({ now: clock.now(), skewMs: skew }),
    change(change) {
      if (change.set !== undefined) offset = change.set - Date.now();
      if (change.advanceMs !== undefined) offset += change.advanceMs;
      if (change.skewMs !== undefined) skew = change.skewMs;
      return clock.read();
    },
    reset() {
      offset = 0;
      skew = 0;
    },
    snapshot: () => ({ offset, skew }),
    restore(saved) {
      offset = saved.offset;
      skew = saved.skew;
    },
  };
  return clock;
}
