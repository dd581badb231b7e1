import type { ServerResponse } from 'node:http';
import { uuidOf } from '@card-gateway/core';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventViews } from '../src/app.ts';
import { startDeliverer } from '../src/destinations/deliverer.ts';
import { leaseDestinations } from '../src/destinations/deliverer-store.ts';
import { Delivery } from '../src/destinations/delivery.ts';
import { leaseMs } from '../src/destinations/reports.ts';
import { shareReads } from '../src/events/shared-reads.ts';
import { startSequencer } from '../src/events/sequencer.ts';
import { createLog } from '../src/log.ts';
import type { Pace } from '../src/pace.ts';
import type { Services } from '../src/services.ts';
import { closeReceivers, once, openDestination, subjectOf, versionsOf, waiting } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { failing, ok } from './setup/receiver.ts';

let gateway: TestGateway;
let sequencer: ReturnType<typeof startSequencer>;
const log = createLog('fatal');

beforeAll(async () => {
  // Each test delivers by itself.
  gateway = await startGateway({ jobs: false, settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' } });
  sequencer = startSequencer({ pool: gateway.pool, tail: gateway.services.eventTail, log });
});
afterAll(async () => {
  await closeReceivers();
  await sequencer.stop();
  await gateway.close();
});

afterEach(() => gateway.pool.query('DELETE FROM event_destinations'));

/** Delivers to the only destination, until it is ended. */
async function deliver(pace: Pace, changed: Partial<Services> = {}) {
  const services = { ...gateway.services, ...changed };
  const leaseEndsAt = performance.now() + leaseMs;
  const [destination] = await leaseDestinations(services.pool, leaseMs, 1);
  if (destination === undefined) return expect.fail('There is no destination to deliver to.');
  const options = {
    services,
    read: shareReads(services, eventViews),
    readAgain: shareReads(services, eventViews),
    log,
    pace,
    holdTooMany: () => false,
  };
  const delivery = new Delivery(options, destination, leaseEndsAt);
  const ended = delivery.run();
  return { end: (withinMs = 60_000) => delivery.end(withinMs), ended };
}

/** Resolves after so many reports of a destination's deliverer: one a second. */
async function reports(id: string, count: number): Promise<void> {
  const leaseUntil = async (): Promise<Date | undefined> => {
    const text = 'SELECT lease_until AS at FROM event_destinations WHERE id = $1';
    return (await gateway.pool.query<{ at: Date }>(text, [uuidOf('destination', id)])).rows[0]?.at;
  };
  for (let left = count; left > 0; left -= 1) await expect.poll(leaseUntil, waiting).not.toEqual(await leaseUntil());
}

/** A pace that lets nobody go on by itself. */
function gate() {
  const waiting: (() => void)[] = [];
  const pace: Pace = () => new Promise((resolve) => void waiting.push(resolve));
  return { waiting, pace };
}

test('posts that wait for their turn do not begin once the destination has asked for a pause', async () => {
  const { receiver, add, attempts } = await openDestination(gateway);
  receiver.answer(failing(429, { 'retry-after': '600' }));
  const { waiting: turns, pace } = gate();
  const { end, ended } = await deliver(pace);
  await add(3);
  await expect.poll(() => turns.length, waiting).toBe(3);
  turns.shift()?.();
  await expect.poll(attempts, waiting).toMatchObject([{ httpStatus: 429, attempt: 1 }]);
  for (const goOn of turns) goOn();
  end();
  await ended;
  expect(receiver.received).toHaveLength(1);
  expect(await attempts()).toHaveLength(1);
});

test('posts that wait for their turn do not begin once the process ends, and are the next one’s', async () => {
  const { receiver, add, attempts } = await openDestination(gateway);
  const { waiting: turns, pace } = gate();
  const first = await deliver(pace);
  const ids = await add(2);
  await expect.poll(() => turns.length, waiting).toBe(2);
  first.end();
  for (const goOn of turns) goOn();
  await first.ended;
  expect(receiver.received).toEqual([]);
  const second = await deliver(async () => {});
  await expect.poll(attempts, waiting).toMatchObject([{ attempt: 1 }, { attempt: 1 }]);
  expect(ids.map((id) => versionsOf(receiver.received, id))).toEqual([[1], [1]]);
  second.end();
  await second.ended;
});

test('nothing is looked at over and over while what is due waits for an attempt that hangs', async () => {
  const { receiver, params, add, set, undelivered } = await openDestination(gateway);
  receiver.answer(failing(500));
  const failed = await deliver(async () => {});
  await add(2);
  await expect.poll(undelivered, waiting).toEqual([1, 1]);
  failed.end();
  await failed.ended;
  // Only single events are tried.
  await set('failures = 10, retry_at = NULL');
  const { length } = receiver.received;
  receiver.answer(() => {});
  let [looks, ahead] = [0, 0];
  const now = (): number => {
    looks += 1;
    return Date.now() + ahead;
  };
  const { end, ended } = await deliver(async () => {}, { now });
  await expect.poll(() => receiver.received.length, waiting).toBe(length + 1);
  // The other event's time has come too.
  ahead = 60_000;
  const before = looks;
  await reports(params.id, 2);
  expect(looks - before).toBeLessThan(50);
  end(0);
  await ended;
});

test('a log that cannot be read is not read over and over, and its reader keeps the lease', async () => {
  const { receiver, params, add } = await openDestination(gateway);
  const { pool } = gateway;
  let [reads, isBroken] = [0, true];
  const query = (...parameters: Parameters<typeof pool.query>) => {
    const [statement] = parameters as readonly unknown[];
    const isRead = typeof statement === 'string' && statement.includes(') e ON true');
    if (isRead) reads += 1;
    return isRead && isBroken ? pool.query('SELECT FROM nowhere') : pool.query(...parameters);
  };
  const { end, ended } = await deliver(async () => {}, {
    pool: Object.create(pool, { query: { value: query } }) as Pool,
  });
  const [id] = await add();
  await expect.poll(() => reads, waiting).toBeGreaterThan(0);
  await reports(params.id, 2);
  expect(reads).toBeLessThan(20);
  isBroken = false;
  await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1]);
  end();
  await ended;
});

