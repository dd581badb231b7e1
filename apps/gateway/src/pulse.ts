/** The job queue's signs of life in this process: a queue that is dead cannot be silent, whatever killed it. */
export interface QueuePulse {
  /** The queue works here from now on, anew, on at most so many jobs at once. */
  begun(concurrency: number): void;
  /** It asked for a job, and got an answer. */
  polled(): void;
  jobBegun(): void;
  jobEnded(): void;
  /** It gave no sign for too long, however often it began anew. */
  isLost(): boolean;
  /** It gave no sign for too long since it began. */
  isHung(): boolean;
  /** Seconds since the last signs, and how often it began anew; null where this process works on no queue. */
  figures(): { readonly pollAge: number; readonly jobAge: number; readonly restarts: number } | null;
}

/** Every worker without a job polls each second. */
const lostAfterMs = 5000;

/** Jobs end or hand over long before: one that runs for this long was left by a process that was killed, or hangs. */
export const leftAfterMs = 10 * 60_000;

/** @param now milliseconds of a clock that never goes back */
export function createPulse(now: () => number): QueuePulse {
  let most = 0;
  let running = 0;
  let beginnings = 0;
  let begunAt = now();
  let polledAt = now();
  let jobAt = now();
  // With every worker at a job nobody polls.
  const isSilentSince = (at: number): boolean =>
    beginnings > 0 && now() - at > (running < most ? lostAfterMs : leftAfterMs);
  return {
    begun: (concurrency) => {
      most = concurrency;
      running = 0;
      beginnings += 1;
      begunAt = now();
    },
    polled: () => {
      polledAt = now();
    },
    jobBegun: () => {
      running += 1;
      polledAt = now();
    },
    jobEnded: () => {
      running -= 1;
      jobAt = now();
    },
    isLost: () => isSilentSince(polledAt),
    isHung: () => isSilentSince(Math.max(begunAt, polledAt)),
    figures: () =>
      beginnings === 0
        ? null
        : { pollAge: (now() - polledAt) / 1000, jobAge: (now() - jobAt) / 1000, restarts: beginnings - 1 },
  };
}
