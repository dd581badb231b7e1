import { expect, test } from 'vitest';
import { parseDecimal } from './money.ts';

test.each([
  ['100.00', '100.00'],
  ['0', '0'],
  ['-0.10', '-0.10'],
  [' 401.49\n', '401.49'],
  ['9007199254740993.000000000000000001', '9007199254740993.000000000000000001'],
])('plain decimal text stays as it is: %s', (text, decimal) => {
  expect(parseDecimal(text)).toBe(decimal);
});

test.each([
  ['1.5e2', '150'],
  ['1.50E+1', '15.0'],
  ['1.25e1', '12.5'],
  ['12e0', '12'],
  ['5e-1', '0.5'],
  ['-12e-4', '-0.0012'],
  ['12.5e-2', '0.125'],
  ['0.5e1', '5'],
  ['0.05e1', '0.5'],
  ['0e5', '0'],
  ['5E+6', '5000000'],
])('an exponent is written out: %s is %s', (text, decimal) => {
  expect(parseDecimal(text)).toBe(decimal);
});

test.each([
  '',
  ' ',
  'abc',
  '1,000.00',
  '1.',
  '.5',
  '+1',
  '--1',
  '0x10',
  'NaN',
  'Infinity',
  '1e',
  '1e1000',
  '1e50',
  '1e-50',
  '9'.repeat(51),
  '1 000',
  '١',
])('no number: %j', (text) => {
  expect(parseDecimal(text)).toBeNull();
});
