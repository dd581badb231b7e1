import { createRandom } from '../synthetic.ts';

/** How held callbacks are let go. */
export interface Release {
  /** `as-is` is the order in which they were made. */
  order?: 'as-is' | 'reversed' | 'shuffled' | undefined;
  /** Of the shuffle; 1 where absent. */
  seed?: number | undefined;
  /** How often each is sent. Not shuffled, the copies of one follow one another. */
  times?: number | undefined;
}

/** What is sent, one after the other. */
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
