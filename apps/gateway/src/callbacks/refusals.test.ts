import { describe, expect, test } from 'vitest';
import { limitRefusals } from './refusals.ts';

function limited() {
  let now = 0;
  const refusals = limitRefusals(6, () => now);
  return {
    waitFor: (address: string) => refusals.waitFor(address),
    taken: (address: string) => refusals.taken(address),
    times: (count: number, address: string) => {
      for (let index = 0; index < count; index += 1) refusals.refused(address);
    },
    wait: (ms: number) => (now += ms),
  };
}

describe('an address', () => {
  test('waits after as many refusals as a minute has, and gets them back one by one', () => {
    const { times, wait, waitFor } = limited();
    times(5, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(0);
    times(1, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(10);
    expect(waitFor('192.0.2.2')).toBe(0);
    wait(9000);
    expect(waitFor('192.0.2.1')).toBe(1);
    wait(1000);
    expect(waitFor('192.0.2.1')).toBe(0);
    times(1, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(10);
    wait(3_600_000);
    times(5, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(0);
  });

  test('does not wait for an hour after one of its callbacks was taken, whatever is refused', () => {
    const { times, taken, wait, waitFor } = limited();
    times(10, '192.0.2.1');
    taken('192.0.2.1');
    times(100, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(0);
    wait(3_599_000);
    times(100, '192.0.2.1');
    expect(waitFor('192.0.2.1')).toBe(0);
    wait(1000);
    expect(waitFor('192.0.2.1')).toBeGreaterThan(0);
  });

  test.each([
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '::FFFF:192.0.2.1', true],
    ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', true],
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002::9', true],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '192.0.2.1', false],
    ['192.0.2.1', '192.0.2.2', false],
  ])('%s and %s are one: %s', (one, other, isOne) => {
    const { times, waitFor } = limited();
    times(6, one);
    expect(waitFor(other) > 0).toBe(isOne);
  });
});

test('ten thousand addresses are remembered, and no more', () => {
  const { times, waitFor } = limited();
  const address = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  for (let index = 0; index <= 10_000; index += 1) times(6, address(index));
  expect(waitFor(address(0))).toBe(0);
  expect(waitFor(address(1))).toBeGreaterThan(0);
  expect(waitFor(address(10_000))).toBeGreaterThan(0);
});
