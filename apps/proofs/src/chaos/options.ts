import { parseArgs } from 'node:util';

/** Faults that may be planted on purpose, to see that the proof finds them (reliability.md §1, "Mutation check"). */
export const mutations = ['unique-key', 'compare-and-set', 'not-sent'] as const;
export type Mutation = (typeof mutations)[number];

export interface ChaosOptions {
  /** How long writes are driven; settling and comparing come on top. */
  readonly minutes: number;
  /** All that is drawn by lot comes from this number. */
  readonly seed: number;
  readonly mutation: Mutation | null;
  /**
   * `wait`: what can settle does so by the gateway's own schedule, as it would in production. `hurry`: due times are moved
   * to now, for runs that have no time.
   */
  readonly settling: 'wait' | 'hurry';
}

/** A call that cannot be carried out, in words for the person who typed it. */
export class UsageError extends Error {}

const usage = `Usage: pnpm chaos [--minutes 2] [--seed 1] [--mutation ${mutations.join('|')}]`;
/** A shorter run hurries what settles: it would else wait longer than it ran. */
const shortRunMinutes = 1;
const largestSeed = 4_294_967_295;

/** @param draw makes a seed where none is given */
export function readOptions(words: readonly string[], draw: () => number): ChaosOptions {
  const { minutes, seed, mutation } = parsed(words);
  const wanted = { minutes: Number(minutes), seed: seed === undefined ? draw() : Number(seed) };
  if (!(wanted.minutes > 0 && wanted.minutes <= 24 * 60)) {
    throw new UsageError(`--minutes: expected a number above 0, at most ${24 * 60}.\n${usage}`);
  }
  if (!Number.isInteger(wanted.seed) || wanted.seed < 0 || wanted.seed > largestSeed) {
    throw new UsageError(`--seed: expected a whole number from 0 to ${largestSeed}.\n${usage}`);
  }
  const planted = mutations.find((name) => name === mutation) ?? null;
  if (mutation !== undefined && planted === null) {
    throw new UsageError(`--mutation: expected ${mutations.join(', ')}.\n${usage}`);
  }
  return { ...wanted, mutation: planted, settling: wanted.minutes < shortRunMinutes ? 'hurry' : 'wait' };
}

function parsed(words: readonly string[]): { minutes: string; seed?: string; mutation?: string } {
  try {
    return parseArgs({
      args: [...words],
      options: {
        minutes: { type: 'string', default: '2' },
        seed: { type: 'string' },
        mutation: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
