/** The job queue's signs of life in this process, so that a dead queue is noticed whatever killed it. */
export interface QueuePulse {
  /** A run of the queue starts here, with this many concurrent jobs. */
  begun(concurrency: number): void;
  /** The queue polled for a job and got a response. */
  polled(): void;
  jobBegun(): void;
  jobEnded(): void;
  /** No sign of life for too long, across restarts. */
  isLost(): boolean;
  /** No sign of life for too long since the last start. */
  isHung(): boolean;
  /** Seconds since the last signs, and the number of restarts; null if this process runs no queue. */
  figures(): { readonly pollAge: number; readonly jobAge: number; readonly restarts: number } | null;
}

/** Every idle worker polls each second. */
const lostAfterMs = 5000;

/** Jobs finish or hand over long before: one that runs this long hangs, or its process was killed. */
export const leftAfterMs = 10 * 60_000;

/** @param now monotonic milliseconds */
export function createPulse(now: () => number): QueuePulse {
  let most = 0;
  let running = 0;
  let beginnings = 0;
  let begunAt = now();
  let polledAt = now();
  let jobAt = now();
  // While every worker has a job, none polls.
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
