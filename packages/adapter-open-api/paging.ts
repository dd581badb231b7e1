import { countOf, type NumberedPage, numberedPageOf, type Rows } from '@card-gateway/adapter-kit';
import type { Page } from '@card-gateway/core';

/**
 * A page of rows, of which `maxPages` are asked for at most. Neither a short page nor the provider's `total` ends a list:
 * the provider may cap its pages, and rows can repeat and move between them (§1.2). The echoed page fields play no part:
 * the documents show them swapped (trap 7). The first page is taken to be 1.
 */
export function pageAt<Item>(
  asked: NumberedPage,
  rows: Rows<Item>,
  total: number | null,
  maxPages: number,
): Page<Item> {
  const isWhole = asked.page === 1 && countOf(rows) === total;
  return numberedPageOf(asked, rows, { isLast: asked.page >= maxPages, isWhole, total });
}

/**
 * Whether a list that was asked for by the number of one card (§2.2) proves, as it does not show the card, that it is not there.
 * Other cards on a page of many mean that the filter was not applied as assumed; a row that cannot be read may be the card.
 */
export function provesAbsence(rows: Rows<unknown>, total: number | null): boolean {
  const count = countOf(rows);
  return count === 0 || (rows.unreadable === 0 && total !== null && total <= count);
}
