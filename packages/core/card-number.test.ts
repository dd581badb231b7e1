import { describe, expect, test } from 'vitest';
import { holdsCardNumber } from './card-number.ts';

const card = '4111111111111111';

describe('a text holds a card number', () => {
  test.each([
    card,
    `ticket 4711, card ${card}, call back`,
    `the holder of 4111 1111 1111 1111`,
    '4111.1111.1111.1111',
    'PAN:4111-1111-1111-1111/12',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    '4111\u00a01111\u202f1111\u20031111',
    card.split('').join('\u200b'),
    '４１１１１１１１１１１１１１１１',
    '٤١١١ ١١١١ ١١١١ ١١١١',
    encodeURIComponent('４１１１１１１１１１１１１１１１'),
    card.replaceAll(/\d/g, '%3$&'),
    Buffer.from(card).toString('base64'),
    `see ${Buffer.from(`card ${card}`).toString('base64url')}`,
    Buffer.from(Buffer.from(card).toString('base64')).toString('base64'),
    Buffer.from(card).toString('hex'),
    '4222222222222',
    '6304000000000000000',
    'ticket 12 4111 1111 1111 1111 of 2026',
  ])('%s', (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  test.each([
    '',
    'the holder asked for it, ticket 4711',
    '4111111111111112',
    '411111111111',
    '41111111111111110000000',
    '4111 1111 and 1111 1111',
    'asked at 2026-11-29 10:00:06, again at 2026-11-29T10:01:07Z',
    'card_01kan3z7jhfe7v2eq8d4tqh1ym',
    '0c7b3a52-1f5e-4c1a-9d2b-8f6e5a4c3b2d',
    'call +44 20 7946 0000',
  ])('or not: %s', (text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  test('a text of a megabyte keeps nobody waiting', () => {
    for (const part of ['4', '4 ', '41111111111111 ', 'NDExMTEx ', '4111-']) {
      expect(typeof holdsCardNumber(part.repeat(1_000_000 / part.length))).toBe('boolean');
    }
  });
});
