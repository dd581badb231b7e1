import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The current request's deadline, by `performance.now()`. It travels in the asynchronous context, because one forgotten
 * argument on the way to a provider would lose it.
 */
const deadlines = new AsyncLocalStorage<number>();

/** Runs a request's work with a deadline. */
export function runUntil<T>(deadline: number, work: () => T): T {
  return deadlines.run(deadline, work);
}

/** Whole milliseconds left for the request, negative when overdue; infinite for jobs. */
export function timeLeftMs(): number {
  const deadline = deadlines.getStore();
  return deadline === undefined ? Infinity : Math.floor(deadline - performance.now());
}
