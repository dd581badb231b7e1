import { parseArgs } from 'node:util';
import { UsageError } from '../chaos/options.ts';
import { type Mode, modes } from './cluster.ts';

export interface FailoverOptions {
  readonly rounds: number;
  /** All that is drawn by lot comes from this number. */
  readonly seed: number;
  readonly mode: Mode;
  /** Takes the gateway's look at a commit's confirmation away, to see that the proof misses it. */
  readonly mutation: 'confirmation' | null;
  readonly settling: 'wait' | 'hurry';
}

const usage = `Usage: pnpm failovers [--rounds 6] [--seed 1] [--mode ${modes.join('|')}] [--mutation confirmation]`;
const mostRounds = 1000;
/** A shorter run hurries what settles: it would else wait longer than it ran. */
const shortRunRounds = 6;
const largestSeed = 4_294_967_295;

/** @param draw makes a seed where none is given */
export function readOptions(words: readonly string[], draw: () => number): FailoverOptions {
  const { rounds: wanted, seed: given, mode: named, mutation } = parsed(words);
  const rounds = Number(wanted);
  const seed = given === undefined ? draw() : Number(given);
  const mode = modes.find((name) => name === named);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    throw new UsageError(`--rounds: expected a whole number from 1 to ${mostRounds}.\n${usage}`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
    throw new UsageError(`--seed: expected a whole number from 0 to ${largestSeed}.\n${usage}`);
  }
  if (mode === undefined) throw new UsageError(`--mode: expected ${modes.join(' or ')}.\n${usage}`);
  if (mutation !== undefined && mutation !== 'confirmation') {
    throw new UsageError(`--mutation: expected confirmation.\n${usage}`);
  }
  return { rounds, seed, mode, mutation: mutation ?? null, settling: rounds < shortRunRounds ? 'hurry' : 'wait' };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        rounds: { type: 'string', default: '6' },
        seed: { type: 'string' },
        mode: { type: 'string', default: 'synchronous' },
        mutation: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
