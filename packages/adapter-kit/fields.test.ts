import { expect, test } from 'vitest';
import { z } from 'zod';
import { rowsOf } from './fields.ts';

test('a list of more rows than anybody can have is not read row by row', () => {
  let read = 0;
  const list = rowsOf(z.unknown().transform(() => (read += 1)));
  expect(list.safeParse(Array(20_000).fill(null)).data).toMatchObject({ unreadable: 0 });
  expect(read).toBe(20_000);
  expect(list.safeParse(Array(20_001).fill(null)).success).toBe(false);
  expect(read).toBe(20_000);
});
