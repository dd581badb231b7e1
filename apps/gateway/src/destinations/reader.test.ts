import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createEventTail } from '../event-tail.ts';
import { Backlog } from './backlog.ts';
import type { LeasedDestination } from './deliverer-store.ts';
import { createReader } from './reader.ts';

const replay = { position: 1, end: 9, types: ['card.*'], after: new Date(0), before: new Date(9) };
const destination = { position: 9, types: ['*'], account: null, replay } as unknown as LeasedDestination;

test.each([
  ['other types', { types: ['binding.*'] }],
  ['another end', { before: new Date(5) }],
])('a replay takes the place of one of the same events that has %s', (_what, change) => {
  const services = { eventTail: {}, now: Date.now } as Parameters<typeof createReader>[0]['services'];
  const read = () => Promise.reject(new Error('not read'));
  const reader = createReader({ services, read, readAgain: read, log: pino({ enabled: false }) }, destination);
  const next = { ...replay, ...change };
  reader.change({ ...destination, replay: next });
  expect(reader.positions(new Backlog()).replay?.of).toMatchObject(next);
});

test('a log that was set back is not read again at once: no timer and no socket of the process had a turn meanwhile', async () => {
  const eventTail = createEventTail();
  eventTail.moveTo(20);
  const services = { eventTail, now: Date.now } as Parameters<typeof createReader>[0]['services'];
  let next = 9;
  const read = () => Promise.resolve({ events: [], next, nextWrittenAt: null } as never);
  const reader = createReader(
    { services, read, readAgain: read, log: pino({ enabled: false }) },
    { ...destination, replay: null, scopes: ['admin'] },
  );
  const stop = new AbortController();
  const hasMore = () => Promise.race([reader.hasMore(stop.signal).then(() => true), turn(false)]);
  expect(await reader.read(new Backlog())).toBe(false);
  expect(await hasMore()).toBe(false);
  next = 12;
  expect(await reader.read(new Backlog())).toBe(true);
  expect(await hasMore()).toBe(true);
  next = 12;
  await reader.read(new Backlog());
  const waits = reader.hasMore(stop.signal);
  stop.abort();
  await waits;
});
