import { once } from 'node:events';
import { expect, test } from 'vitest';
import { within } from './within.ts';

test('a promise that is rejected after its time disturbs nobody, and one that is settled counts however late it is', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  expect(await within(1, promise, 'late')).toBe('late');
  // Unhandled, it would fail the test.
  reject(new Error('too late'));
  expect(await within(0, Promise.resolve('in time'), 'late')).toBe('in time');
});

test('its time may be over already, of which Node does not warn', async () => {
  const warned = once(process, 'warning');
  expect(await within(-1, new Promise(() => {}), 'late')).toBe('late');
  process.emitWarning('The first one.');
  expect(await warned).toMatchObject([{ message: 'The first one.' }]);
});
