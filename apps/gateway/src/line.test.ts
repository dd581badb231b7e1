import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Line } from './line.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;

function valuesOf<T>(line: Line<T>): T[] {
  const values: T[] = [];
  for (let place = line.first; place !== null; place = line.first) {
    values.push(place.value);
    place.leave();
  }
  return values;
}

test.each([
  [[], [1, 2, 3, 4]],
  [[1], [2, 3, 4]],
  [[4], [1, 2, 3]],
  [
    [2, 3],
    [1, 4],
  ],
  [
    [3, 2, 3, 2],
    [1, 4],
  ],
  [[1, 2, 4, 3], []],
])('of 1 to 4, without %j there are %j', (leaving, left) => {
  const line = new Line<number>();
  const places = new Map([1, 2, 3, 4].map((value) => [value, line.join(value)]));
  for (const value of leaving) places.get(value)?.leave();
  expect([...line]).toEqual(left);
  expect(valuesOf(line)).toEqual(left);
  line.join(5);
  expect(valuesOf(line)).toEqual([5]);
});

test('while it is gone through, any may leave', () => {
  const line = new Line<number>();
  const places = [1, 2, 3, 4].map((value) => line.join(value));
  const seen: number[] = [];
  for (const value of line) {
    seen.push(value);
    if (value === 1) for (const place of places.slice(0, 2)) place.leave();
  }
  expect(seen).toEqual([1, 2, 3, 4]);
  expect([...line]).toEqual([3, 4]);
});

test('what has passed through a line that lives long is freed like anything that lives for a moment', () => {
  const oldMegabytes = (): number => {
    const old = getHeapSpaceStatistics().find((space) => space.space_name === 'old_space');
    return (old?.space_used_size ?? 0) / 2 ** 20;
  };
  const line = new Line<{ readonly content: readonly number[] }>();
  const inside = Array.from({ length: 30 }, () => line.join({ content: [] }));
  // From now on the line, and what is in it, is old.
  collectGarbage({ type: 'major', execution: 'sync' });
  const before = oldMegabytes();
  for (let turn = 1; turn <= 4000; turn += 1) {
    inside.push(line.join({ content: Array.from({ length: 1000 }, (_, index) => index + 0.5) }));
    inside.shift()?.leave();
    if (turn % 100 === 0) collectGarbage({ type: 'minor', execution: 'sync' });
  }
  expect(oldMegabytes() - before).toBeLessThan(4);
});
