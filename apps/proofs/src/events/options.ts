import { parseWords, readSeed, UsageError } from '../command-line.ts';

/** Faults that can be planted to see that the proof detects them. */
const eventMutations = ['cursor-is-number', 'two-sequencers', 'version-stays', 'acknowledged-early'] as const;
export type EventMutation = (typeof eventMutations)[number];

export interface EventOptions {
  /** Callers who write all the while. */
  readonly writers: number;
  /** How often a gateway is killed. */
  readonly kills: number;
  /** How often PostgreSQL is stopped. */
  readonly stops: number;
  /** Seed of all random choices. */
  readonly seed: number;
  readonly mutation: EventMutation | null;
}

const usage = `Usage: pnpm events [--writers 32] [--kills 20] [--stops 2] [--seed 1] [--mutation ${eventMutations.join('|')}]`;
const options = {
  writers: { type: 'string', default: '32' },
  kills: { type: 'string', default: '20' },
  stops: { type: 'string', default: '2' },
  seed: { type: 'string' },
  mutation: { type: 'string' },
} as const;
const most = { writers: 256, kills: 10_000, stops: 1000 };

/** @param draw creates a seed if none is given */
export function readOptions(words: readonly string[], draw: () => number): EventOptions {
  const given = parseWords(words, options, usage);
  const count = (name: keyof typeof most, least: number): number => {
    const number = Number(given[name]);
    if (Number.isInteger(number) && number >= least && number <= most[name]) return number;
    throw new UsageError(`--${name}: expected a whole number from ${least} to ${most[name]}.\n${usage}`);
  };
  const mutation = eventMutations.find((name) => name === given.mutation) ?? null;
  if (given.mutation !== undefined && mutation === null) {
    throw new UsageError(`--mutation: expected ${eventMutations.join(', ')}.\n${usage}`);
  }
  return {
    writers: count('writers', 1),
    kills: count('kills', 0),
    stops: count('stops', 0),
    seed: readSeed(given.seed, draw, usage),
    mutation,
  };
}
