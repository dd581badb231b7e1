import pg from 'pg';
import { expect, test } from 'vitest';
import { shownInstant, shownInstants } from './instants.ts';

test.each([
  ['2026-11-29 08:01:02+00', '2026-11-29T08:01:02.000Z'],
  ['2026-11-29 08:01:02.1+00', '2026-11-29T08:01:02.100Z'],
  ['2026-11-29 08:01:02.12+00', '2026-11-29T08:01:02.120Z'],
  ['2026-11-29 08:01:02.123+00', '2026-11-29T08:01:02.123Z'],
  ['2026-11-29 08:01:02.123999+00', '2026-11-29T08:01:02.123Z'],
  ['2026-11-29 16:01:02.1+08', '2026-11-29T08:01:02.100Z'],
  ['2026-11-29 13:31:02.1+05:30', '2026-11-29T08:01:02.100Z'],
  ['2026-11-28 22:01:02.123-10', '2026-11-29T08:01:02.123Z'],
  ['1970-01-01 00:00:00+00', '1970-01-01T00:00:00.000Z'],
  ['12026-11-29 08:01:02+00', '+012026-11-29T08:01:02.000Z'],
  ['0044-03-15 12:00:00+00 BC', '-000043-03-15T12:00:00.000Z'],
])('PostgreSQL writes %s', (text, shown) => {
  expect(shownInstant(text)).toBe(shown);
});

test('every other type is read as always', () => {
  const { INT4, BYTEA, NUMERIC, TIMESTAMPTZ } = pg.types.builtins;
  for (const type of [INT4, BYTEA, NUMERIC]) {
    expect(shownInstants.getTypeParser(type, 'text')).toBe(pg.types.getTypeParser(type, 'text'));
  }
  expect(shownInstants.getTypeParser(TIMESTAMPTZ, 'text')).toBe(shownInstant);
});
