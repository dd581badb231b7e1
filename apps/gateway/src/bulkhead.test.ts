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