test('events that hang once more leave room for those of other subjects', async () => {
  const { receiver, params, add } = await openDestination(gateway);
  const odd = await add(40);
  const store = async (): Promise<number | null> => {
    const { rowCount } = await gateway.pool.query(
      `INSERT INTO undelivered_events (destination_id, position, subject_id, attempts, next_attempt_at)
       SELECT $1, run.position + (e.number - run.number), e.subject_id, 1, now()
       FROM events e JOIN event_runs run ON e.number >= run.number AND e.number < run.number + run.length
       WHERE e.subject_id = ANY ($2) ON CONFLICT DO NOTHING`,
      [uuidOf('destination', params.id), odd],
    );
    return rowCount;
  };
  let stored = 0;
  await expect.poll(async () => (stored += (await store()) ?? 0), waiting).toBe(odd.length);
  const hangs = new Set(odd.map(subjectOf));
  let [begun, over] = [0, 0];
  receiver.answer((received, response) => {
    if (!hangs.has(received.event.subject)) return ok(received, response);
    begun += 1;
    response.once('close', () => (over += 1));
  });
  const { end, ended } = await deliver(async () => {});
  await expect.poll(() => begun, waiting).toBeGreaterThan(0);
  const [id] = await add();
  await expect.poll(() => [versionsOf(receiver.received, id), over], waiting).toEqual([[1], 0]);
  end(0);
  await ended;
});

test('an answer that does not end counts before the time limit of the attempt', async () => {
  const { receiver, add, attempts } = await openDestination(gateway);
  let over = 0;
  receiver.answer((_received, response) => {
    if (receiver.received.length === 1) response.once('close', () => (over += 1));
    else response.writeHead(200).write('…');
  });
  const { end, ended } = await deliver(async () => {});
  await add();
  await expect.poll(() => receiver.received.length, waiting).toBe(1);
  const [id] = await add();
  await expect.poll(async () => [await attempts(), over], waiting).toMatchObject([[{ delivered: true }], 0]);
  expect(receiver.received.at(-1)?.event.subject).toBe(subjectOf(id));
  end(0);
  await ended;
});

test('destinations that have had no deliverer for the longest time are taken first', async () => {
  for (let count = 0; count < 3; count += 1) await openDestination(gateway);
  const { pool } = gateway.services;
  const first = await leaseDestinations(pool, 0, 2);
  expect(first).toHaveLength(2);
  await expect
    .poll(
      async () => (await pool.query('SELECT FROM event_destinations WHERE lease_until < clock_timestamp()')).rowCount,
      waiting,
    )
    .toBe(2);
  const ids = [...first, ...(await leaseDestinations(pool, 0, 2))].map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
});

test('a lease that a clock gave which was ahead keeps no destination without a deliverer', async () => {
  const { set } = await openDestination(gateway);
  const { pool } = gateway.services;
  await set(`lease_until = clock_timestamp() + interval '5 seconds'`);
  expect(await leaseDestinations(pool, leaseMs, 1)).toEqual([]);
  await set(`lease_until = clock_timestamp() + interval '1 hour'`);
  expect(await leaseDestinations(pool, leaseMs, 1)).toHaveLength(1);
});

