import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runSync } from '../src/jobs/sync.ts';
import { createKnownPages } from '../src/known-pages.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

/** Three full pages, and the empty one that ends each of the two laps. */
const cards = 300;
const whole = 2 * (3 + 1);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    // On a busy machine a list may be held for long.
    settings: { DATABASE_LOCK_TIMEOUT_MS: '50000', DATABASE_STATEMENT_TIMEOUT_MS: '55000' },
  });
  gateway.sandbox.admin.openApi.seedCards({ count: cards, replace: true });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

const asked = (): number => gateway.sandbox.admin.requestCount('open-api', 'cardList');
const shown = (id: string) => gateway.client.getSync({ params: { id } });
const started = async (): Promise<string> => (await gateway.client.startSync({ body: { account: 'open-api' } })).id;
const run = (id: string, signal = new AbortController().signal) =>
  runSync(gateway.services, uuidOf('sync', id), { isLastAttempt: false, signal });

/** Lists of the account wait to be stored until it is released. */
async function heldLists() {
  const client = await gateway.owner.connect();
  const lock = `hashtextextended('cards open-api', 0)`;
  await client.query(`SELECT pg_advisory_lock(${lock})`);
  return {
    /** Resolves when a list waits. */
    waiting: () =>
      until(
        async () => (await client.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).rowCount,
        (count) => count === 1,
      ),
    release: async () => {
      await client.query(`SELECT pg_advisory_unlock(${lock})`);
      client.release();
    },
  };
}

test('all pages of both laps come in one run, each requested once', async () => {
  const [id, before] = [await started(), asked()];
  await run(id);
  expect(await shown(id)).toMatchObject({ status: 'succeeded', pages: whole, seen: cards });
  expect(asked()).toBe(before + whole);
});

test('one page is requested while another is stored, and no second one', async () => {
  const [id, before] = [await started(), asked()];
  const held = await heldLists();
  const running = run(id);
  await held.waiting();
  await gateway.sandbox.admin.until(() => asked() === before + 2);
  // Time enough for a further request: round trips to gateway and database.
  for (let calls = 0; calls < 10; calls += 1) expect(await shown(id)).toMatchObject({ status: 'running', pages: 0 });
  expect(asked()).toBe(before + 2);
  await held.release();
  await running;
  expect(await shown(id)).toMatchObject({ status: 'succeeded', pages: whole });
});

test('a process that is asked to end stores what it has requested, and requests no more', async () => {
  const [id, before] = [await started(), asked()];
  const held = await heldLists();
  const ending = new AbortController();
  const running = run(id, ending.signal);
  await held.waiting();
  await gateway.sandbox.admin.until(() => asked() === before + 2);
  ending.abort();
  await held.release();
  await running;
  expect(await shown(id)).toMatchObject({ status: 'running', pages: 2, seen: 200 });
  expect(asked()).toBe(before + 2);
  await run(id);
  expect(await shown(id)).toMatchObject({ status: 'succeeded', pages: whole });
  expect(asked()).toBe(before + whole);
});

test('a page that fails while the one before is stored does not undo that one', async () => {
  const [id, before] = [await started(), asked()];
  gateway.sandbox.admin.addFault({ provider: 'open-api', operation: 'cardList', fault: 'unlisted_code', after: 1 });
  const held = await heldLists();
  const running = run(id);
  // It may fail as soon as the lists are released.
  running.catch(() => {});
  await held.waiting();
  await gateway.sandbox.admin.until(() => asked() === before + 2);
  await held.release();
  await expect(running).rejects.toThrow('no document describes');
  expect(await shown(id)).toMatchObject({ status: 'running', pages: 1, seen: 100 });
  await run(id);
  expect(await shown(id)).toMatchObject({ status: 'succeeded', pages: whole });
  expect(asked()).toBe(before + whole + 1);
});

test('a page that was requested while the one before could not be stored is requested again', async () => {
  const [id, before] = [await started(), asked()];
  const fingerprint = (): never => {
    throw new Error('not to be stored');
  };
  const sealing = { ...gateway.services.sealing, fingerprint };
  const broken = { ...gateway.services, sealing, knownPages: createKnownPages() };
  const { signal } = new AbortController();
  await expect(runSync(broken, uuidOf('sync', id), { isLastAttempt: false, signal })).rejects.toThrow('not to be');
  await gateway.sandbox.admin.until(() => asked() === before + 2);
  expect(await shown(id)).toMatchObject({ status: 'running', pages: 0, seen: 0 });
  await run(id);
  expect(await shown(id)).toMatchObject({ status: 'succeeded', pages: whole, seen: cards });
  expect(asked()).toBe(before + whole + 2);
});

test('a list that shrinks between two pages is still read until a lap brings nothing new', async () => {
  const { openApi } = gateway.sandbox.admin;
  const id = await started();
  const held = await heldLists();
  const before = asked();
  const running = run(id);
  await held.waiting();
  await gateway.sandbox.admin.until(() => asked() === before + 2);
  openApi.seedCards({ count: 250, replace: true });
  await held.release();
  await running;
  expect(await shown(id)).toMatchObject({ status: 'succeeded' });
  const wanted = openApi.cards().map(({ card_id: ref }) => ref);
  const { rows } = await gateway.pool.query<{ ref: string }>('SELECT provider_ref AS ref FROM cards');
  const stored = new Set(rows.map(({ ref }) => ref));
  expect(wanted.filter((ref) => !stored.has(ref))).toEqual([]);
});
