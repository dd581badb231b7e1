import { parseWords, readSeed, UsageError } from '../command-line.ts';

/** Faults that can be planted to see that the proof detects them. */
export const mutations = ['unique-key', 'compare-and-set', 'not-sent'] as const;
export type Mutation = (typeof mutations)[number];

export interface ChaosOptions {
  /** How long writes are driven, not counting reconciliation and comparison. */
  readonly minutes: number;
  /** Seed of all random choices. */
  readonly seed: number;
  readonly mutation: Mutation | null;
  readonly callers: number;
  /**
   * `wait`: reconciliation follows the gateway's own schedule, as in production. `hurry`: due times are moved to the present,
   * for short runs.
   */
  readonly reconciling: 'wait' | 'hurry';
}

const usage = `Usage: pnpm chaos [--minutes 2] [--seed 1] [--mutation ${mutations.join('|')}]`;
const options = {
  minutes: { type: 'string', default: '2' },
  seed: { type: 'string' },
  mutation: { type: 'string' },
} as const;
const whole = { callers: 24, reconciling: 'wait' } as const;
/** A shorter run has fewer callers, and hurries reconciliation, which would otherwise take longer than the run. */
const short = { callers: 8, reconciling: 'hurry' } as const;
const shortRunMinutes = 1;

/** @param draw creates a seed if none is given */
export function readOptions(words: readonly string[], draw: () => number): ChaosOptions {
  const { minutes: lasting, seed: given, mutation } = parseWords(words, options, usage);
  const minutes = Number(lasting);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new UsageError(`--minutes: expected a number above 0, at most ${24 * 60}.\n${usage}`);
  }
  const seed = readSeed(given, draw, usage);
  const planted = mutations.find((name) => name === mutation) ?? null;
  if (mutation !== undefined && planted === null) {
    throw new UsageError(`--mutation: expected ${mutations.join(', ')}.\n${usage}`);
  }
  return { minutes, seed, mutation: planted, ...(minutes < shortRunMinutes ? short : whole) };
}
