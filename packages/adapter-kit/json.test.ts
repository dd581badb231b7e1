import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { NumberLiteral, parseJson, wire } from './json.ts';

describe('parseJson', () => {
  test('keeps every number as it stood on the wire', () => {
    const text =
      '{"amount":100.00,"id":1234567890123456789,"list":[-0,1e2,[0.10]],"text":"1.0","none":null,"yes":true}';
    expect(parseJson(text)).toEqual({
      amount: new NumberLiteral('100.00'),
      id: new NumberLiteral('1234567890123456789'),
      list: [new NumberLiteral('-0'), new NumberLiteral('1e2'), [new NumberLiteral('0.10')]],
      text: '1.0',
      none: null,
      yes: true,
    });
    expect(parseJson('7.50')).toEqual(new NumberLiteral('7.50'));
  });

  test.each(['', '<html>', '{"a":', '{"a":01}', 'NaN'])('throws on what is no JSON: %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('leaves out NUL, which PostgreSQL takes in no text', () => {
    expect(parseJson(String.raw`{"name":"a\u0000b"}`)).toEqual({ name: 'ab' });
  });

  test('a literal that no schema has read cannot be written again by mistake', () => {
    expect(() => JSON.stringify(parseJson('{"a":1}'))).toThrow(TypeError);
  });

  test('a key cannot reach the prototype', () => {
    const value = parseJson('{"__proto__":{"polluted":1}}') as object;
    expect('polluted' in {}).toBe(false);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('wire', () => {
  const read = (schema: z.ZodType, text: string): unknown => schema.safeParse(parseJson(text)).data;

  test.each([
    ['7', 7],
    ['-7', -7],
    ['1e3', 1000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740993', undefined],
    ['1.5', undefined],
    ['"7"', undefined],
    ['null', undefined],
  ])('integer reads %s as %s', (text, value) => {
    expect(read(wire.integer, text)).toBe(value);
  });

  test.each([
    ['100.00', '100.00'],
    ['"100.00"', '100.00'],
    ['12345678901234567890.12', '12345678901234567890.12'],
    ['1.5e2', '150'],
    ['""', undefined],
    ['"1,000"', undefined],
    ['null', undefined],
    ['true', undefined],
  ])('decimal reads %s as %s', (text, value) => {
    expect(read(wire.decimal, text)).toBe(value);
  });

  test.each([
    ['"a"', 'a'],
    ['""', ''],
    ['1234567890123456789', '1234567890123456789'],
    ['null', undefined],
    ['{}', undefined],
  ])('textOrNumber reads %s as %s', (text, value) => {
    expect(read(wire.textOrNumber, text)).toBe(value);
  });

  test.each([
    ['"a"', 'a'],
    ['""', null],
    ['null', null],
    ['7', undefined],
  ])('optionalText reads %s as %s', (text, value) => {
    expect(read(wire.optionalText, text)).toBe(value);
  });

  test('optionalText may be absent', () => {
    expect(wire.optionalText.parse(undefined)).toBeNull();
  });
});
