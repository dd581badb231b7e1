import { expect, test } from 'vitest';
import { packed } from './packed.ts';

interface Row {
  readonly id: string;
  readonly form: string | null;
  readonly seenAt: string | null;
  readonly word: string | null;
}
const { sql, unpack } = packed<Row, 'word'>({ id: 'c.id', form: 'c.form' }, { seenAt: 'c.seen_at' }, ['word']);

test('columns are one text', () => {
  expect(sql).toBe(
    `concat_ws('\x1f', coalesce(c.id::text, ''), coalesce(c.form::text, ''), coalesce(c.seen_at::text, ''))`,
  );
});

test('an empty value is null, an instant is in its shown form, and what is not packed is as it was', () => {
  expect(unpack('a\x1f\x1f2026-11-22 10:00:00.5+00', { word: 'w\x1f' })).toEqual({
    id: 'a',
    form: null,
    seenAt: '2026-11-22T10:00:00.500Z',
    word: 'w\x1f',
  });
  expect(unpack('a\x1fb\x1f', { word: null })).toEqual({ id: 'a', form: 'b', seenAt: null, word: null });
});

test.each(['a\x1fb', 'a\x1fb\x1f\x1f', 'a\x1fb\x1f\x1f2026-11-22 10:00:00+00', 'a'])(
  '%j has another number of values',
  (text) => {
    expect(() => unpack(text, { word: null })).toThrow('separator');
  },
);
