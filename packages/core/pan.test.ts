import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Pan, Secret } from './pan.ts';

const number = '6217000000000001234';
const pan = Pan.parse(number) ?? expect.unreachable();

/** Every way by which a value usually ends up in a log or a reply. */
const waysOut: readonly (readonly [string, (value: unknown) => string])[] = [
  ['JSON', (value) => JSON.stringify({ value, list: [value] })],
  ['inspect', (value) => inspect({ value, list: [value] }, { depth: 9, showHidden: true })],
  ['inspect without custom functions', (value) => inspect(value, { customInspect: false, showHidden: true })],
  ['format', (value) => format('%s %o %j', value, value, value)],
  ['a template', (value) => `is ${value as string}`],
  ['concatenation', (value) => 'is ' + (value as string)],
  ['String()', String],
  ['a spread', (value) => JSON.stringify({ ...(value as object) })],
  ['structuredClone', (value) => inspect(structuredClone(value))],
  ['an error', (value) => inspect(new Error('failed', { cause: value }))],
];

describe.each(waysOut)('%s', (_name, tell) => {
  test('does not tell a secret', () => {
    expect(tell(new Secret('hunter2'))).not.toContain('hunter2');
    expect(tell(new Secret({ inner: 'hunter2' }))).not.toContain('hunter2');
  });

  test('does not tell a card number', () => {
    expect(tell(pan)).not.toContain('6217000');
  });
});

test('reveal is the only way out', () => {
  expect(new Secret('hunter2').reveal()).toBe('hunter2');
  expect(pan.reveal()).toBe(number);
  expect(JSON.stringify(new Secret('hunter2'))).toBe('"[secret]"');
});

test('what may be shown of a card number', () => {
  expect([pan.bin, pan.last4, pan.masked]).toEqual(['621700', '1234', '621700******1234']);
});

test.each([
  ['4111 1111 1111 1111', '4111111111111111'],
  ['4111-1111-1111-1111', '4111111111111111'],
  ['123456789012', '123456789012'],
  ['123456789012345678901', '123456789012345678901'],
])('reads %s', (text, digits) => {
  expect(Pan.parse(text)?.reveal()).toBe(digits);
});

test.each([
  '',
  '12345678901',
  '1234567890123456789012',
  '411111******1111',
  '4111_1111_1111_1111',
  '４１１１１１１１１１１１１１１１',
])('no card number: %j', (text) => {
  expect(Pan.parse(text)).toBeNull();
});
