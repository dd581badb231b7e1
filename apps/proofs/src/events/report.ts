import { findingsText, isGood as isRight } from '../chaos/report.ts';
import type { EventReport } from './run.ts';

/** The feed may not stall for longer. */
const longestStallMs = 1000;

export function isGood(report: EventReport): boolean {
  return isRight(report) && report.stallMs <= longestStallMs;
}

export function reportText(report: EventReport): string {
  const { options, stallMs } = report;
  const { writers, kills, stops, seed } = options;
  const mutation = options.mutation === null ? '' : `, with "${options.mutation}" taken away on purpose`;
  return [
    `${writers} writers, ${kills} kills, ${stops} stops of PostgreSQL, seed ${seed}${mutation}`,
    findingsText(report, 'hurry'),
    `longest wait for a position while PostgreSQL and a gateway were up: ${stallMs.toFixed(0)} ms (at most ${longestStallMs})`,
    isGood(report) ? 'GOOD' : 'FAILED',
  ].join('\n');
}
