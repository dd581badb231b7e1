import type { Page } from '@card-gateway/core';
import { pageOf } from './lists.ts';
import type { Rows } from './fields.ts';

/**
 * The position in a list: a page by its number, and the page size it was counted with, so that a changed setting does not shift
 * a list half-way. Its form in a `next` is `page.size`, which is all that another process needs.
 */
export interface NumberedPage {
  readonly page: number;
  readonly size: number;
}

const shape = /^(0|[1-9]\d{0,8})\.([1-9]\d{0,2})$/;

/**
 * Parses a `next`; null starts at the first page.
 *
 * @param first number of the first page: 0 or 1
 * @param size rows to request when the list starts
 * @returns null for text that {@link numberedPageOf} did not write
 */
export function numberedPage(next: string | null, first: 0 | 1, size: number): NumberedPage | null {
  if (next === null) return { page: first, size };
  const [, page, asked] = shape.exec(next) ?? [];
  return page === undefined || Number(page) < first ? null : { page: Number(page), size: Number(asked) };
}

/** The rows of such a page; the following one is next, unless {@link on} says that this is the last. */
export function numberedPageOf<Item>(
  { page, size }: NumberedPage,
  rows: Rows<Item>,
  on: Partial<Pick<Page<Item>, 'isWhole' | 'total'>> & { readonly isLast?: boolean } = {},
): Page<Item> {
  const { isLast = false, ...rest } = on;
  return pageOf(rows, { ...rest, next: isLast ? null : `${page + 1}.${size}` });
}
