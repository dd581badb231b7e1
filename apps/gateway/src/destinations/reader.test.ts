import { pino } from 'pino';
import { expect, test } from 'vitest';
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
