import { newUuid } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSequencer } from '../src/events/sequencer.ts';
import { createEventTail } from '../src/event-tail.ts';
import { oldestUnsequenced } from '../src/measured/unsequenced-store.ts';
import { type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { insert } from './setup/subject-rows.ts';

let database: OpenTestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase('url');
  ({ pool } = database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await pool.query('DELETE FROM event_runs');
  await pool.query('DELETE FROM events');
});

/** Writes an event by adding a cardholder. @returns the event's number */
async function write(to: Pool | PoolClient): Promise<number> {
  const id = newUuid(Date.now());
  await insert(to, 'cardholder', [id]);
  const { rows } = await to.query<{ number: string }>('SELECT number FROM events WHERE subject_id = $1', [id]);
  return Number(rows[0]?.number);
}

/** What a cursor over numbers, or over any id drawn before the commit, would read. */
async function readBehind(number: number): Promise<number[]> {
  const { rows } = await pool.query<{ number: string }>('SELECT number FROM events WHERE number > $1 ORDER BY number', [
    number,
  ]);
  return rows.map((row) => Number(row.number));
}

async function writtenAt(number: number): Promise<Date | undefined> {
  const { rows } = await pool.query<{ at: Date }>('SELECT created_at AS at FROM events WHERE number = $1', [number]);
  return rows[0]?.at;
}

/** The numbers of all events that have a position, in that order. */
async function sequenced(): Promise<number[]> {
  const { rows } = await pool.query<{ position: string; number: string; length: number }>(
    'SELECT * FROM event_runs ORDER BY position',
  );
  let next = Number(rows[0]?.position ?? 1);
  return rows.flatMap(({ position, number, length }) => {
    expect(Number(position)).toBe(next);
    next += length;
    return Array.from({ length }, (_none, at) => Number(number) + at);
  });
}

/** One that knows how far the log goes. */
async function startedSequencer(): Promise<ReturnType<typeof createSequencer>> {
  const sequencer = createSequencer(pool, createEventTail());
  await sequencer.step();
  return sequencer;
}

async function open(): Promise<PoolClient> {
  const client = await pool.connect();
  await client.query('BEGIN');
  return client;
}

async function end(client: PoolClient, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  await client.query(how);
  client.release();
}

describe('two transactions that commit in the other order than they wrote', () => {
  test('lose an event for a reader whose cursor is the number', async () => {
    const slow = await open();
    const first = await write(slow);
    const second = await write(pool);
    const read = await readBehind(0);
    await end(slow, 'COMMIT');
    read.push(...(await readBehind(Math.max(...read))));
    expect(read).toEqual([second]);
    expect(read).not.toContain(first);
  });

  test('lose none by position', async () => {
    const sequencer = await startedSequencer();
    const slow = await open();
    const first = await write(slow);
    const second = await write(pool);
    await sequencer.step();
    expect(await sequenced()).toEqual([second]);
    expect(await oldestUnsequenced(pool)).toBeNull();
    await end(slow, 'COMMIT');
    expect(await oldestUnsequenced(pool)).toEqual(await writtenAt(first));
    await sequencer.step();
    expect(await sequenced()).toEqual([second, first]);
    expect(await oldestUnsequenced(pool)).toBeNull();
  });
});

test('an idle write transaction delays only its own events', async () => {
  const sequencer = await startedSequencer();
  const idle = await open();
  const late = await write(idle);
  const written: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const gaveUp = await open();
    await write(gaveUp);
    await end(gaveUp, 'ROLLBACK');
    written.push(await write(pool));
    await sequencer.step();
    expect(await sequenced()).toEqual(written);
  }
  await end(idle, 'COMMIT');
  await sequencer.step();
  expect(await sequenced()).toEqual([...written, late]);
});

test('numbers that were rolled back are looked for no longer than their transactions were open', async () => {
  const sequencer = await startedSequencer();
  const gaveUp = await open();
  await write(gaveUp);
  await write(pool);
  await sequencer.step();
  expect(await missing()).not.toBe('{}');
  await end(gaveUp, 'ROLLBACK');
  await expect
    .poll(async () => {
      await write(pool);
      await sequencer.step();
      return missing();
    })
    .toBe('{}');
});

test('numbers that were rolled back are forgotten while a transaction that writes no events is open', async () => {
  const sequencer = await startedSequencer();
  const idle = await open();
  await idle.query('SELECT pg_current_xact_id()');
  const gaveUp = await open();
  await write(gaveUp);
  await write(pool);
  await sequencer.step();
  await end(gaveUp, 'ROLLBACK');
  await expect
    .poll(async () => {
      await write(pool);
      await sequencer.step();
      return missing();
    })
    .toBe('{}');
  await end(idle, 'ROLLBACK');
});

test('a transaction that is prepared keeps its numbers until it is committed', async () => {
  const sequencer = await startedSequencer();
  const preparing = await open();
  const late = await write(preparing);
  const early = await write(pool);
  for (let pass = 0; pass < 2; pass += 1) await sequencer.step();
  await preparing.query("PREPARE TRANSACTION 'late'");
  preparing.release();
  // It asks more than once whether the number may still come.
  for (const over = performance.now() + 700; performance.now() < over;) await sequencer.step();
  await pool.query("COMMIT PREPARED 'late'");
  await sequencer.step();
  expect(await sequenced()).toEqual([early, late]);
});

