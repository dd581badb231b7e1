/**
 * What a promise resolves to, or `instead` after this many milliseconds; if they are negative, its time is over. The timer ends
 * with it; one that an aborted signal ends would make an error with a stack trace.
 *
 * @throws what the promise rejects with by then
 */
export async function within<T, U>(ms: number, promise: Promise<T>, instead: U): Promise<T | U> {
  const late = Promise.withResolvers<U>();
  const timer = setTimeout(late.resolve, Math.max(0, ms), instead);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
