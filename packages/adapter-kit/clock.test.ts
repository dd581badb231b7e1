import { describe, expect, test } from 'vitest';
import { testCall } from './call.ts';
import { adapterHost } from './definition.ts';
import { providerClock } from './clock.ts';

const noon = Date.parse('2026-05-22T12:00:00Z');

/** A provider whose clock is ahead of ours, and says so cut to the second. */
function withProvider(aheadMs: number) {
  let now = noon;
  const clock = providerClock(() => now);
  return {
    clock,
    /** An answer that was so long under way, written so long after it was asked for. */
    answer: (ms: { readonly after: number; readonly took: number; readonly writtenAfter: number }) => {
      const sentAt = (now += ms.after);
      const written = sentAt + ms.writtenAfter + aheadMs;
      now += ms.took;
      clock.observe(sentAt, new Date(Math.floor(written / 1000) * 1000));
    },
    set: (byMs: number) => (now += byMs),
  };
}

describe('what is known of a clock', () => {
  test('is nothing before its first answer, and after what is no date of a clock', () => {
    const clock = providerClock(() => noon);
    clock.observe(noon, null);
    clock.observe(noon, new Date(0));
    clock.observe(noon, new Date(noon + 25 * 3_600_000));
    expect(clock.ahead()).toBeNull();
  });

  test.each([0, -1000, 700, -3_600_000, 7_200_123])(
    'holds the truth (%i ms) and gets closer with each answer',
    (truth) => {
      const { clock, answer } = withProvider(truth);
      let width = Infinity;
      for (let round = 0; round < 50; round += 1) {
        const took = (round * 37) % 120;
        answer({ after: 331, took, writtenAfter: took / 2 });
        const { least, most } = clock.ahead() ?? { least: Infinity, most: -Infinity };
        expect(least).toBeLessThanOrEqual(truth);
        expect(most).toBeGreaterThanOrEqual(truth);
        // But for what the clocks may drift between two answers.
        expect(most - least).toBeLessThanOrEqual(width + 1);
        width = most - least;
      }
      expect(width).toBeLessThan(200);
    },
  );

  test('is not lost by a slow answer', () => {
    const { clock, answer } = withProvider(0);
    answer({ after: 0, took: 10, writtenAfter: 5 });
    const { least = 0, most = 0 } = clock.ahead() ?? {};
    answer({ after: 0, took: 9000, writtenAfter: 4500 });
    expect(clock.ahead()?.least).toBeGreaterThan(least - 5);
    expect(clock.ahead()?.most).toBeLessThan(most + 5);
  });

  test('gets vaguer with time, because clocks drift', () => {
    const { clock, answer, set } = withProvider(0);
    answer({ after: 0, took: 0, writtenAfter: 0 });
    set(3_600_000);
    expect(clock.ahead()).toEqual({ least: -360, most: 999 + 360 });
  });

  test('is given up when a clock was set, ours or theirs', () => {
    const { clock, answer, set } = withProvider(0);
    answer({ after: 0, took: 0, writtenAfter: 0 });
    set(3_600_000);
    clock.observe(noon + 3_600_000, new Date(noon));
    expect(clock.ahead()).toEqual({ least: -3_600_000, most: -3_600_000 + 999 });
    set(-3_600_000);
    clock.observe(noon, new Date(noon));
    expect(clock.ahead()).toEqual({ least: 0, most: 999 });
  });
});

test('a host learns from every answer that comes through it', async () => {
  const date = new Date(noon + 5000);
  const host = adapterHost({
    now: () => noon,
    send: async ({ operation }) =>
      operation === 'lost'
        ? { kind: 'lost', cause: 'no' }
        : { kind: 'answered', status: 500, body: '', headers: {}, date },
  });
  const request = { method: 'GET', url: '', headers: {}, body: null } as const;
  await host.send({ ...request, operation: 'lost' }, testCall());
  expect(host.clock.ahead()).toBeNull();
  await host.send({ ...request, operation: 'answered' }, testCall());
  expect(host.clock.ahead()).toEqual({ least: 5000, most: 5999 });
});
