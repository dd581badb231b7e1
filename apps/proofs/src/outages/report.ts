import { isGood as isDriveGood } from '../chaos/report.ts';
import { violationNames } from '../chaos/verdict.ts';
import type { OutageResult, OutagesReport } from './run.ts';

/** Milliseconds after its end within which everything must have recovered. */
const longestRecoveryMs = 10_000;

/**
 * Whether the gateways recovered from each outage in time, answered no call with an internal error, and neither lost nor
 * duplicated anything.
 */
export function isGood({ results }: OutagesReport): boolean {
  return results.length > 0 && results.every((result) => faultsOf(result).length === 0);
}

/** A table of the outages, as in the decision page, and the verdict. */
export function reportText(report: OutagesReport): string {
  const { options, results, skipped } = report;
  const rows = results.map((result) => {
    const { kind, seen } = result;
    const done = sum(seen.told, (name) => /^2\d\d$/.test(name));
    const away = seen.told.get('database-unavailable') ?? 0;
    const faults = sum(seen.told, (name) => name === 'internal-error' || name === 'no answer');
    const cells = [
      kind,
      seconds(seen.notReadyAfterMs),
      seconds(seen.rejectedAfterMs),
      done,
      away,
      faults,
      seconds(seen.readyAfterMs),
      seconds(seen.wellAfterMs),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `seed ${options.seed}, ${options.seconds} s each`,
    '| Outage | Not ready after | First 503 after | Done | 503 | 500 or no answer | Ready again after | All well after |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...skipped.map((kind) => `Skipped, because only root can make it: ${kind}`),
    ...results.flatMap((result) => faultsOf(result).map((fault) => `${result.kind}: ${fault}`)),
    isGood(report) ? 'GOOD' : 'FAILED',
  ].join('\n');
}

function faultsOf({ seen, report }: OutageResult): string[] {
  const { wellAfterMs, told } = seen;
  const errors = told.get('internal-error') ?? 0;
  return [
    ...(wellAfterMs === null || wellAfterMs > longestRecoveryMs
      ? [`all was well ${seconds(wellAfterMs)} after its end, expected within ${seconds(longestRecoveryMs)}`]
      : []),
    ...(errors > 0 ? [`${errors} answers of 500`] : []),
    ...(isDriveGood(report)
      ? []
      : violationNames.flatMap((name) => report.verdict[name].slice(0, 3).map((one) => `${name}: ${one}`))),
  ];
}

const seconds = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);

function sum(counts: ReadonlyMap<string, number>, counted: (name: string) => boolean): number {
  return [...counts].reduce((all, [name, count]) => (counted(name) ? all + count : all), 0);
}
