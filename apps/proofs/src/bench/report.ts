import type { Sample } from './measure.ts';
import type { BenchReport, Cell, Round } from './run.ts';
import { type TargetName, targetNames } from './target.ts';

/** Whether every cell has enough steady rounds. */
export function isGood({ cells, options }: BenchReport): boolean {
  return cells.every((cell) => steadyRounds(cell).length >= options.rounds);
}

const steadyRounds = ({ rounds }: Cell): Round[] => rounds.filter(({ isSteady }) => isSteady);

/** The result tables in Markdown. */
export function reportText(report: BenchReport): string {
  const { options, probes, started } = report;
  const commits = range(probes.map((one) => one.commits));
  const roundTrips = range(probes.map((one) => one.roundTrips));
  const names = targetNames.filter((name) => started.has(name));
  return [
    `${options.rows} cards; ${options.rounds} rounds of ${options.seconds} s for each service, interleaved.`,
    `Commits per second ${commits}, round trips per second ${roundTrips}.`,
    '',
    ...speedTable(report, names),
    '',
    ...processTable(report, names),
    ...(isGood(report) ? [] : ['', incomplete]),
  ].join('\n');
}

const incomplete =
  'INCOMPLETE: the machine was too busy. Cells with **bold** rounds have too few steady ones; with **0**, the figures are from unsteady rounds.';

function speedTable({ cells, options }: BenchReport, names: readonly TargetName[]): string[] {
  const cpu = `CPU µs: ${names.join(' / ')}`;
  const ratios = names.slice(1).map((name) => `of *${name}*`);
  const database = ['PostgreSQL CPU µs', 'WAL bytes'];
  const head = ['Work', 'Connections', 'Per second', 'p50 / p99 ms', cpu, ...database, ...ratios, 'Rounds'];
  return table(
    head,
    cells.map((cell) => speedRow(cell, names, options.rounds)),
  );
}

function speedRow(cell: Cell, names: readonly TargetName[], wanted: number): string[] {
  const steady = steadyRounds(cell);
  const rounds = steady.length === 0 ? cell.rounds : steady;
  const of = (name: TargetName) => rounds.flatMap(({ samples }) => samples.get(name) ?? []);
  const own = of('gateway');
  const perName = (figure: (sample: Sample) => number): string =>
    names.map((name) => fixed(median(of(name).map(figure)))).join(' / ');
  const [p50, p99] = [own.map(({ p50Ms }) => p50Ms), own.map(({ p99Ms }) => p99Ms)];
  return [
    cell.work,
    String(cell.connections),
    fixed(median(own.map(({ perSecond }) => perSecond))),
    `${fixed(median(p50), 1)} / ${fixed(median(p99), 1)}`,
    perName(({ cpuMicros }) => cpuMicros ?? Number.NaN),
    perName(({ databaseCpuMicros }) => databaseCpuMicros),
    perName((sample) => sample.walBytes),
    ...names.slice(1).map((name) => (of(name).length === 0 ? '' : range(ratiosTo(rounds, name), 2))),
    steady.length < wanted ? `**${steady.length}**` : String(steady.length),
  ];
}

/** The gateway's rate divided by that of `name`, per round. */
function ratiosTo(rounds: readonly Round[], name: TargetName): number[] {
  return rounds.flatMap(({ samples }) => {
    const [ours, theirs] = [samples.get('gateway'), samples.get(name)];
    return ours === undefined || theirs === undefined || theirs.perSecond === 0
      ? []
      : [ours.perSecond / theirs.perSecond];
  });
}

function processTable({ cells, options, started }: BenchReport, names: readonly TargetName[]): string[] {
  const most = Math.max(...options.connections);
  const loaded = cells.filter(({ connections }) => connections === most).flatMap(({ rounds }) => rounds);
  const bytesOf = (samples: readonly Sample[]): number[] => samples.flatMap(({ residentBytes }) => residentBytes ?? []);
  return table(
    ['', 'Spawn to listening, ms', 'Resident idle, MB', `Resident at ${most} connections, MB`],
    names.map((name) => {
      const { startedInMs = [], idleBytes = [] } = started.get(name) ?? {};
      const loadedBytes = bytesOf(loaded.flatMap(({ samples }) => samples.get(name) ?? []));
      return [name, range(startedInMs), range(idleBytes.map(megabytes)), range(loadedBytes.map(megabytes))];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Median with minimum and maximum: `1.02 (0.97–1.10)`. */
function range(values: readonly number[], digits = 0): string {
  if (values.length === 0) return '–';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${fixed(median(values), digits)} (${fixed(least, digits)}–${fixed(most, digits)})`;
}

/** For an even count the mean of the two middle values; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

const fixed = (value: number, digits = 0): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const megabytes = (bytes: number): number => bytes / 1024 ** 2;
