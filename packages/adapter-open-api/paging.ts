import { countOf, pageOf, type Rows } from '@card-gateway/adapter-kit';
import type { Page } from '@card-gateway/core';

/**
 * Where a list goes on: our own page counter, and the page size it belongs to, so that a changed setting does not shift a
 * list half-way. It travels as `page.size` in a `next`, which is all that another process needs (open-api-issuer.md §1.2).
 */
export interface Position {
  readonly page: number;
  readonly size: number;
}

const shape = /^([1-9]\d{0,8})\.([1-9]\d{0,2})$/;

/** Reads a `next`; null starts at page 1. Returns null for text that {@link pageAt} did not write. */
export function positionOf(next: string | null, pageSize: number): Position | null {
  if (next === null) return { page: 1, size: pageSize };
  const [, page, size] = shape.exec(next) ?? [];
  return page === undefined ? null : { page: Number(page), size: Number(size) };
}

/**
 * A page of rows, of which `maxPages` are asked for at most. Neither a short page nor the provider's `total` ends a list:
 * the provider may cap its pages, and rows can repeat and move between them (§1.2). The echoed page fields play no part:
 * the documents show them swapped (trap 7).
 */
export function pageAt<Item>(position: Position, rows: Rows<Item>, total: number | null, maxPages: number): Page<Item> {
  return pageOf(rows, {
    next: position.page >= maxPages ? null : `${position.page + 1}.${position.size}`,
    isWhole: position.page === 1 && countOf(rows) === total,
    total,
  });
}

/**
 * Whether a list that was asked for by the number of one card (§2.2) proves, as it does not show the card, that it is not there.
 * Other cards on a page of many mean that the filter was not applied as assumed; a row that cannot be read may be the card.
 */
export function provesAbsence(rows: Rows<unknown>, total: number | null): boolean {
  const count = countOf(rows);
  return count === 0 || (rows.unreadable === 0 && total !== null && total <= count);
}
