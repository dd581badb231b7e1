import { parseWords, readWhole, UsageError } from '../command-line.ts';

export interface RaceOptions {
  /** Idempotency-Keys, each raced for by several requests at once. */
  readonly races: number;
  /** What is taken away on purpose, to see that the proof finds it. */
  readonly mutation: RaceMutation | null;
}

/** Keeps two claims of one key apart that are gathered into one statement. */
export type RaceMutation = 'deduplication';

const usage = 'Usage: pnpm races [--races 10000] [--mutation deduplication]';
const options = { races: { type: 'string', default: '10000' }, mutation: { type: 'string' } } as const;
const mostRaces = 10_000_000;

/** @throws UsageError if an argument is invalid */
export function readOptions(words: readonly string[]): RaceOptions {
  const { races: count, mutation } = parseWords(words, options, usage);
  const races = readWhole('races', count, { most: mostRaces }, usage);
  if (mutation !== undefined && mutation !== 'deduplication') {
    throw new UsageError(`--mutation: expected deduplication.\n${usage}`);
  }
  return { races, mutation: mutation ?? null };
}
