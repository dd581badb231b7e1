import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rows of a list that are sealed and stored at a time, which takes some ten milliseconds of the event loop. */
const mostRows = 500;

/** Processes a list of any length in parts, and yields to the event loop in between. */
export async function inParts<Row>(
  rows: readonly Row[],
  work: (part: readonly Row[]) => void | Promise<void>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += mostRows) {
    if (from > 0) await nextTurn();
    await work(rows.slice(from, from + mostRows));
  }
}
