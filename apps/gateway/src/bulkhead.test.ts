import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBulkhead } from './bulkhead.ts';

test('work that is left is taken over once each, in its order, by a holder of its own key', () => {
  const bulkhead = createBulkhead({ slots: Infinity, slotsPerKey: 1, queue: 0 });
  expect([bulkhead.tryAcquire('a'), bulkhead.tryAcquire('a'), bulkhead.tryAcquire('b')]).toEqual([true, false, true]);
  for (const id of ['1', '2', '1']) bulkhead.leave('a', id);
  expect(bulkhead.takeOver('b')).toBeNull();
  expect([bulkhead.takeOver('a'), bulkhead.takeOver('a'), bulkhead.takeOver('a')]).toEqual(['1', '2', null]);
  bulkhead.leave('a', '3');
  bulkhead.release('a');
  expect([bulkhead.tryAcquire('a', '3'), bulkhead.takeOver('a')]).toEqual([true, null]);
});

test('the keys have slots in turn, and the calls of each in their order', async () => {
  const bulkhead = createBulkhead({ slots: 1, slotsPerKey: 1, queue: 3 });
  const begun: string[] = [];
  const call = async (name: string): Promise<void> => {
    const [key = ''] = name;
    await bulkhead.acquire(key, { waitMs: Infinity });
    begun.push(name);
    await nextTurn();
    bulkhead.release(key);
  };
  await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map(call));
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  expect(bulkhead.load()).toEqual({ inUse: 0, queued: 0 });
});
