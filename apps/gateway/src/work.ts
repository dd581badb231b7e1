/**
 * A unit of work: one request, or one job. It is created once and passed to everything that asks a provider or waits for a
 * slot; code without one cannot ask a provider.
 */
export interface Work {
  /** Time by which it must be answered, by `performance.now()`. */
  readonly deadline: number;
  /** W3C `traceparent` of the request. */
  readonly traceparent: string | undefined;
}

/** A job of the queue: no one waits for its answer. */
export const jobWork: Work = { deadline: Infinity, traceparent: undefined };

/** Work with a time limit of `ms` from now. */
export function workWithin(ms: number): Work {
  return { ...jobWork, deadline: performance.now() + ms };
}

/** Whole milliseconds left, negative when overdue; infinite for a job. */
export function workLeftMs({ deadline }: Pick<Work, 'deadline'>): number {
  return Math.floor(deadline - performance.now());
}
