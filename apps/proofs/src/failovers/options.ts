import { parseWords, readSeed, readWhole, UsageError } from '../command-line.ts';
import { type Mode, modes } from './cluster.ts';

export interface FailoverOptions {
  readonly rounds: number;
  /** Seed of all random choices. */
  readonly seed: number;
  readonly mode: Mode;
  /** Removes the gateway's check of commit confirmations, to see that the proof detects it. */
  readonly mutation: 'confirmation' | null;
  readonly callers: number;
  readonly reconciling: 'wait' | 'hurry';
}

const usage = `Usage: pnpm failovers [--rounds 6] [--seed 1] [--mode ${modes.join('|')}] [--mutation confirmation]`;
const options = {
  rounds: { type: 'string', default: '6' },
  seed: { type: 'string' },
  mode: { type: 'string', default: 'synchronous' },
  mutation: { type: 'string' },
} as const;
const mostRounds = 1000;
const whole = { callers: 12, reconciling: 'wait' } as const;
/** A run of fewer rounds has fewer callers, and hurries reconciliation, which would otherwise take longer than the run. */
const short = { callers: 4, reconciling: 'hurry' } as const;
const shortRunRounds = 6;

/** @param draw creates a seed if none is given */
export function readOptions(words: readonly string[], draw: () => number): FailoverOptions {
  const { rounds: wanted, seed: given, mode: named, mutation } = parseWords(words, options, usage);
  const rounds = readWhole('rounds', wanted, { most: mostRounds }, usage);
  const mode = modes.find((name) => name === named);
  const seed = readSeed(given, draw, usage);
  if (mode === undefined) throw new UsageError(`--mode: expected ${modes.join(' or ')}.\n${usage}`);
  if (mutation !== undefined && mutation !== 'confirmation') {
    throw new UsageError(`--mutation: expected confirmation.\n${usage}`);
  }
  return { rounds, seed, mode, mutation: mutation ?? null, ...(rounds < shortRunRounds ? short : whole) };
}
