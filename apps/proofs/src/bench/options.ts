import { parseWords, readWhole, UsageError } from '../command-line.ts';
import { type WorkName, workNames } from './works.ts';

export interface BenchOptions {
  /** Steady rounds required per cell of the table. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Cards, each with its operation, that exist before the first request. */
  readonly rows: number;
  readonly connections: readonly number[];
  readonly works: readonly WorkName[];
  /** Commit of the gateway to compare with. */
  readonly against: string | null;
  /** Without the rivals, whose databases would have to be filled too. */
  readonly isAlone: boolean;
}

const usage =
  'Usage: pnpm bench [--rounds 7] [--seconds 1] [--rows 10000] [--connections 1,16,64] [--only read,issue] [--against <commit>] [--alone]';
const options = {
  rounds: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '1' },
  rows: { type: 'string', default: '10000' },
  connections: { type: 'string', default: '1,16,64' },
  only: { type: 'string' },
  against: { type: 'string' },
  alone: { type: 'boolean', default: false },
} as const;
/** Lists, changes and callbacks use separate ranges of cards. */
const leastRows = 1000;
const mostRows = 100_000_000;

/** @throws UsageError if an argument is invalid */
export function readOptions(words: readonly string[]): BenchOptions {
  const given = parseWords(words, options, usage);
  const rounds = readWhole('rounds', given.rounds, { most: 1000 }, usage);
  const rows = readWhole('rows', given.rows, { least: leastRows, most: mostRows }, usage);
  const connections = given.connections.split(',').map((text) => readWhole('connections', text, { most: 64 }, usage));
  const seconds = Number(given.seconds);
  if (!(seconds > 0 && seconds <= 600)) {
    throw new UsageError(`--seconds: expected a number above 0, at most 600.\n${usage}`);
  }
  const works = given.only === undefined ? workNames : given.only.split(',').map(workOf);
  return { rounds, seconds, rows, connections, works, against: given.against ?? null, isAlone: given.alone };
}

function workOf(text: string): WorkName {
  const work = workNames.find((name) => name === text);
  if (work !== undefined) return work;
  throw new UsageError(`--only: expected some of ${workNames.join(',')}.\n${usage}`);
}
