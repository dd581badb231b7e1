import type { Page } from '@card-gateway/core';

/**
 * Progress through a provider's list: together with the rows already seen, all that another process needs to continue. A list
 * consists of parts, usually one, and each part is read in laps: pages that move during the read can hide a row, which the next
 * lap shows.
 */
export interface ListReading {
  /** The page to request; null for the list's first. */
  readonly position: string | null;
  /** The first page of the current part. */
  readonly part: string | null;
  /** Sequence number of this lap, across all parts. */
  readonly lap: number;
  /** Number of laps of this part, including this one. */
  readonly laps: number;
  /** Pages of this lap that had rows. */
  readonly pages: number;
  /** Rows of this lap that no earlier lap had shown. */
  readonly found: number;
  /** Whether the part's first page contained all of its rows. */
  readonly cameAtOnce: boolean;
  /** First pages of this lap that showed the same rows as those of the lap before, if that is known. */
  readonly repeated?: number;
}

/** Before the first page. */
export const listStart: ListReading = lapOf(null, 1, 1);

function lapOf(part: string | null, lap: number, laps: number): ListReading {
  return { position: part, part, lap, laps, pages: 0, found: 0, cameAtOnce: false };
}

/** A page, with the number of its distinct rows that are new to this lap, and new to all laps. */
export interface ShownPage extends Pick<Page<unknown>, 'next' | 'nextPart' | 'isWhole'> {
  readonly newInLap: number;
  readonly newAtAll: number;
}

/** Maximum laps over a constantly changing list. A row that moved past the reader in every lap comes with the next sync. */
const mostLaps = 3;

/** A lap with this many pages that each bring something new, or this many new rows, is not a real list. */
export const mostOfLap = { pages: 10_000, rows: 1_000_000 } as const;

/** Whether the list has been read for so long that no end is to be expected. */
export function isEndless({ pages, found }: ListReading): boolean {
  return pages >= mostOfLap.pages || found >= mostOfLap.rows;
}

/**
 * The next position after a page, or null at the end of the list. A part ends at a page that brings nothing new: rows repeat
 * and move between pages, so neither a total nor a short page is reliable. A part that came in one page is a consistent
 * snapshot. In a longer one a row may have moved to a page already read, so the part is read again until a whole lap brings
 * nothing new.
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
 * @param take receives the rows of each page
 * @returns false if it stopped at the limit of pages or rows with more to come
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