test('a process that is to end does not wait for attempts beyond the shutdown time, and another one makes them again', async () => {
  const { receiver, params, add, attempts } = await openDestination(gateway);
  const held: ServerResponse[] = [];
  receiver.answer((_received, response) => void held.push(response));
  const services = { ...gateway.services, config: { ...gateway.services.config, SHUTDOWN_GRACE_MS: 1000 } };
  const deliverer = startDeliverer({ services, views: eventViews, log });
  const [id] = await add();
  await expect.poll(() => held.length, waiting).toBe(1);
  await deliverer.stop();
  expect(await attempts()).toEqual([]);
  const leased = 'SELECT FROM event_destinations WHERE id = $1 AND lease_until > clock_timestamp()';
  expect((await gateway.pool.query(leased, [uuidOf('destination', params.id)])).rowCount).toBe(0);
  receiver.answer(ok);
  const next = await deliver(async () => {});
  await expect.poll(attempts, waiting).toMatchObject([{ delivered: true, attempt: 1 }]);
  expect(versionsOf(receiver.received, id)).toEqual([1, 1]);
  next.end();
  await next.ended;
});

test.each([
  [8, 'are all in memory as long as there are few', 0],
  [6, 'are read again if those of all destinations are many', 1],
])('events that wait for another attempt (of 8 at most %i in memory) %s', async (most, _what, fewest) => {
  let readAgain = 0;
  const { pool } = gateway;
  const query = (...parameters: Parameters<typeof pool.query>) => {
    const [statement, values] = parameters as readonly unknown[];
    const isRead = typeof statement === 'string' && statement.includes(') e ON true');
    if (isRead && Array.isArray(values) && values.at(-1) === 1) readAgain += 1;
    return pool.query(...parameters);
  };
  const destinations = [await openDestination(gateway), await openDestination(gateway)];
  for (const { receiver } of destinations) receiver.answer(failing(500));
  const services = { ...gateway.services, pool: Object.create(pool, { query: { value: query } }) as Pool };
  const deliverer = startDeliverer({ services, views: eventViews, log, most });
  const wanted = await Promise.all(
    destinations.map(async ({ receiver, add, change, undelivered }) => {
      const ids = await add(2);
      await change(ids, 'changed');
      await expect.poll(undelivered, waiting).toHaveLength(4);
      return { receiver, ids, before: receiver.received.length };
    }),
  );
  // A report that was under way may put them off again.
  const tryUntil = (isReached: () => boolean): Promise<void> =>
    expect
      .poll(async () => {
        await pool.query('UPDATE undelivered_events SET next_attempt_at = now()');
        for (const { set } of destinations) await set('failures = 0');
        return isReached();
      }, waiting)
      .toBe(true);
  const areTried = (): boolean => wanted.every(({ receiver, before }) => receiver.received.length > before + 1);
  await tryUntil(() => areTried() && readAgain >= fewest);
  expect(Math.min(readAgain, 1)).toBe(fewest);
  for (const { receiver } of destinations) receiver.answer(ok);
  await tryUntil(() =>
    wanted.every(({ receiver, ids }) => ids.every((id) => versionsOf(receiver.received, id).at(-1) === 2)),
  );
  for (const { receiver, ids } of wanted) {
    expect(ids.map((id) => once(versionsOf(receiver.received, id)))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  }
  await deliverer.stop();
});

test('events that are read again leave the connections of all others alone', async () => {
  const { receiver, params, add } = await openDestination(gateway);
  const ids = await add(40);
  const { pool } = gateway;
  const rows = `INSERT INTO undelivered_events (destination_id, position, subject_id, attempts, next_attempt_at)
    SELECT $1, run.position + (e.number - run.number), e.subject_id, 0, now()
    FROM events e JOIN event_runs run ON e.number >= run.number AND e.number < run.number + run.length
    WHERE e.subject_id = ANY ($2) ON CONFLICT DO NOTHING`;
  let stored = 0;
  await expect
    .poll(async () => {
      const { rowCount } = await pool.query(rows, [uuidOf('destination', params.id), ids]);
      return (stored += rowCount ?? 0);
    }, waiting)
    .toBe(ids.length);
  let [reading, most] = [0, 0];
  const query = (...parameters: Parameters<typeof pool.query>) => {
    const [statement, values] = parameters as readonly unknown[];
    const isRead = typeof statement === 'string' && statement.includes(') e ON true');
    const result = pool.query(...parameters) as unknown as Promise<unknown>;
    if (!isRead || !Array.isArray(values) || values.at(-1) !== 1) return result;
    reading += 1;
    most = Math.max(most, reading);
    return result.finally(() => (reading -= 1));
  };
  const { end, ended } = await deliver(async () => {}, {
    pool: Object.create(pool, { query: { value: query } }) as Pool,
  });
  await expect.poll(() => new Set(receiver.received.map(({ event }) => event.subject)).size, waiting).toBe(ids.length);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(4);
  end();
  await ended;
});
