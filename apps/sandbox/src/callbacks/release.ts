import { createRandom } from '../synthetic.ts';

/** How held callbacks are released. */
export interface Release {
  /** `as-is` is the order of creation. */
  order?: 'as-is' | 'reversed' | 'shuffled' | undefined;
  /** Seed of the shuffle; default 1. */
  seed?: number | undefined;
  /** Number of copies of each. Unless shuffled, copies of one follow each other. */
  times?: number | undefined;
}

/** The sequence in which to send. */
export function arranged<T>(made: readonly T[], { order = 'as-is', seed = 1, times = 1 }: Release): T[] {
  const all = made.flatMap((callback) => Array.from({ length: times }, () => callback));
  switch (order) {
    case 'as-is':
      return all;
    case 'reversed':
      return all.toReversed();
    case 'shuffled': {
      const random = createRandom(seed);
      for (let left = all.length; left > 1; left -= 1) {
        const picked = random.below(left);
        const [one, last] = [all[picked], all[left - 1]];
        if (one !== undefined && last !== undefined) [all[picked], all[left - 1]] = [last, one];
      }
      return all;
    }
  }
}
