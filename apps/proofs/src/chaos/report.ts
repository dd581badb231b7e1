import type { DriveReport } from './drive.ts';
import { allPoints, nameOf } from './points.ts';
import type { ChaosReport } from './run.ts';
import { type Facts, violationNames } from './verdict.ts';

const shownOfEach = 5;

/** Whether no violation was found, in a run in which something happened. */
export function isGood({ verdict, facts }: DriveReport): boolean {
  return facts.ledger.length > 0 && violationNames.every((name) => verdict[name].length === 0);
}

/** The report for people: seed, activity, findings and verdict. */
export function reportText(report: ChaosReport): string {
  const { options, points } = report;
  const mutation = options.mutation === null ? '' : `, with "${options.mutation}" taken away on purpose`;
  return [
    `seed ${options.seed}, ${options.minutes} min${mutation}`,
    table(
      'gateways killed at',
      allPoints(() => 0).map((point) => [nameOf(point), points.get(nameOf(point)) ?? 0]),
    ),
    findingsText(report, options.reconciling),
  ].join('\n');
}

/** The last part of every report: what was done, what both sides recorded, and the verdict. */
export function findingsText(report: DriveReport, reconciling: 'wait' | 'hurry'): string {
  const { counts, facts, verdict, resolvedAfterMs } = report;
  const byState = Map.groupBy(facts.operations, ({ state }) => state);
  const byEffect = Map.groupBy(facts.ledger, ({ effect }) => effect);
  return [
    table('calls and disorder', [...counts]),
    table('effects at the providers', sizes(byEffect)),
    table('operations in PostgreSQL', sizes(byState)),
    table('callbacks', [
      ['acknowledged, different ones', facts.callbacks.acknowledged],
      ['stored', facts.callbacks.stored],
    ]),
    ...eventsText(facts),
    reconcilingText(reconciling, resolvedAfterMs),
    table(
      'must be 0',
      violationNames.map((name) => [name, verdict[name].length]),
    ),
    ...violationNames.flatMap((name) => verdict[name].slice(0, shownOfEach).map((one) => `  ${name}: ${one}`)),
    facts.ledger.length === 0 ? 'FAILED: nothing happened at all.' : isGood(report) ? 'GOOD' : 'FAILED',
  ].join('\n');
}

function eventsText({ events }: Facts): string[] {
  if (events === null) return [];
  const { log, followed, lags } = events;
  const waited = lags.map(({ committedAt, positionedAt }) => positionedAt - committedAt).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(waited[Math.floor(share * (waited.length - 1))] ?? 0);
  return [
    table('events', [
      ['with a position', log.length],
      ...(followed === null
        ? []
        : [['read', followed.read.length] as const, ['posted', followed.destination.posted.length] as const]),
      ...(waited.length === 0 ? [] : [['p50', 0.5] as const, ['p99', 0.99] as const, ['most', 1] as const]).map(
        ([name, share]) => [`ms from commit to position, ${name}`, at(share)] as const,
      ),
    ]),
  ];
}

function reconcilingText(reconciling: 'wait' | 'hurry', ms: number | null): string {
  if (ms === null) return 'What can resolve was not waited for: something was found that no waiting mends.';
  return reconciling === 'hurry'
    ? `Waited ${ms} ms for what can resolve; look-ups were made due at once, because the run is short.`
    : `Waited ${ms} ms for what can resolve, by the gateway's own schedule.`;
}

const sizes = (groups: ReadonlyMap<string, readonly unknown[]>): [string, number][] =>
  [...groups].map(([name, { length }]) => [name, length]);

function table(title: string, rows: readonly (readonly [string, number])[]): string {
  const lines = rows.map(([name, count]) => `  ${name.padEnd(36)} ${String(count).padStart(8)}`);
  return [`${title}:`, ...lines].join('\n');
}
