import { measure, type Sample } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { isSteady, probe, type Probe } from './probes.ts';
import type { Started } from './starts.ts';
import { type TargetName, targetNames } from './target.ts';
import { rivalsOf, type Work, type WorkName, workAt } from './works.ts';

/** One measurement of each service, one after another, between two probes. */
export interface Round {
  readonly samples: ReadonlyMap<TargetName, Sample>;
  /** The probes before and after agree. */
  readonly isSteady: boolean;
}

export interface Cell {
  readonly work: WorkName;
  readonly connections: number;
  readonly rounds: Round[];
}

export interface BenchReport {
  readonly options: BenchOptions;
  readonly cells: readonly Cell[];
  readonly probes: readonly Probe[];
  readonly started: ReadonlyMap<TargetName, Started>;
}

const probeShare = 0.2;

/** Repeats rounds until every cell has enough steady ones, at most twice the requested number. @throws WrongAnswer */
export async function runBench(
  options: BenchOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<BenchReport> {
  await using undo = new AsyncDisposableStack();
  const { targets, started, providerPort, merchant, probes } = await prepare(options, undo, say);
  const cells: Cell[] = options.connections.flatMap((connections) =>
    options.works.map((work) => ({ work, connections, rounds: [] })),
  );
  const works = new Map<string, Work>();
  const seen: Probe[] = [];
  const lookAtMachine = async (): Promise<Probe> => {
    const one = await probe(probes, options.seconds * probeShare);
    seen.push(one);
    return one;
  };

  async function round(cell: Cell, turn: number): Promise<Round> {
    const names = targetNames.filter((name) => targets.has(name) && takesPart(name, cell.work));
    // Rotates, so that each is first and last equally often.
    const order = names.map((_name, index) => names[(index + turn) % names.length] ?? 'gateway');
    const samples = new Map<TargetName, Sample>();
    const before = seen.at(-1) ?? (await lookAtMachine());
    for (const name of order) {
      signal.throwIfAborted();
      const target = targets.get(name);
      if (target === undefined) continue;
      const key = `${name} ${cell.work}`;
      const work = works.get(key) ?? workAt(cell.work, target, merchant);
      works.set(key, work);
      const one = { name: cell.work, target, work, providerPort };
      samples.set(name, await measure(one, cell.connections, options.seconds));
    }
    return { samples, isSteady: isSteady(before, await lookAtMachine()) };
  }

  say('a round to warm up');
  for (const cell of cells) await round(cell, 0);
  const steady = ({ rounds }: Cell): number => rounds.filter((one) => one.isSteady).length;
  for (let turn = 1; turn <= 2 * options.rounds; turn += 1) {
    const open = cells.filter((cell) => steady(cell) < options.rounds);
    if (open.length === 0) break;
    say(`round ${turn}: ${open.length} of ${cells.length} cells`);
    for (const cell of open) cell.rounds.push(await round(cell, turn));
  }
  return { options, cells, probes: seen, started };
}

const takesPart = (name: TargetName, work: WorkName): boolean =>
  name === 'gateway' || name === 'against' || rivalsOf[work].includes(name);
