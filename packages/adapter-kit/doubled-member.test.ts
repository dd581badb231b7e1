import { describe, expect, test } from 'vitest';
import { hasDoubledMember } from './doubled-member.ts';

describe('a doubled member', () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"b":{"a":1},"a":1}',
    '{"b":[{"x":{"a":"}","a":null}}]}',
    String.raw`{"decision":"decline","\u0064ecision":"approve"}`,
    '{ "" : 1 , "" : 1 }',
    String.raw`{"\"":1,"\"":2}`,
    '{"__proto__":1,"__proto__":2}',
  ])('is seen in %s', (json) => {
    JSON.parse(json);
    expect(hasDoubledMember(json)).toBe(true);
  });

  test.each(['{"a":"a","b":{"a":1},"c":[{"a":1},{"a":2}],"d":"\\"a\\":1,\\"a\\":2"}', '[]', '1', '"a"', '{}'])(
    'is not seen in %s',
    (json) => {
      JSON.parse(json);
      expect(hasDoubledMember(json)).toBe(false);
    },
  );
});
