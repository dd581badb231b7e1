import { type RefusalReason, refused, unknown } from '@card-gateway/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterSeconds, withRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-05-22T12:00:00.500Z');

test.each<[string | undefined, number | undefined]>([
  ['7', 7],
  ['0', undefined],
  ['3600', 3600],
  ['86400', 3600],
  ['999999999999999', 3600],
  ['Fri, 22 May 2026 12:00:08 GMT', 8],
  ['Fri, 22 May 2026 12:00:00 GMT', undefined],
  ['Fri, 22 May 2099 12:00:00 GMT', 3600],
  ['Fri, 99 May 2026 12:00:00 GMT', undefined],
  ['2026-05-22T12:00:08Z', undefined],
  ['-7', undefined],
  ['7.5', undefined],
  ['1e3', undefined],
  ['7, 9', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, now)).toBe(seconds);
});

test('whatever a header says, the wait is whole seconds from 1 to 3600, or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (header) => {
      const seconds = retryAfterSeconds(header, now);
      expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600)).toBe(true);
    }),
  );
});

test('only a transient refusal carries it', () => {
  const seconds = (reason: RefusalReason) => {
    const outcome = withRetryAfter(refused(reason), 7);
    return outcome.kind === 'refused' ? outcome.refusal.retryAfterSeconds : null;
  };
  expect([seconds('rate_limited'), seconds('unavailable'), seconds('not_sent')]).toEqual([7, 7, 7]);
  expect([seconds('declined'), seconds('configuration')]).toEqual([undefined, undefined]);
  expect(withRetryAfter(unknown('unlisted_code'), 7)).toEqual(unknown('unlisted_code'));
});
