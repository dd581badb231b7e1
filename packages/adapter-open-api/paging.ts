import { countOf, type NumberedPage, numberedPageOf, type Rows } from '@card-gateway/adapter-kit';
import type { Page } from '@card-gateway/core';

/**
 * A page of rows; at most `maxPages` are requested. Neither a short page nor the provider's `total` ends a list: the provider
 * may cap its pages, and rows can repeat and move between them (§1.2). The echoed page fields are ignored: the documents show
 * them swapped (trap 7). The first page is assumed to be 1.
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
 * Whether a list filtered by one card's number (§2.2) that lacks the card proves that it does not exist. Other cards on a page
 * of many mean that the filter was not applied as assumed; an unreadable row may be the card.
 */
export function provesAbsence(rows: Rows<unknown>, total: number | null): boolean {
  const count = countOf(rows);
  return count === 0 || (rows.unreadable === 0 && total !== null && total <= count);
}
