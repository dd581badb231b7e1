import { expect, test } from 'vitest';
import { Backlog, type Pending } from './backlog.ts';

const eventAt = (position: number): Pending => ({
  position,
  subjectId: 'subject',
  source: 'log',
  event: null,
  attempts: 0,
  dueAt: 0,
  isOpen: false,
  isStored: false,
});

// Whoever takes over begins with the stored ones, and would post them before an earlier one that it has yet to read.
test('an event is stored after all before it of its subject, or with them', () => {
  const backlog = new Backlog();
  const [first, second, third] = [eventAt(1), eventAt(2), eventAt(3)];
  backlog.add(first, 0);
  expect(backlog.take(0)).toBe(first);
  first.attempts = 1;
  backlog.add(second, 0);
  expect(backlog.toStore()).toEqual([]);
  first.dueAt = 10;
  backlog.putBack(first, 0);
  expect(backlog.toStore()).toEqual([first, second]);
  backlog.markStored([first, second]);
  expect(backlog.take(10)).toBe(first);
  backlog.add(third, 10);
  expect(backlog.toStore()).toEqual([third]);
});

test('the cursor of the log waits for an event that a replay has read before', () => {
  const backlog = new Backlog();
  backlog.add({ ...eventAt(7), source: 'replay' }, 0);
  expect([backlog.meetsLog(7), backlog.meetsLog(8)]).toEqual([true, false]);
  expect([backlog.firstUnstored('log'), backlog.firstUnstored('replay')]).toEqual([7, null]);
});

test('an event is due that a clock that ran ahead has put off', () => {
  const backlog = new Backlog();
  const hour = 3_600_000;
  const [soon, never] = [
    { ...eventAt(1), dueAt: hour },
    { ...eventAt(2), subjectId: 'other', dueAt: 9000 * hour },
  ];
  backlog.add(soon, 0);
  backlog.add(never, 0);
  expect([backlog.take(0), backlog.take(0), backlog.take(hour)]).toEqual([never, null, soon]);
});
