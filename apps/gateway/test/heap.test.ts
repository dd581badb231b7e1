import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { watchHeap } from '../src/http/heap.ts';
import { until } from './setup/until.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const used = (): number => getHeapStatistics().used_heap_size;

/** Some 20 MB of the heap. */
const fill = (): object[] => Array.from({ length: 200_000 }, (_, index) => ({ index, text: `number ${index}` }));

test('the heap is full of what is alive, and not of garbage', async () => {
  // Leftovers of earlier test files in this process must not be collected during the test.
  collectGarbage();
  const limit = used() + 10_000_000;
  const heap = watchHeap(limit);
  const isFull = async (): Promise<boolean> => heap.isFull();
  let held = fill();
  await until(isFull, (full) => full);
  held = [];
  await until(isFull, (full) => !full);

  // Garbage that has not been collected yet.
  do held = fill().slice(0, 1);
  while (used() <= limit);
  expect(watchHeap(limit).isFull()).toBe(false);
  expect(held).toHaveLength(1);
});
