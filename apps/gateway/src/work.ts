/**
 * A piece of work: one request, or one job. It is made once and handed down to whatever asks a provider or waits for a slot;
 * code that has none cannot ask anybody.
 */
export interface Work {
  /** When it must be answered, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** W3C `traceparent` of the request. */
  readonly traceparent: string | undefined;
}

/** A job of the queue: nobody waits for its answer. */
export const jobWork: Work = { deadline: Infinity, traceparent: undefined };

/** Work that must be done within `ms` from now. */
export function workWithin(ms: number): Work {
  return { ...jobWork, deadline: performance.now() + ms };
}

/** Whole milliseconds left; less than 0 when the time is over, without end for a job. */
export function workLeftMs({ deadline }: Work): number {
  return Math.floor(deadline - performance.now());
}
