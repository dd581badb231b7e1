import { newUuid } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { removeEvents } from '../src/events/retention-store.ts';
import { createSequencer } from '../src/events/sequencer.ts';
import { createEventTail } from '../src/event-tail.ts';
import { type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { insert } from './setup/subject-rows.ts';

let database: OpenTestDatabase;
let pool: Pool;
/** Gives what there is a position, in a run of its own. */
let step: () => Promise<unknown>;

beforeAll(async () => {
  database = await openTestDatabase('url');
  ({ pool } = database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  for (const table of ['event_runs', 'events', 'event_versions']) await pool.query(`DELETE FROM ${table}`);
  const sequencer = createSequencer(pool, createEventTail());
  step = () => sequencer.step();
  await step();
});

const later = new Date(Date.now() + 3_600_000);

/** Adds a cardholder. @returns its id */
async function add(to: Pool | PoolClient = pool): Promise<string> {
  const id = newUuid(Date.now());
  await insert(to, 'cardholder', [id]);
  return id;
}

/** Changes it. @returns the version of that event */
async function change(id: string, to: Pool | PoolClient = pool): Promise<number> {
  const client = 'release' in to ? to : await to.connect();
  try {
    if (client !== to) await client.query('BEGIN');
    await client.query('UPDATE cardholders SET provider_status = gen_random_uuid()::text WHERE id = $1', [id]);
    const { rows } = await client.query<{ version: number }>(
      'SELECT max(subject_version) AS version FROM events WHERE subject_id = $1',
      [id],
    );
    if (client !== to) await client.query('COMMIT');
    return rows[0]?.version ?? 0;
  } finally {
    if (client !== to) client.release();
  }
}

async function kept(): Promise<{ runs: readonly [position: number, length: number][]; events: number }> {
  const runs = await pool.query<{ position: string; length: number }>('SELECT * FROM event_runs ORDER BY position');
  const events = await pool.query('SELECT FROM events');
  return {
    runs: runs.rows.map(({ position, length }) => [Number(position), length]),
    events: events.rowCount ?? 0,
  };
}

test('whole events go with their positions, oldest first, in slices; the last run stays, and what has no position', async () => {
  for (let count = 0; count < 5; count += 1) await add();
  await step();
  const young = new Date();
  await add();
  await step();
  await add();
  await step();
  await add();
  expect(await kept()).toMatchObject({
    runs: [
      [1, 5],
      [6, 1],
      [7, 1],
    ],
    events: 8,
  });
  expect(await removeEvents(pool, new Date(young.getTime() - 3_600_000), 3)).toBe(0);
  expect(await removeEvents(pool, later, 3)).toBe(3);
  expect(await kept()).toMatchObject({
    runs: [
      [4, 2],
      [6, 1],
      [7, 1],
    ],
    events: 5,
  });
  await pool.query(
    "UPDATE events SET created_at = now() - interval '1 hour' WHERE number < (SELECT number FROM event_runs WHERE position = 6)",
  );
  expect(await removeEvents(pool, new Date(Date.now() - 1_800_000), 3)).toBe(2);
  expect(await removeEvents(pool, new Date(Date.now() - 1_800_000), 3)).toBe(0);
  expect(await removeEvents(pool, later, 3)).toBe(1);
  expect(await removeEvents(pool, later, 3)).toBe(0);
  expect(await kept()).toMatchObject({ runs: [[7, 1]], events: 2 });
  await step();
  expect((await kept()).runs).toEqual([
    [7, 1],
    [8, 1],
  ]);
});

test('a destination is told of events that it had not got, and of no others', async () => {
  const sealed = '\\x00';
  const destination = async (
    tenant: string,
    position: number,
    types = ['cardholder.*'],
    account: string | null = null,
    scopes = ['admin'],
  ) => {
    const id = newUuid(Date.now());
    await pool.query(
      `INSERT INTO event_destinations (id, tenant, url, types, account, scopes, secrets_sealed, status, disabled_reason, position, created_at, updated_at)
       VALUES ($1::uuid, $2, $1::text, $3, $4, $7, $5, 'disabled', 'requested', $6, now(), now())`,
      [id, tenant, types, account, sealed, position, scopes],
    );
    return id;
  };
  await add();
  const last = await add();
  await step();
  await add();
  await step();
  const missing = await destination('default', 1);
  const some = await destination('default', 2, ['*'], 'keysecure');
  const reading = await destination('default', 2, ['*'], null, ['catalog:read', 'cards:read']);
  const stored = await destination('default', 3);
  await pool.query('INSERT INTO undelivered_events VALUES ($1, 2, $2, 1, now())', [stored, last]);
  for (const [tenant, position, types, account, scopes = ['admin']] of [
    ['default', 1, ['*'], null, ['bindings:read']],
    ['default', 3, ['*'], null],
    ['default', 1, ['card.*'], null],
    ['default', 1, ['*'], 'b'],
    ['other', 1, ['*'], null],
  ] as const) {
    await destination(tenant, position, [...types], account, [...scopes]);
  }
  expect(await removeEvents(pool, later, 1)).toBe(1);
  const { rows: told } = await pool.query<{ id: string }>(
    'SELECT id FROM event_destinations WHERE missed_until IS NOT NULL',
  );
  expect(told.map(({ id }) => id)).toEqual([missing]);
  const { rows: events } = await pool.query<{ at: Date }>('SELECT created_at AS at FROM events WHERE subject_id = $1', [
    last,
  ]);
  expect(await removeEvents(pool, later, 10)).toBe(1);
  const { rows } = await pool.query<{ id: string; until: Date }>(
    'SELECT id, missed_until AS until FROM event_destinations WHERE missed_until IS NOT NULL ORDER BY id',
  );
  const until = events[0]?.at;
  expect(rows).toEqual([missing, some, reading, stored].toSorted().map((id) => ({ id, until })));
  await pool.query('DELETE FROM event_destinations');
});

test('two processes remove each event once', async () => {
  for (let count = 0; count < 40; count += 1) {
    await add();
    if (count % 7 === 0) await step();
  }
  await step();
  const counts = await Promise.all(Array.from({ length: 12 }, () => removeEvents(pool, later, 5)));
  const { runs, events } = await kept();
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40 - events);
  expect(runs.reduce((sum, [, length]) => sum + length, 0)).toBe(events);
  expect(runs[0]?.[0]).toBe(41 - events);
});

test('a subject goes on with its versions, also if it changes while its last event is removed', async () => {
  const id = await add();
  const changing = await pool.connect();
  await changing.query('BEGIN');
  const version = await change(id, changing);
  await step();
  await add();
  await step();
  expect(await removeEvents(pool, later, 10)).toBe(1);
  await changing.query('COMMIT');
  changing.release();
  // Of its events none is kept then.
  await step();
  await add();
  await step();
  while ((await removeEvents(pool, later, 10)) > 0);
  expect(await pool.query('SELECT FROM events WHERE subject_id = $1', [id])).toMatchObject({ rowCount: 0 });
  expect([version, await change(id)]).toEqual([2, 3]);
});

test('versions have no gap and no repeat while all events are removed all the time', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => add()));
  await step();
  const state = { isChanging: true };
  const changing = Promise.all(
    ids.map(async (id) => {
      const versions: number[] = [];
      for (let count = 0; count < 40; count += 1) versions.push(await change(id));
      return versions;
    }),
  ).finally(() => (state.isChanging = false));
  let removed = 0;
  while (state.isChanging) {
    await step();
    removed += await removeEvents(pool, later, 10);
  }
  for (const versions of await changing) expect(versions).toEqual(Array.from({ length: 40 }, (_none, at) => at + 2));
  expect(removed).toBeGreaterThan(0);
});
