import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { NumberLiteral, parseJson, wire } from './json.ts';

describe('parseJson', () => {
  test('keeps every number that a JavaScript number would change as it stood on the wire', () => {
    const text =
      '{"amount":100.00,"id":1234567890123456789,"list":[-0,1e2,[0.10]],"count":7,"text":"1.0","none":null,"yes":true}';
    expect(parseJson(text)).toEqual({
      amount: new NumberLiteral('100.00'),
      id: new NumberLiteral('1234567890123456789'),
      list: [new NumberLiteral('-0'), new NumberLiteral('1e2'), [new NumberLiteral('0.10')]],
      count: 7,
      text: '1.0',
      none: null,
      yes: true,
    });
    expect(parseJson('7.50')).toEqual(new NumberLiteral('7.50'));
  });

  test.each(
    '0 -0 1 -1 -10 999999999999999 1000000000000000 9007199254740993 -1234567890123456 0.1 -0.0 1.50 1e2 1E+2 -1.5e-7 1e400 123456789012345.6'.split(
      ' ',
    ),
  )('gives %s back as it stands, wherever it stands', (number) => {
    const read = (text: string): unknown => parseJson(text);
    const textOf = (value: unknown): string => (value instanceof NumberLiteral ? value.text : String(value));
    expect(textOf(read(number))).toBe(number);
    const { list, object } = read(`{ "list":[${number},${number}] , "object":{"a": ${number} } }`) as {
      list: unknown[];
      object: { a: unknown };
    };
    expect([...list, object.a].map(textOf)).toEqual([number, number, number]);
  });

  test.each([
    '""',
    '"1.50"',
    '"-0"',
    '"[1.50,-0]"',
    '"1234567890123456789"',
    String.raw`"a\"1.50"`,
    String.raw`"\\\\"`,
    String.raw`"\\\""`,
    String.raw`"{\"a\":1e5}"`,
    String.raw`"\u0031.50"`,
  ])('leaves the text %s alone beside such a number', (text) => {
    expect(parseJson(`{${text}:${text},"b":[${text},1.50,${text}]}`)).toEqual({
      [JSON.parse(text) as string]: JSON.parse(text),
      b: [JSON.parse(text), new NumberLiteral('1.50'), JSON.parse(text)],
    });
  });

  test.each([
    '',
    '<html>',
    '{"a":',
    '{"a":01}',
    'NaN',
    '{1.5:2}',
    '[1.]',
    '[.5]',
    '[1.5e]',
    '[+1.5]',
    '[1.5 2.5]',
    '[1.5]]',
    '"1.5',
    '\uFEFF',
    '\uFEFF\uFEFF{}',
  ])('throws on what is no JSON: %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('ignores a byte order mark', () => {
    expect(parseJson('\uFEFF{"a":1.0}')).toEqual({ a: new NumberLiteral('1.0') });
    expect(parseJson('\uFEFF{"a":"\uFEFFb"}')).toEqual({ a: '\uFEFFb' });
  });

  test.each(['', ',"b":1.0'])('leaves out what PostgreSQL takes in no text, beside {"a":"x"%s}', (more) => {
    const name = (text: string): unknown => (parseJson(`{"name":"${text}"${more}}`) as { name: unknown }).name;
    expect(name(String.raw`a\u0000b`)).toBe('ab');
    expect(name(String.raw`a\ud83db\ude00`)).toBe('a\uFFFDb\uFFFD');
    expect(name(String.raw`\ud83d\ude00`)).toBe('😀');
  });

  test('a literal that no schema has read cannot be written again by mistake', () => {
    expect(() => JSON.stringify(parseJson('{"a":1.0}'))).toThrow(TypeError);
  });

  test('is no way to crash the process', () => {
    const deep = `${'['.repeat(200_000)}1.0${']'.repeat(200_000)}`;
    expect(() => parseJson(deep)).toThrow(RangeError);
  });

  test('a key cannot reach the prototype', () => {
    const value = parseJson('{"__proto__":{"polluted":1.0}}') as object;
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
