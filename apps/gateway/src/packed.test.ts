import { expect, test } from 'vitest';
import { packed } from './packed.ts';

const { sql, unpack } = packed<{ readonly id: string; readonly form: string | null; readonly seenAt: string | null }>(
  { id: 'c.id', form: 'c.form' },
  { seenAt: 'c.seen_at' },
);

test('columns are one text', () => {
  expect(sql).toBe(
    `concat_ws('\x1f', coalesce(c.id::text, ''), coalesce(c.form::text, ''), coalesce(c.seen_at::text, ''))`,
  );
});

test('an empty value is null, and an instant is in its shown form', () => {
  expect(unpack('a\x1f\x1f2026-11-22 10:00:00.5+00')).toEqual({
    id: 'a',
    form: null,
    seenAt: '2026-11-22T10:00:00.500Z',
  });
  expect(unpack('a\x1fb\x1f')).toEqual({ id: 'a', form: 'b', seenAt: null });
});

test.each(['a\x1fb', 'a\x1fb\x1f\x1f', 'a\x1fb\x1f\x1f2026-11-22 10:00:00+00', 'a'])(
  '%j has another number of values',
  (text) => {
    expect(() => unpack(text)).toThrow('separator');
  },
);
