import { expect, test } from 'vitest';
import { createKnownPages, type KnownPage } from './known-pages.ts';

const dayMs = 86_400_000;
const positions = Array.from({ length: 10 }, (_, index) => String(index));

function pageOf(ms: number): KnownPage {
  const head = { next: null, nextPart: null, isWhole: false, total: null, unreadable: 0 };
  return { head, refs: 'one', askedAt: new Date(ms), versions: ['1'] };
}

test('pages are kept by account and position', () => {
  const pages = createKnownPages(4);
  const [first, second, third, again] = [pageOf(1), pageOf(2), pageOf(3), pageOf(4)];
  pages.set('one', null, first);
  pages.set('two', null, second);
  pages.set('one', '2.100', third);
  pages.set('one', null, again);
  expect(pages.get('one', null)).toBe(again);
  expect(pages.get('two', null)).toBe(second);
  expect(pages.get('one', '2.100')).toBe(third);
  expect(pages.get('two', '2.100')).toBeUndefined();
});

test('of a list with more pages than are kept, as many are known the next time as are kept', () => {
  const pages = createKnownPages(4);
  /** As a sync does: looks at each page in turn, and stores it. */
  const sync = (at: number): number => {
    let known = 0;
    for (const position of positions) {
      if (pages.get('large', position) !== undefined) known += 1;
      pages.set('large', position, pageOf(at));
    }
    return known;
  };
  expect([0, 1, 2].map((day) => sync(day * dayMs + 1))).toEqual([0, 4, 4]);
});

test('pages that no reading has shown for a day make room', () => {
  const pages = createKnownPages(4);
  for (const position of positions) pages.set('gone', position, pageOf(0));
  pages.set('new', null, pageOf(dayMs - 1));
  expect(pages.get('new', null)).toBeUndefined();
  pages.set('new', null, pageOf(dayMs));
  expect(pages.get('new', null)).toBeDefined();
  expect(positions.filter((position) => pages.get('gone', position) !== undefined)).toEqual(['1', '2', '3']);
});
