import { parseJson } from '@card-gateway/adapter-kit';
import { describe, expect, test } from 'vitest';
import { compactJson, fastjson1, fastjson2, type Generation } from './fastjson.ts';

const written = (json: string, generation: Generation): string =>
  compactJson(parseJson(json), generation, (names) => names);

describe('as the real libraries wrote it (fastjson 1.2.83 and fastjson2 2.0.57, on Java 17):', () => {
  test.each([
    ['"it\\u0092s"', '"it\\u0092s"', '"it\u0092s"'],
    ['"\\u007e\\u007f\\u0080\\u009f\\u00a0"', '"~\\u007F\\u0080\\u009F\u00A0"', '"~\u007F\u0080\u009F\u00A0"'],
    ['"\\u2027\\u2028\\u2029\\u202a"', '"\u2027\\u2028\\u2029\u202A"', '"\u2027\u2028\u2029\u202A"'],
    ['"\\u0001\\u000b\\u001f"', '"\\u0001\\u000B\\u001F"', '"\\u0001\\u000b\\u001f"'],
    ['"\\b\\t\\n\\f\\r\\"\\\\\\/\'<>&"', '"\\b\\t\\n\\f\\r\\"\\\\/\'<>&"', '"\\b\\t\\n\\f\\r\\"\\\\/\'<>&"'],
    // What only looks like an escape.
    ['"\\\\u000b"', '"\\\\u000b"', '"\\\\u000b"'],
    ['{"m\\u0092":"\\ud83d\\ude00"}', '{"m\\u0092":"😀"}', '{"m\u0092":"😀"}'],
    [
      '{"b": [null, 1], "a": null, "c": true, "d": ""}',
      '{"b":[null,1],"c":true,"d":""}',
      '{"b":[null,1],"c":true,"d":""}',
    ],
  ])('%s', (json, one, two) => {
    expect([written(json, fastjson1), written(json, fastjson2)]).toEqual([one, two]);
  });

  test.each([
    ['1', '1', '1'],
    ['0.00', '0.00', '0.00'],
    ['100.00', '100.00', '100.00'],
    ['12345678901234567890', '12345678901234567890', '12345678901234567890'],
    ['12345678901234567890.10', '12345678901234567890.10', '12345678901234567890.10'],
    ['1e3', '1E+3', '1000.0'],
    ['1e+3', '1E+3', '1000.0'],
    ['1.0E+3', '1.0E+3', '1000.0'],
    ['1e10', '1E+10', '1.0E10'],
    ['1.5e1', '15', '15.0'],
    ['1.50e2', '150', '150.0'],
    ['100e-2', '1.00', '1.0'],
    ['1e-7', '1E-7', '1.0E-7'],
    ['-1.25e-7', '-1.25E-7', '-1.25E-7'],
    ['0.000001', '0.000001', '0.000001'],
    ['0.0000001', '1E-7', '0.0000001'],
    ['0.00000001', '1E-8', '0.00000001'],
  ])('%s', (json, one, two) => {
    expect([written(json, fastjson1), written(json, fastjson2)]).toEqual([one, two]);
  });
});
