import type { Lag } from '../chaos/event-log.ts';

/** When PostgreSQL was down, in Unix milliseconds. */
export interface Downtime {
  readonly from: number;
  readonly to: number;
}

/** The longest that an event waited for its position, not counting the database's downtimes; in milliseconds. */
export function longestStall(lags: readonly Lag[], downtimes: readonly Downtime[]): number {
  return lags.reduce((longest, { committedAt, positionedAt }) => {
    const down = downtimes.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(to, positionedAt) - Math.max(from, committedAt)),
      0,
    );
    return Math.max(longest, positionedAt - committedAt - down);
  }, 0);
}
