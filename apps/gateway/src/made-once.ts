/** Makes a value when it is first asked for, and only then. */
export function madeOnce<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
