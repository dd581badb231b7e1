import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventViews } from '../src/app.ts';
import type { EventFilter } from '../src/events/feed-store.ts';
import { type Asking, shareReads } from '../src/events/shared-reads.ts';
import { sightOf } from '../src/events/sight.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { withLocked } from './setup/locked.ts';
import { until } from './setup/until.ts';
import { watchStatements } from './setup/wire.ts';

let gateway: TestGateway;
let statements: readonly string[];

beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: {
      DATABASE_LOCK_TIMEOUT_MS: '20000',
      DATABASE_STATEMENT_TIMEOUT_MS: '20000',
      HTTP_READ_DEADLINE_MS: '20000',
    },
  });
  statements = watchStatements(gateway.pool);
});
afterAll(() => gateway.close());

/** While it works, every read of the log waits for a lock. */
const locked = (work: () => Promise<void>): Promise<void> => withLocked(gateway.owner, 'events', work);

const readsSince = (from: number): string[] => statements.slice(from).filter((text) => text.includes(') e ON true'));

const filter: EventFilter = { tenant: 'acme', sees: sightOf({ scopes: ['admin'] }) };

test('keys take turns: one that asks for many parts keeps no other waiting', async () => {
  const read = shareReads(gateway.services, eventViews);
  const begun: string[] = [];
  const ask = (keyId: string, limit: number) => {
    const asking: Asking = { keyId, isGone: () => begun.push(`${keyId} ${limit}`) === 0 };
    return read(filter, null, limit, asking);
  };
  const reads: Promise<unknown>[] = [];
  await locked(async () => {
    for (let limit = 1; limit <= 40; limit += 1) reads.push(ask('many', limit));
    reads.push(ask('one', 41), ask('two', 42));
    // Of those who asked for the same, the one whose turn comes first gets it read for all.
    reads.push(ask('two', 40));
  });
  await Promise.all(reads);
  expect(begun.slice(0, 9)).toEqual(
    [1, 2, 3, 4, 5].map((limit) => `many ${limit}`).concat('one 41', 'two 42', 'many 6', 'two 40'),
  );
  expect(begun).toHaveLength(42);
});

test('nothing is read for those who have gone, unless another asks for the same', async () => {
  const read = shareReads(gateway.services, eventViews);
  let areGone = false;
  const staying: Asking = { keyId: 'one', isGone: () => false };
  const leaving: Asking = { keyId: 'many', isGone: () => areGone };
  const from = statements.length;
  const ends: Promise<PromiseSettledResult<unknown>[]>[] = [];
  await locked(async () => {
    const reads = Array.from({ length: 40 }, (_none, at) => read(filter, null, at + 1, leaving));
    ends.push(Promise.allSettled([...reads, read(filter, null, 40, leaving), read(filter, null, 40, staying)]));
    await until(
      async () => readsSince(from).length,
      (count) => count === 4,
    );
    areGone = true;
  });
  const [results = []] = await Promise.all(ends);
  expect(readsSince(from)).toHaveLength(5);
  const isRead = results.map(({ status }) => status === 'fulfilled');
  expect(isRead).toEqual([...Array<boolean>(4).fill(true), ...Array<boolean>(35).fill(false), true, true, true]);
  expect(results[4]).toMatchObject({ reason: { code: 'deadline-exceeded' } });
  // Whoever asks again gets it.
  expect(await read(filter, null, 20, staying)).toMatchObject({ events: expect.any(Array) as unknown });
});

const feed = (key: string, limit: number, headers: Readonly<Record<string, string>> = {}) =>
  call(gateway.url, { path: `/v1/events?limit=${limit}`, key, headers });

test('a page of the feed waits for few of another key', async () => {
  const { key: many } = await gateway.key();
  const { key: one } = await gateway.key();
  const answered: string[] = [];
  const ask = async (key: string, limit: number): Promise<void> => {
    expect((await feed(key, limit)).status).toBe(200);
    answered.push(key);
  };
  const answers: Promise<void>[] = [];
  await locked(async () => {
    for (let limit = 1; limit <= 60; limit += 1) answers.push(ask(many, limit));
    // It has its turn among the pages of its key, and so have those before it.
    await call(gateway.url, { path: '/v1/cards', key: many });
    answers.push(ask(one, 61));
    await call(gateway.url, { path: '/v1/cards', key: one });
  });
  await Promise.all(answers);
  expect(answered.indexOf(one)).toBeLessThan(20);
});

test('a page of the feed that was answered late is not read any more', async () => {
  const { key } = await gateway.key();
  const from = statements.length;
  await locked(async () => {
    const soon = { 'x-request-deadline': new Date(Date.now() + 1500).toISOString() };
    const late = Array.from({ length: 60 }, (_none, at) => feed(key, at + 101, soon));
    for (const answer of late) expect((await answer).status).toBe(504);
  });
  expect((await feed(key, 161)).status).toBe(200);
  expect(readsSince(from).length).toBeLessThan(6);
});
