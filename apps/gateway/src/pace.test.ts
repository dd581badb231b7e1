import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('a group that came later goes on before all of a crowd have, each group in its own order', async () => {
  const pace = createPace(2);
  const order: string[] = [];
  const [crowd, few] = [{}, {}];
  const come = async (group: object, name: string): Promise<void> => {
    await pace(group);
    order.push(name);
  };
  await Promise.all([
    ...['c1', 'c2', 'c3', 'c4', 'c5'].map((name) => come(crowd, name)),
    ...['f1', 'f2'].map((name) => come(few, name)),
  ]);
  expect(order).toEqual(['c1', 'f1', 'c2', 'f2', 'c3', 'c4', 'c5']);
  await come(few, 'f3');
  expect(order.at(-1)).toBe('f3');
});
