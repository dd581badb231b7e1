/** More than the clocks of maintained machines differ. */
const minutes = 5;

/**
 * SQL: whether a stored time has not come yet. A process has stored it whose clock was ahead; once that is set right, nothing
 * must wait until then.
 *
 * @param known a time that has come by the clock of this process, which may differ from the database's
 */
export const isAheadOfTime = (time: string, known: string): string =>
  `${time} > greatest(now(), ${known}) + interval '${minutes} minutes'`;

/** The same of a time that was read, in Unix milliseconds. */
export function wasAheadOfTime(time: number, now: number): boolean {
  return time > now + minutes * 60_000;
}
