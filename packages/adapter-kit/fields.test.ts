import { expect, test } from 'vitest';
import { z } from 'zod';
import { field, required, rowsOf } from './fields.ts';

test('a list of more rows than anybody can have is not read row by row', () => {
  let read = 0;
  const list = rowsOf(z.unknown().transform(() => (read += 1)));
  expect(list.safeParse(Array(20_000).fill(null)).data).toMatchObject({ unreadable: 0 });
  expect(read).toBe(20_000);
  expect(list.safeParse(Array(20_001).fill(null)).success).toBe(false);
  expect(read).toBe(20_000);
});

test('what is kept or shown of a row is redacted, in every form', () => {
  const row = z.object({
    name: field.text,
    status: required.word,
    kind: field.word,
    bin: field.bin,
    country: field.word,
  });
  expect(
    row.parse({
      name: 'Shop ４１１１.2222.3333.4444 in 上海，中国',
      status: '4111222233334444',
      kind: Buffer.from('4111222233334444').toString('base64'),
      bin: '4111222233334444',
      country: '4111%202222%203333%204444',
    }),
  ).toEqual({ name: 'Shop *** in 上海,中国', status: '***', kind: '***', bin: undefined, country: '***' });
  const usual = { name: 'Shop, 上海，中国', status: 'Activated', kind: '2', bin: '42880112', country: 'SG' };
  expect(row.parse(usual)).toEqual(usual);
});

test('an id is a word: a sentence is none, and costs the row; a reference that is only compared may be one', () => {
  const row = z.object({ id: required.id, holder: field.reference, ours: field.echo });
  expect(row.parse({ id: 'cid_sxdw/1', holder: 10001, ours: 'Ada Müller 1' })).toEqual({
    id: 'cid_sxdw/1',
    holder: '10001',
    ours: 'Ada Müller 1',
  });
  for (const sentence of ['card 4111 2222 is stolen', '4111\u00a02222', '４１１１', '4111\u200b2222']) {
    expect(row.safeParse({ id: sentence }).success).toBe(false);
    expect(row.parse({ id: '1', holder: sentence }).holder).toBeUndefined();
  }
});

test('a card number is no amount', () => {
  const row = z.object({ amount: required.amount, fee: field.amount });
  expect(row.parse({ amount: '4111222233334445', fee: '-12.50' })).toEqual({
    amount: '4111222233334445',
    fee: '-12.50',
  });
  for (const number of [4111222233334448, '4111222233334448', '4111222233334448.00', '4.111222233334448e15']) {
    expect(row.safeParse({ amount: number }).success).toBe(false);
    expect(row.parse({ amount: '1', fee: number }).fee).toBeUndefined();
  }
});
