import { parseWords, readSeed, readWhole, UsageError } from '../command-line.ts';
import { type FailoverKind, failoverKinds, type Mode, modes } from './cluster.ts';

export interface FailoverOptions {
  readonly rounds: number;
  /** Seed of all random choices. */
  readonly seed: number;
  readonly mode: Mode;
  /** In turn. */
  readonly kinds: readonly FailoverKind[];
  /** Whether a reader and a destination follow the events, and must get each; `left`: those that no failover has lost. */
  readonly followsEvents: boolean | 'left';
  /** Removes the gateway's check of commit confirmations, to see that the proof detects it. */
  readonly mutation: 'confirmation' | null;
  readonly callers: number;
  readonly reconciling: 'wait' | 'hurry';
}

const usage = `Usage: pnpm failovers [--rounds 6] [--seed 1] [--mode ${modes.join('|')}] [--events] [--mutation confirmation]`;
const options = {
  rounds: { type: 'string', default: '6' },
  seed: { type: 'string' },
  mode: { type: 'string', default: 'synchronous' },
  events: { type: 'boolean', default: false },
  mutation: { type: 'string' },
} as const;
/** Where an operator ends a wait for the standby, the commit can be read, and is gone after the failover. */
const withoutEndedWaits = failoverKinds.filter((kind) => !kind.startsWith('waits'));
const mostRounds = 1000;
const whole = { callers: 12, reconciling: 'wait' } as const;
/** A run of fewer rounds has fewer callers, and hurries reconciliation, which would otherwise take longer than the run. */
const short = { callers: 4, reconciling: 'hurry' } as const;
const shortRunRounds = 6;

/** @param draw creates a seed if none is given */
export function readOptions(words: readonly string[], draw: () => number): FailoverOptions {
  const { rounds: wanted, seed: given, mode: named, events, mutation } = parseWords(words, options, usage);
  const rounds = readWhole('rounds', wanted, { most: mostRounds }, usage);
  const mode = modes.find((name) => name === named);
  const seed = readSeed(given, draw, usage);
  if (mode === undefined) throw new UsageError(`--mode: expected ${modes.join(' or ')}.\n${usage}`);
  if (mutation !== undefined && mutation !== 'confirmation') {
    throw new UsageError(`--mutation: expected confirmation.\n${usage}`);
  }
  const kinds = events ? withoutEndedWaits : failoverKinds;
  const followsEvents = events && mode === 'asynchronous' ? 'left' : events;
  const size = rounds < shortRunRounds ? short : whole;
  return { rounds, seed, mode, kinds, followsEvents, mutation: mutation ?? null, ...size };
}
