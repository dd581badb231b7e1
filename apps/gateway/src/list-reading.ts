import type { Page } from '@card-gateway/core';

/**
 * How far a provider's list has been read: all that another process needs to go on with it, beside the rows it has shown. A
 * list comes in parts, mostly in one, and a part is read in laps: pages that move while they are read can hide a row, which
 * the next lap shows.
 */
export interface ListReading {
  /** The page to ask for; null is the list's first. */
  readonly position: string | null;
  /** The first page of the part that is read. */
  readonly part: string | null;
  /** The number of this lap, of whatever part. */
  readonly lap: number;
  /** Laps of this part, this one included. */
  readonly laps: number;
  /** Pages of this lap that brought rows. */
  readonly pages: number;
  /** Rows of this lap that no lap had shown before. */
  readonly found: number;
  /** The part's first page had all of its rows. */
  readonly cameAtOnce: boolean;
}

/** Before the first page. */
export const listStart: ListReading = lapOf(null, 1, 1);

function lapOf(part: string | null, lap: number, laps: number): ListReading {
  return { position: part, part, lap, laps, pages: 0, found: 0, cameAtOnce: false };
}

/** A page, and how many of its different rows this lap had not shown before, and how many no lap had. */
export interface ShownPage extends Pick<Page<unknown>, 'next' | 'nextPart' | 'isWhole'> {
  readonly newInLap: number;
  readonly newAtAll: number;
}

/**
 * A list that changes all the while is read so often and no more. What was there all the while and moved past the reader in
 * each lap comes with the next sync.
 */
const mostLaps = 3;

/** So many pages of one lap that each bring something new, or so many new rows, are no list. */
export const mostOfLap = { pages: 10_000, rows: 1_000_000 } as const;

/** Whether a list has been read for so long that no end of it is to be expected. */
export function isEndless({ pages, found }: ListReading): boolean {
  return pages >= mostOfLap.pages || found >= mostOfLap.rows;
}

/**
 * Where to go on after a page, or null at the end of the list. A part ends at a page that brings nothing new: rows repeat
 * and move between pages, so that neither a sum nor a short page tells. What came with one page came at one moment; of
 * what took more, a row may have moved to a page that was read already, so that the part is read again until a whole lap
 * brings nothing new.
 */
export function afterPage(reading: ListReading, page: ShownPage): ListReading | null {
  const found = reading.found + page.newAtAll;
  if (page.newInLap > 0 && page.next !== null) {
    const cameAtOnce = reading.pages === 0 && page.isWhole;
    return { ...reading, position: page.next, pages: reading.pages + 1, found, cameAtOnce };
  }
  const isCutOff = page.newInLap > 0;
  const isSure = reading.pages === 0 || reading.cameAtOnce || (reading.laps > 1 && found === 0);
  if (!isSure && !isCutOff && reading.laps < mostLaps) return lapOf(reading.part, reading.lap + 1, reading.laps + 1);
  return page.nextPart === null ? null : lapOf(page.nextPart, reading.lap + 1, 1);
}

/**
 * Reads a list to its end within one request.
 *
 * @param take gets the rows of each page
 * @returns false when it was left after so many pages, or rows, with more to come
 */
export async function readList<Row extends { readonly providerRef: string }>(
  ask: (position: string | null) => Promise<Page<Row>>,
  take: (rows: readonly Row[]) => void | Promise<void>,
  most: { readonly pages: number; readonly rows: number },
): Promise<boolean> {
  const lapOfRow = new Map<string, number>();
  let reading: ListReading | null = listStart;
  let rows = 0;
  for (let pages = 0; reading !== null; pages += 1) {
    if (pages === most.pages || rows >= most.rows) return false;
    const page = await ask(reading.position);
    rows += page.items.length;
    await take(page.items);
    const { lap } = reading;
    const refs = new Set(page.items.map(({ providerRef }) => providerRef));
    const newInLap = [...refs].filter((ref) => lapOfRow.get(ref) !== lap);
    const newAtAll = newInLap.filter((ref) => !lapOfRow.has(ref));
    for (const ref of newInLap) lapOfRow.set(ref, lap);
    reading = afterPage(reading, { ...page, newInLap: newInLap.length, newAtAll: newAtAll.length });
  }
  return true;
}
