import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OpenAttempts } from './open-attempts.ts';

beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

test('attempts that hang make way for others, as long as the destination answers any', async () => {
  let told = 0;
  const open = new OpenAttempts(() => (told += 1));
  const ends: (() => void)[] = [];
  const fill = (): number => {
    for (; open.hasRoom; open.add(new Promise((resolve) => void ends.push(resolve)), false));
    return ends.length;
  };
  expect(fill()).toBe(32);
  await vi.advanceTimersByTimeAsync(1500);
  expect([told, fill()]).toEqual([32, 32]);
  for (let most = 64; most <= 192; most += 32) {
    open.delivered();
    expect(fill()).toBe(most);
    await vi.advanceTimersByTimeAsync(1500);
  }
  open.delivered();
  expect(fill()).toBe(192);
  for (const end of ends) end();
  await vi.advanceTimersByTimeAsync(0);
  expect([open.isEmpty, open.hasRoom]).toEqual([true, true]);
});
