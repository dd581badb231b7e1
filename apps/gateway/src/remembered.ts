/** What was found a moment ago, by name. */
export interface Remembered<T> {
  get(name: string): T | undefined;
  set(name: string, value: T): void;
}

/**
 * A cache of bounded size whose entries expire.
 *
 * @param options.ms for how long a value is kept
 * @param options.most it is emptied when it would have more
 * @param options.now milliseconds; monotonic if a clock that is set back must not prolong anything
 */
export function remembered<T>({
  ms,
  most,
  now,
}: {
  readonly ms: number;
  readonly most: number;
  readonly now: () => number;
}): Remembered<T> {
  const values = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get: (name) => {
      const one = values.get(name);
      return one !== undefined && one.until > now() ? one.value : undefined;
    },
    set: (name, value) => {
      if (values.size >= most && !values.has(name)) values.clear();
      values.set(name, { value, until: now() + ms });
    },
  };
}
