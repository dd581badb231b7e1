import { parseArgs } from 'node:util';
import { UsageError } from '../chaos/options.ts';
import { type OutageKind, outageKinds } from './kinds.ts';

export interface OutageOptions {
  /** How long each outage lasts. */
  readonly seconds: number;
  /** All that is drawn by lot comes from this number. */
  readonly seed: number;
  readonly kinds: readonly OutageKind[];
}

const usage = 'Usage: pnpm outages [--seconds 15] [--seed 1] [--kind <name>]';
const mostSeconds = 3600;
const largestSeed = 4_294_967_295;

/** @param draw makes a seed where none is given */
export function readOptions(words: readonly string[], draw: () => number): OutageOptions {
  const { seconds: lasting, seed: given, kind } = parsed(words);
  const seconds = Number(lasting);
  const seed = given === undefined ? draw() : Number(given);
  const kinds = kind === undefined ? outageKinds : outageKinds.filter(({ name }) => name === kind);
  if (!(seconds > 0 && seconds <= mostSeconds)) {
    throw new UsageError(`--seconds: expected a number above 0, at most ${mostSeconds}.\n${usage}`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
    throw new UsageError(`--seed: expected a whole number from 0 to ${largestSeed}.\n${usage}`);
  }
  if (kinds.length === 0) {
    throw new UsageError(`--kind: expected ${outageKinds.map(({ name }) => `"${name}"`).join(', ')}.\n${usage}`);
  }
  return { seconds, seed, kinds };
}

function parsed(words: readonly string[]): { seconds: string; seed?: string; kind?: string } {
  try {
    return parseArgs({
      args: [...words],
      options: {
        seconds: { type: 'string', default: '15' },
        seed: { type: 'string' },
        kind: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
