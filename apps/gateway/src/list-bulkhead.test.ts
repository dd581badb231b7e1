import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectionShares, jobsAtOnce } from './config.ts';
import { createListBulkhead } from './list-bulkhead.ts';
import { jobWork, workWithin } from './work.ts';

/** Lists that are stored until they are told to end, by the names of their accounts and a number. */
function stored(options: Parameters<typeof createListBulkhead>[0]) {
  const bulkhead = createListBulkhead(options);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const store = (account: string, name: string, rows = 1, work = jobWork): Promise<void> =>
    bulkhead.store(work, account, rows, () => {
      begun.push(name);
      return new Promise((resolve) => void ends.set(name, resolve));
    });
  /** Ends one, and lets what follows from it happen. */
  const end = async (name: string, list: Promise<void>): Promise<void> => {
    ends.get(name)?.();
    await list;
    await nextTurn();
  };
  return { store, begun, end };
}

describe('lists that are to be stored', () => {
  test('are stored one by one of each account, of so many accounts at once, in their order', async () => {
    const { store, begun, end } = stored({ slots: 2, queue: 10 });
    const a1 = store('a', 'a1');
    const a2 = store('a', 'a2');
    const b1 = store('b', 'b1');
    const c1 = store('c', 'c1');
    await nextTurn();
    expect(begun).toEqual(['a1', 'b1']);
    await end('b1', b1);
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    await end('a1', a1);
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2']);
    await Promise.all([end('c1', c1), end('a2', a2)]);
  });

  test('give their turn back also when they fail', async () => {
    const bulkhead = createListBulkhead({ slots: 1, queue: 0 });
    await expect(bulkhead.store(jobWork, 'a', 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await bulkhead.store(jobWork, 'a', 1, async () => {});
  });

  test('are turned away where too many, or too many rows, of their account wait; one always may', async () => {
    const { store, begun, end } = stored({ slots: 3, queue: 2 });
    const few = [store('a', 'a1'), store('a', 'a2'), store('a', 'a3')];
    await expect(store('a', 'a4')).rejects.toMatchObject({ code: 'account-busy' });
    const long = [store('b', 'b1', 15_000), store('b', 'b2', 30_000)];
    await expect(store('b', 'b3')).rejects.toMatchObject({ code: 'account-busy' });
    expect(begun).toEqual(['a1', 'b1']);
    for (const [index, list] of few.entries()) await end(`a${index + 1}`, list);
    for (const [index, list] of long.entries()) await end(`b${index + 1}`, list);
  });

  test('wait for as long as their request has time, and are not stored later', async () => {
    const { store, begun, end } = stored({ slots: 1, queue: 10 });
    const first = store('a', 'first');
    const late = store('b', 'late', 1, workWithin(5));
    await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await end('first', first);
    expect(begun).toEqual(['first']);
  });
});

test.each([5, 8, 20, 100, 500])('of %i connections neither lists nor jobs can take all that requests have', (all) => {
  const { requests, lists } = connectionShares({ DATABASE_CONNECTIONS: all });
  expect(lists).toBeGreaterThan(0);
  expect(lists).toBeLessThan(requests);
  const jobs = jobsAtOnce({ DATABASE_CONNECTIONS: all, JOBS_CONCURRENCY: 100 });
  expect(jobs).toBeGreaterThan(0);
  expect(jobs).toBeLessThan(requests);
  expect(jobsAtOnce({ DATABASE_CONNECTIONS: 500, JOBS_CONCURRENCY: 8 })).toBe(8);
});
