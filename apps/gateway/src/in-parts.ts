import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rows of a list that are sealed and stored in one go: a few tens of milliseconds of everybody's time. */
const mostRows = 500;

/** Works on a list, however long it is, part by part, and lets others have their turn in between. */
export async function inParts<Row>(
  rows: readonly Row[],
  work: (part: readonly Row[]) => void | Promise<void>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += mostRows) {
    if (from > 0) await nextTurn();
    await work(rows.slice(from, from + mostRows));
  }
}