test('a number is looked for as long as its transaction may be open, also while no later one has ended', async () => {
  const sequencer = await startedSequencer();
  // The server does not list a transaction as open before one that began later, or it itself, has ended.
  const earlier = await open();
  await earlier.query('SELECT pg_current_xact_id()');
  const later = await open();
  const late = await write(later);
  const early = await write(earlier);
  await end(earlier, 'COMMIT');
  for (let pass = 0; pass < 3; pass += 1) await sequencer.step();
  expect(await sequenced()).toEqual([early]);
  await end(later, 'COMMIT');
  await sequencer.step();
  expect(await sequenced()).toEqual([early, late]);
});

async function missing(): Promise<string | undefined> {
  const { rows } = await pool.query<{ missing: string }>(
    'SELECT missing FROM event_runs ORDER BY position DESC LIMIT 1',
  );
  return rows[0]?.missing;
}

test('a process goes on in a database that was set back under it, as by a failover', async () => {
  const tail = createEventTail();
  const sequencer = createSequencer(pool, tail);
  const kept = await write(pool);
  await steps(sequencer);
  await write(pool);
  const lost = await write(pool);
  await steps(sequencer);
  await pool.query('DELETE FROM events WHERE number > $1', [kept]);
  await pool.query('DELETE FROM event_runs WHERE position > 1');
  await steps(sequencer);
  expect(tail.end).toBe(2);
  const again = kept + 1;
  expect(again).toBeLessThan(lost);
  await pool.query(
    `INSERT INTO events (number, tenant, kind, type, subject_id, subject_version, image) OVERRIDING SYSTEM VALUE
     VALUES ($1, 't', 'cardholder', 'cardholder.pending', gen_random_uuid(), 1, '{}')`,
    [again],
  );
  await expect
    .poll(async () => {
      await sequencer.step();
      return sequenced();
    })
    .toEqual([kept, again]);
  expect(tail.end).toBe(3);
});

test('a process looks for what a log lacks that was set back and has grown to the same end', async () => {
  const sequencer = createSequencer(pool, createEventTail());
  await steps(sequencer);
  const gaveUp = await open();
  const late = await write(gaveUp);
  await end(gaveUp, 'ROLLBACK');
  const first = await write(pool);
  await steps(sequencer);
  const grown = await pool.query(
    `UPDATE event_runs SET missing = int8multirange(int8range($1::bigint, $1 + 1)) WHERE highest = $2`,
    [late, first],
  );
  expect(grown.rowCount).toBe(1);
  await pool.query(
    `INSERT INTO events (number, tenant, kind, type, subject_id, subject_version, image) OVERRIDING SYSTEM VALUE
     VALUES ($1, 't', 'cardholder', 'cardholder.pending', gen_random_uuid(), 1, '{}')`,
    [late],
  );
  await write(pool);
  await expect
    .poll(async () => {
      await sequencer.step();
      return sequenced();
    })
    .toContain(late);
});

/** A pass, whatever the process has to find out before it. */
async function steps(sequencer: ReturnType<typeof createSequencer>): Promise<void> {
  for (let step = 0; step < 3; step += 1) await sequencer.step();
}

test('several processes give each event one position', async () => {
  const tails = Array.from({ length: 4 }, createEventTail);
  const sequencers = tails.map((tail) => createSequencer(pool, tail));
  const writing = Promise.all(
    Array.from({ length: 5 }, async () => {
      for (let count = 0; count < 20; count += 1) {
        const client = await open();
        await write(client);
        await end(client, count % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
      }
    }),
  );
  const stepAll = async (): Promise<void> => {
    await Promise.all(sequencers.map((sequencer) => sequencer.step()));
  };
  await whilePending(writing, stepAll);
  const committed = await readBehind(0);
  await expect
    .poll(async () => {
      await stepAll();
      return (await sequenced()).toSorted((a, b) => a - b);
    })
    .toEqual(committed);
  expect(committed).toHaveLength(80);
});

test('passes follow one another quickly only while somebody waits for events', async () => {
  const tail = createEventTail();
  const sequencer = createSequencer(pool, tail);
  const stopping = new AbortController();
  await steps(sequencer);
  const unawaited = await pauseAfterEvent(sequencer);
  void tail.reached(Number.MAX_SAFE_INTEGER, stopping.signal);
  const awaited = await pauseAfterEvent(sequencer);
  stopping.abort();
  expect([unawaited, awaited]).toEqual([100, 20]);
});

async function pauseAfterEvent(sequencer: ReturnType<typeof createSequencer>): Promise<number> {
  await write(pool);
  return sequencer.step();
}

test('a pass is planned once, on an empty log, for one that grows', async () => {
  const single = openDatabase(database.url, { connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  const sequencer = createSequencer(single, createEventTail());
  try {
    for (let step = 0; step < 20; step += 1) await sequencer.step();
    const { rows: plan } = await single.query(`EXPLAIN EXECUTE "events-sequence" (1, 0, '{}', 0)`);
    expect(JSON.stringify(plan)).toContain('events_pkey');
    expect(JSON.stringify(plan)).not.toContain('Seq Scan on events');
    for (let count = 0; count < 20; count += 1) await pauseAfterEvent(sequencer);
    const { rows: plans } = await single.query(
      `SELECT custom_plans::int AS "ofValues" FROM pg_prepared_statements WHERE name = 'events-sequence'`,
    );
    // PostgreSQL makes this many before it compares them with one for all values.
    expect(plans).toEqual([{ ofValues: 5 }]);
  } finally {
    await single.end();
  }
});

/** Repeats work until the other is done. */
async function whilePending(other: Promise<unknown>, work: () => Promise<void>): Promise<void> {
  const state = { isPending: true };
  void other.finally(() => (state.isPending = false));
  while (state.isPending) await work();
  await other;
}
