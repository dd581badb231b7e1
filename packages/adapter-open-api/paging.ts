/**
 * Where a list goes on: our own page counter, the rows collected before it, and the page size the counter belongs to, so that
 * a changed setting does not shift a list half-way. It travels as `page.collected.size` in a `next`, which is all that
 * another process needs (open-api-issuer.md §1.2).
 */
export interface Position {
  readonly page: number;
  readonly collected: number;
  readonly size: number;
}

const shape = /^([1-9]\d{0,8})\.(\d{1,9})\.([1-9]\d{0,2})$/;

/** Reads a `next`; null starts at page 1. Returns null for text that {@link nextAfter} did not write. */
export function positionOf(next: string | null, pageSize: number): Position | null {
  if (next === null) return { page: 1, collected: 0, size: pageSize };
  const [, page, collected, size] = shape.exec(next) ?? [];
  return page === undefined ? null : { page: Number(page), collected: Number(collected), size: Number(size) };
}

/**
 * The `next` after a page, or null at the end: an empty page, as many rows as the provider's `total`, or `maxPages`. A page
 * that is merely short ends nothing, for the provider may cap the page size. The echoed page fields play no part: the
 * documents show them swapped (trap 7).
 *
 * @param rows different rows on this page; counting repeated ones could end the list early
 * @param total rows in all as the provider says, null when it does not
 */
export function nextAfter(position: Position, rows: number, total: number | null, maxPages: number): string | null {
  const collected = position.collected + rows;
  if (rows === 0 || (total !== null && collected >= total) || position.page >= maxPages) return null;
  return `${position.page + 1}.${collected}.${position.size}`;
}

/** The rows without repetitions of one id. Row order is not stated, so rows can repeat (open-api-issuer.md §1.2). */
export function distinct<Row>(rows: readonly Row[], idOf: (row: Row) => string): readonly Row[] {
  return [...new Map(rows.map((row) => [idOf(row), row])).values()];
}
