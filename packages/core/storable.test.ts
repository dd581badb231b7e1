import { describe, expect, test } from 'vitest';
import { isProviderId, storableDate, storableText } from './storable.ts';

describe('a text that can be kept', () => {
  test.each<[string, string, number, string]>([
    ['a short one', 'Café 宜信', 20, 'Café 宜信'],
    ['one that is too long', 'abcdef', 3, 'abc'],
    ['a cut between emoji', '💳💳💳', 2, '💳💳'],
    ['a cut that would go through an emoji', 'ab💳', 3, 'ab💳'],
    ['a lone high surrogate', 'a\uD83Db', 9, 'a\uFFFDb'],
    ['a lone low surrogate', '\uDCB3', 9, '\uFFFD'],
    ['half an emoji, as another has cut it', 'ab\uD83D', 3, 'ab\uFFFD'],
    ['NUL characters', 'a\0b\0', 9, 'ab'],
    ['nothing', '', 5, ''],
  ])('%s', (_name, text, most, kept) => {
    expect(storableText(text, most)).toBe(kept);
  });

  test('is well-formed and no longer than was said, whatever it was', () => {
    const odd = ['a', '\0', '\uD83D', '\uDCB3', '💳', 'é'];
    for (let number = 0; number < 6 ** 4; number += 1) {
      const text = [0, 1, 2, 3].map((place) => odd[Math.floor(number / 6 ** place) % 6]).join('');
      for (const most of [1, 2, 3]) {
        const kept = storableText(text, most);
        expect(
          kept.isWellFormed() && !kept.includes('\0') && Array.from(kept).length <= most,
          JSON.stringify(text),
        ).toBe(true);
      }
    }
  });
});

test.each([
  ['1899-12-31T23:59:59.999Z', false],
  ['1900-01-01T00:00:00.000Z', true],
  ['2026-11-29T12:00:00.000Z', true],
  ['9998-12-31T23:59:59.999Z', true],
  ['9999-01-01T00:00:00.000Z', false],
  ['-000001-01-01T00:00:00.000Z', false],
  ['+275760-09-13T00:00:00.000Z', false],
])('the date %s can be kept: %s', (text, isKept) => {
  expect(storableDate(Date.parse(text))?.toISOString() ?? null).toBe(isKept ? text : null);
});

test.each([Number.NaN, Infinity, -Infinity, 9e15, -9e15])('%s is no date', (instant) => {
  expect(storableDate(instant)).toBeNull();
});

test.each([
  ['C202605220001', true],
  ['cid_sxdwXPRxtXt6Ch4n', true],
  ['a/b?c#d', true],
  ['...', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
  ['.', false],
  ['..', false],
  ['a\0', false],
  ['a\nb', false],
  ['a\uD800', false],
])('%j is an id: %s', (text, isId) => {
  expect(isProviderId(text)).toBe(isId);
});
