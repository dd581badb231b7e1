import type { Page } from '@card-gateway/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEndless, listStart, mostOfLap, readList } from './list-reading.ts';

interface Row {
  readonly providerRef: string;
}

/** Changes of a list between two of its pages. */
type Change =
  | { readonly kind: 'insert'; readonly at: number; readonly rows: number }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'move'; readonly from: number; readonly to: number };

const place = fc.nat(40);
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: place, rows: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('delete' as const), at: place }),
  fc.record({ kind: fc.constant('move' as const), from: place, to: place }),
);

/** A provider whose list comes in parts, and changes before the pages that the test says. */
function provider(parts: readonly (readonly string[])[], size: number, sort: 'short' | 'clamped' | 'capped') {
  const lists = parts.map((ids) => [...ids]);
  const gone = new Set<string>();
  const asked = new Map<number, number>();
  let made = 0;

  function change(list: string[], { kind, ...how }: Change): void {
    if (kind === 'insert') {
      const { at, rows } = how as Extract<Change, { kind: 'insert' }>;
      list.splice(at, 0, ...Array.from({ length: rows }, () => `new-${(made += 1)}`));
    } else if (kind === 'delete') {
      for (const id of list.splice((how as Extract<Change, { kind: 'delete' }>).at, 1)) gone.add(id);
    } else {
      const { from, to } = how as Extract<Change, { kind: 'move' }>;
      list.splice(to, 0, ...list.splice(from, 1));
    }
  }

  return {
    requests: () => [...asked.values()].reduce((sum, count) => sum + count, 0),
    /** The rows that existed throughout the read. */
    stayed: () => parts.flat().filter((id) => !gone.has(id)),
    /** @param before changes before a page, by the number of the page that is asked for in its part's first lap */
    ask: async (position: string | null, before: ReadonlyMap<number, readonly Change[]>, always = false) => {
      const { part, page } = JSON.parse(position ?? '{"part":0,"page":0}') as { part: number; page: number };
      const list = lists[part] ?? [];
      const count = asked.get(part) ?? 0;
      asked.set(part, count + 1);
      if (always || count === page) for (const one of before.get(page) ?? []) change(list, one);
      const most = sort === 'capped' ? Math.max(1, size - 1) : size;
      const last = Math.max(0, Math.ceil(list.length / most) - 1);
      const from = (sort === 'clamped' ? Math.min(page, last) : page) * most;
      const rows = list.slice(from, from + most);
      const shown: Page<Row> = {
        items: rows.map((providerRef) => ({ providerRef })),
        unreadable: 0,
        next: rows.length === 0 ? null : JSON.stringify({ part, page: page + 1 }),
        nextPart: part + 1 < lists.length ? JSON.stringify({ part: part + 1, page: 0 }) : null,
        isWhole: page === 0 && rows.length === list.length,
        total: null,
      };
      return shown;
    },
  };
}

const sort = fc.constantFrom('short', 'clamped', 'capped' as const);
const size = fc.integer({ min: 2, max: 9 });
const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `row-${from + index}`);
const changes = (of: fc.Arbitrary<Change>) =>
  fc
    .array(fc.tuple(fc.nat(12), fc.array(of, { minLength: 1, maxLength: 4 })), { maxLength: 5 })
    .map((entries) => new Map(entries));

describe('a list that was read to its end', () => {
  test('has every row that was there all the while, however pages repeat, shift, shrink and grow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }),
        size,
        sort,
        changes(anyChange),
        async (counts, pageSize, kind, before) => {
          // Each part begins with the last rows of the one before it, as windows of time do that share a day.
          const parts = counts.map((count, index) =>
            ids(count + (index === 0 ? 0 : 3), 100 * index - (index === 0 ? 0 : 3)),
          );
          const source = provider(parts, pageSize, kind);
          const got = new Set<string>();
          const isWhole = await readList<Row>(
            (position) => source.ask(position, before),
            (rows) => rows.forEach(({ providerRef }) => got.add(providerRef)),
            { pages: 10_000, rows: 1_000_000 },
          );
          expect(isWhole).toBe(true);
          expect(source.stayed().filter((id) => !got.has(id))).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('has them too when it never stops growing, by less than a page at a time', async () => {
    const grow = fc.record({ kind: fc.constant('insert' as const), at: place, rows: fc.constant(1) });
    const before = fc.array(grow, { maxLength: 30 }).map((all) => new Map(all.map((one, page) => [page, [one]])));
    await fc.assert(
      fc.asyncProperty(fc.nat(60), size, before, async (count, pageSize, growing) => {
        const source = provider([ids(count)], pageSize, 'short');
        const got = new Set<string>();
        const isWhole = await readList<Row>(
          (position) => source.ask(position, growing, true),
          (rows) => rows.forEach(({ providerRef }) => got.add(providerRef)),
          { pages: 1000, rows: 1_000_000 },
        );
        expect(isWhole).toBe(true);
        expect(source.stayed().filter((id) => !got.has(id))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what reading a quiet list costs', () => {
  test.each<[string, readonly number[], number]>([
    ['an empty list', [0], 1],
    ['what comes with one page, and the page behind it', [9], 2],
    ['a full page that is all there is', [10], 2],
    ['30 rows in four pages, twice', [30], 8],
    ['parts of which some are empty', [0, 5, 0, 12], 1 + 2 + 1 + 2 * 3],
  ])('%s', async (_name, counts, requests) => {
    const source = provider(
      counts.map((count, index) => ids(count, 100 * index)),
      10,
      'short',
    );
    const quiet = new Map<number, readonly Change[]>();
    expect(
      await readList(
        (position) => source.ask(position, quiet),
        () => {},
        { pages: 1000, rows: 1_000_000 },
      ),
    ).toBe(true);
    expect(source.requests()).toBe(requests);
  });

  test('a list without an end is left', async () => {
    let made = 0;
    const endless = async (): Promise<Page<Row>> => ({
      items: [{ providerRef: `row-${(made += 1)}` }],
      unreadable: 0,
      next: 'on',
      nextPart: null,
      isWhole: false,
      total: null,
    });
    expect(await readList(endless, () => {}, { pages: 50, rows: 1000 })).toBe(false);
    expect(made).toBe(50);
    expect(await readList(endless, () => {}, { pages: 1000, rows: 50 })).toBe(false);
    expect(made).toBe(100);
    const { pages, rows } = mostOfLap;
    expect([listStart, { ...listStart, pages: pages - 1, found: rows - 1 }].map(isEndless)).toEqual([false, false]);
    expect(
      [
        { ...listStart, pages },
        { ...listStart, found: rows },
      ].map(isEndless),
    ).toEqual([true, true]);
  });
});
