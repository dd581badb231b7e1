import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * When the request that is worked on must be answered, on the clock of `performance.now()`. It is carried by the
 * asynchronous context, as one forgotten argument on the way to a provider would end it.
 */
const deadlines = new AsyncLocalStorage<number>();

/** Runs the work of a request that must be answered by `deadline`. */
export function runUntil<T>(deadline: number, work: () => T): T {
  return deadlines.run(deadline, work);
}

/** Whole milliseconds left of the request's time, less than 0 when it is over; without end for a job of the queue. */
export function timeLeftMs(): number {
  const deadline = deadlines.getStore();
  return deadline === undefined ? Infinity : Math.floor(deadline - performance.now());
}
