import { countOf, pageOf, type Rows } from '@card-gateway/adapter-kit';
import type { Page } from '@card-gateway/core';
import { z } from 'zod';
import { dayMs, timeFilter } from './window.ts';

/**
 * A list accepts a range of at most 90 days and does not say whether its end is included (keysecure.md §7): windows stay a day
 * below the limit, however it is counted, and overlap by a day, so that rows at the seam appear twice rather than never.
 */
const windowMs = 89 * dayMs;
const overlapMs = dayMs;

/** The range that the filters can express: four-digit years. */
const instant = z.int().min(Date.parse('1900-01-01T00:00:00Z')).max(Date.parse('9999-12-30T00:00:00Z'));

/**
 * The position in a list: a page of a window, all in instants (Unix milliseconds). `until` is the end as set by the first page,
 * so that new rows do not shift the pages, and `size` its page size, in case the setting changes meanwhile.
 */
const stepShape = z.strictObject({
  from: instant,
  to: instant,
  until: instant,
  page: z.int().min(0),
  size: z.int().min(1).max(100),
});
export type Step = z.output<typeof stepShape>;

/** The first page of a list from one instant to a later one. */
export function firstStep(from: number, until: number, size: number): Step {
  return { from, to: Math.min(from + windowMs, until), until, page: 0, size };
}

/** Parses what {@link pageAt} wrote; null for anything else. */
export function readStep(text: string): Step | null {
  try {
    return stepShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * The page at a step. The next page belongs to the same window; the next part is the next window, and the window that reaches
 * `until` is the last. That fewer rows than requested are all there are is inferred, not documented (keysecure.md §7), so
 * `isWhole` is set only on the first page, and ends nothing.
 */
export function pageAt<Item>(step: Step, rows: Rows<Item>): Page<Item> {
  const from = step.to - overlapMs;
  const following = { ...step, from, to: Math.min(from + windowMs, step.until), page: 0 };
  return pageOf(rows, {
    next: JSON.stringify({ ...step, page: step.page + 1 }),
    nextPart: step.to >= step.until ? null : JSON.stringify(following),
    isWhole: step.page === 0 && countOf(rows) < step.size,
  });
}

/** A step as a filter of the lists. */
export function stepFilter(step: Step, timeZone: string): Readonly<Record<string, string | number>> {
  return { ...timeFilter(step.from, step.to, timeZone), page: step.page, size: step.size };
}
