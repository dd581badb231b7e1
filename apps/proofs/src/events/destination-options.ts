import { parseWords, readWhole } from '../command-line.ts';

export interface DestinationOptions {
  /** Events that each destination is to get. */
  readonly count: number;
  /** Events a second. */
  readonly rate: number;
  /** For how many seconds one of the destinations resets all connections. */
  readonly dead: number;
}

const usage = 'Usage: pnpm events --destinations [--count 100000] [--rate 300] [--dead 600]';
const options = {
  destinations: { type: 'boolean' },
  count: { type: 'string', default: '100000' },
  rate: { type: 'string', default: '300' },
  dead: { type: 'string', default: '600' },
} as const;
const most = { count: 1_000_000, rate: 10_000, dead: 86_400 };

/** @throws UsageError if an argument is invalid */
export function readDestinationOptions(words: readonly string[]): DestinationOptions {
  const given = parseWords(words, options, usage);
  const positive = (name: keyof typeof most): number => readWhole(name, given[name], { most: most[name] }, usage);
  return { count: positive('count'), rate: positive('rate'), dead: positive('dead') };
}
