import { parseWords, readSeed, UsageError } from '../command-line.ts';
import { type OutageKind, outageKinds } from './kinds.ts';

export interface OutageOptions {
  /** Duration of each outage. */
  readonly seconds: number;
  /** Seed of all random choices. */
  readonly seed: number;
  readonly kinds: readonly OutageKind[];
  readonly callers: number;
}

const usage = 'Usage: pnpm outages [--seconds 15] [--seed 1] [--kind <name>]';
const options = {
  seconds: { type: 'string', default: '15' },
  seed: { type: 'string' },
  kind: { type: 'string' },
} as const;
const mostSeconds = 3600;
const callers = 12;
/** Of a run with shorter outages. */
const fewCallers = 4;
const shortSeconds = 15;

/** @param draw creates a seed if none is given */
export function readOptions(words: readonly string[], draw: () => number): OutageOptions {
  const { seconds: lasting, seed: given, kind } = parseWords(words, options, usage);
  const seconds = Number(lasting);
  const kinds = kind === undefined ? outageKinds : outageKinds.filter(({ name }) => name === kind);
  if (!(seconds > 0 && seconds <= mostSeconds)) {
    throw new UsageError(`--seconds: expected a number above 0, at most ${mostSeconds}.\n${usage}`);
  }
  const seed = readSeed(given, draw, usage);
  if (kinds.length === 0) {
    throw new UsageError(`--kind: expected ${outageKinds.map(({ name }) => `"${name}"`).join(', ')}.\n${usage}`);
  }
  return { seconds, seed, kinds, callers: seconds < shortSeconds ? fewCallers : callers };
}
