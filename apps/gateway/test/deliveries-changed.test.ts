import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeEvents } from '../src/events/retention-store.ts';
import { closeReceivers, newReceiver, openDestination, subjectOf, versionsOf, waiting } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { failing, isSignedBy, ok } from './setup/receiver.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' } });
});
afterAll(async () => {
  await closeReceivers();
  await gateway.close();
});

describe.concurrent('a destination', () => {
  test('gets the events of new types from the answer on that says so', async ({ expect }) => {
    const { receiver, client, params, add } = await openDestination(gateway, { types: ['card.*'] });
    const isServed = async () =>
      (
        await gateway.pool.query('SELECT FROM event_destinations WHERE id = $1 AND fence > 0', [
          uuidOf('destination', params.id),
        ])
      ).rowCount;
    await expect.poll(isServed, waiting).toBe(1);
    await client.updateEventDestination({ params, body: { types: ['cardholder.*'] } });
    const [id] = await add();
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1]);
  });

  test('is left alone for as long as it asks, also if it is changed before that is stored', async ({ expect }) => {
    const { receiver, client, params, add, attempts } = await openDestination(gateway);
    await add();
    await expect.poll(async () => (await attempts()).length, waiting).toBe(1);
    receiver.answer((received, response) => {
      const answer = () => failing(429, { 'retry-after': '600' })(received, response);
      void client.updateEventDestination({ params, body: { description: 'changed' } }).then(answer);
    });
    await add();
    await expect.poll(async () => (await attempts())[0]?.httpStatus, waiting).toBe(429);
    await add();
    const storedPause = async () => {
      const { rows } = await gateway.pool.query<{ is: boolean }>(
        "SELECT retry_at > now() + interval '5 minutes' AS is FROM event_destinations WHERE id = $1",
        [uuidOf('destination', params.id)],
      );
      return rows[0]?.is;
    };
    await expect.poll(storedPause, waiting).toBe(true);
    expect(receiver.received).toHaveLength(2);
  });

  test('gets at a new URL at once what the old one put off', async ({ expect }) => {
    const { receiver, client, params, add, set, shown, undelivered } = await openDestination(gateway);
    receiver.answer(failing(503, { 'retry-after': '3000' }));
    const [id] = await add();
    await expect.poll(undelivered, waiting).toEqual([1]);
    await set("status = 'failing', failures = 20, failing_since = now() - interval '71 hours'");
    await expect.poll(async () => (await shown()).status, waiting).toBe('failing');
    const other = await newReceiver();
    await client.updateEventDestination({ params, body: { url: other.url } });
    await expect.poll(() => versionsOf(other.received, id), waiting).toEqual([1]);
    await expect.poll(undelivered, waiting).toEqual([]);
    expect(await shown()).toMatchObject({ status: 'active', failingSince: null });
  });

  test.for([410, 429])(
    'gets events at a new URL, whatever the old one answers then: %d',
    async (status, { expect }) => {
      const { receiver, client, params, add, shown } = await openDestination(gateway);
      const held: (() => void)[] = [];
      receiver.answer(
        (received, response) => void held.push(() => failing(status, { 'retry-after': '3000' })(received, response)),
      );
      const [late] = await add();
      await expect.poll(() => held.length, waiting).toBe(1);
      const other = await newReceiver();
      await client.updateEventDestination({ params, body: { url: other.url } });
      await expect
        .poll(async () => {
          await add();
          return other.received.length;
        }, waiting)
        .toBeGreaterThan(0);
      for (const answer of held) answer();
      await expect.poll(() => versionsOf(other.received, late), waiting).toEqual([1]);
      const [id] = await add();
      await expect.poll(() => versionsOf(other.received, id), waiting).toEqual([1]);
      expect(await shown()).toMatchObject({ status: 'active', failingSince: null });
    },
  );

  test('gets at a new URL at once what the old one puts off before the deliverer knows of the new one', async ({
    expect,
  }) => {
    const { receiver, client, params, add } = await openDestination(gateway);
    const other = await newReceiver();
    // It makes the deliverer end, and who takes over knows no more than the rows.
    receiver.answer((received, response) => {
      const answer = () => failing(410, { 'retry-after': '3000' })(received, response);
      void client.updateEventDestination({ params, body: { url: other.url } }).then(answer);
    });
    const [id] = await add();
    // Whoever takes over may post it once more, if the other one could not tell that it had.
    await expect.poll(() => versionsOf(other.received, id)[0], waiting).toBe(1);
  });

  test('is no better at a new URL because the old one accepts what it still had', async ({ expect }) => {
    const { receiver, client, params, add, shown, attempts } = await openDestination(gateway);
    const held: (() => void)[] = [];
    receiver.answer((received, response) => void held.push(() => ok(received, response)));
    await add();
    await expect.poll(() => held.length, waiting).toBe(1);
    const other = await newReceiver();
    other.answer(failing(503, { 'retry-after': '3000' }));
    await client.updateEventDestination({ params, body: { url: other.url } });
    await expect
      .poll(async () => {
        await add();
        return (await shown()).failingSince;
      }, waiting)
      .not.toBeNull();
    const { failingSince } = await shown();
    for (const answer of held) answer();
    await expect.poll(async () => (await attempts()).some(({ delivered }) => delivered), waiting).toBe(true);
    expect(await shown()).toMatchObject({ failingSince });
  });

  test('that refuses some subjects gets what comes of others, however long it has got nothing', async ({ expect }) => {
    const { receiver, add, set, shown, undelivered } = await openDestination(gateway);
    receiver.answer(failing(500));
    const odd = await add(2);
    await expect.poll(async () => (await undelivered()).length, waiting).toBe(2);
    const refused = new Set(odd.map(subjectOf));
    receiver.answer((received, response) =>
      (refused.has(received.event.subject) ? failing(500) : ok)(received, response),
    );
    // The tenth failure in a row: nothing is posted any more but single events.
    await set('failures = 10');
    await expect.poll(async () => (await shown()).status, waiting).toBe('failing');
    const [id] = await add();
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1]);
  });

  test('gets events by the secret from before as long as its new one cannot be opened', async ({ expect }) => {
    const { receiver, secret, add, set, attempts } = await openDestination(gateway);
    await add();
    await expect.poll(async () => (await attempts()).length, waiting).toBe(1);
    await set("secrets_sealed = secrets_sealed || ' '");
    // The report of one tells the deliverer, and the next comes after it.
    for (const count of [2, 3]) {
      await add();
      await expect.poll(async () => (await attempts()).length, waiting).toBe(count);
    }
    expect(receiver.received.map((each) => isSignedBy(secret, each))).toEqual([true, true, true]);
    expect(await attempts()).toMatchObject([{ delivered: true }, { delivered: true }, { delivered: true }]);
  });

  test('has no row left for an event that was resent while it was under way', async ({ expect }) => {
    const { receiver, client, params, add, attempts, undelivered } = await openDestination(gateway);
    const held: (() => void)[] = [];
    receiver.answer((received, response) => {
      if (held.length === 0) held.push(() => ok(received, response));
      else ok(received, response);
    });
    await add();
    await expect.poll(() => receiver.received.length, waiting).toBe(1);
    const id = receiver.received[0]?.event.id ?? '';
    await client.resendEvent({ params: { id }, body: { destination: params.id } });
    // The report of one tells the deliverer of the request, that of the next comes after it.
    for (const count of [1, 2]) {
      await add();
      await expect.poll(async () => (await attempts()).length, waiting).toBe(count);
    }
    for (const answer of held) answer();
    await expect.poll(async () => (await attempts()).some(({ event }) => event === id), waiting).toBe(true);
    expect(await undelivered()).toEqual([]);
  });
});

test('goes on where the database says, after that was set back', async () => {
  const { receiver, add, attempts } = await openDestination(gateway);
  const stateOf = async () => {
    const { rows } = await gateway.pool.query<{ end: string; highest: string | null }>(
      'SELECT position + length AS "end", highest FROM event_runs ORDER BY position DESC LIMIT 1',
    );
    return rows[0] ?? expect.fail('The log is empty.');
  };
  await add();
  await expect.poll(async () => (await attempts()).length, waiting).toBe(1);
  const kept = await stateOf();
  for (const count of [2, 3]) {
    await add();
    await expect.poll(async () => (await attempts()).length, waiting).toBe(count);
  }
  await gateway.owner.query(
    `WITH events AS (DELETE FROM events WHERE number > $2), runs AS (DELETE FROM event_runs WHERE position >= $1)
     UPDATE event_destinations SET position = least(position, $1)`,
    [kept.end, kept.highest],
  );
  const [id] = await add();
  await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1]);
});

test('gets what a log that was set back, and has grown again, has in place of what it had read', async () => {
  const { receiver, add, attempts } = await openDestination(gateway);
  const endOf = async () => {
    const { rows } = await gateway.pool.query<{ end: number; highest: string }>(
      'SELECT (position + length)::integer AS "end", highest FROM event_runs ORDER BY position DESC LIMIT 1',
    );
    return rows[0] ?? expect.fail('The log is empty.');
  };
  await add();
  await expect.poll(async () => (await attempts()).length, waiting).toBe(1);
  const kept = await endOf();
  const held: (() => void)[] = [];
  receiver.answer((received, response) => void held.push(() => ok(received, response)));
  await add();
  await expect.poll(() => held.length, waiting).toBe(1);
  await gateway.owner.query(
    'WITH events AS (DELETE FROM events WHERE number > $2) DELETE FROM event_runs WHERE position >= $1',
    [kept.end, kept.highest],
  );
  receiver.answer(ok);
  const ids = await add(3);
  await expect.poll(async () => (await endOf()).end, waiting).toBe(kept.end + 3);
  for (const answer of held) answer();
  for (const id of ids) await expect.poll(() => versionsOf(receiver.received, id).at(-1), waiting).toBe(1);
});

test('goes on at the oldest event that is kept, and the log tells how many it has missed', async () => {
  const { receiver, client, params, add } = await openDestination(gateway);
  await client.disableEventDestination({ params });
  const endOf = async () =>
    (await gateway.pool.query<{ end: string }>('SELECT max(position + length) AS "end" FROM event_runs')).rows[0]?.end;
  const addOne = async () => {
    const before = await endOf();
    const [id] = await add();
    await expect.poll(endOf, waiting).not.toBe(before);
    return id;
  };
  await addOne();
  const kept = await addOne();
  await gateway.owner.query('DELETE FROM event_runs WHERE position < (SELECT max(position) FROM event_runs)');
  await client.enableEventDestination({ params });
  await expect.poll(() => versionsOf(receiver.received, kept), waiting).toEqual([1]);
  expect(gateway.log()).toMatch(/"removed":[1-9].*before this destination got them/);
});

test('that did not accept an event before retention removed it is told of in the log', async () => {
  const { receiver, add, set, undelivered } = await openDestination(gateway);
  receiver.answer(failing(500));
  for (const count of [1, 2]) {
    await add();
    await expect.poll(async () => (await undelivered()).length, waiting).toBe(count);
  }
  const later = new Date(Date.now() + 3_600_000);
  while ((await removeEvents(gateway.pool, later, 1000)) > 0);
  // As another process would take it over.
  await set('fence = fence + 1, lease_until = NULL');
  await expect
    .poll(() => gateway.log(), waiting)
    .toContain('an event was removed from the log before this destination accepted it');
  await expect.poll(async () => (await undelivered()).length, waiting).toBe(1);
});

test('that is replayed events of the past has only those to look through that are kept, and is told of what goes meanwhile', async () => {
  const { receiver, client, params, add, set, shown } = await openDestination(gateway);
  const kept = async () => {
    const { rows } = await gateway.pool.query<{ oldest: string; length: string }>(
      'SELECT min(position) AS oldest, sum(length) AS length FROM event_runs',
    );
    return { oldest: Number(rows[0]?.oldest), length: Number(rows[0]?.length) };
  };
  for (const count of [1, 2]) {
    await add();
    await expect.poll(() => receiver.received.length, waiting).toBe(count);
  }
  const later = new Date(Date.now() + 3_600_000);
  while ((await removeEvents(gateway.pool, later, 1000)) > 0);
  const { oldest } = await kept();
  expect(oldest).toBeGreaterThan(1);
  const { replay } = await client.replayEvents({ params, body: { after: '2026-01-01T00:00:00Z' } });
  expect(replay?.remaining).toBeLessThanOrEqual((await kept()).length);
  await expect.poll(async () => (await shown()).replay, waiting).toBeNull();
  expect(gateway.log()).not.toContain('before a replay came to them');
  // As one that was away while retention went on.
  await set(
    `replay_position = 1, replay_end = ${oldest}, replay_types = '{*}', replay_after = '2026-01-01', replay_before = now()`,
  );
  await expect.poll(async () => (await shown()).replay, waiting).toBeNull();
  expect(gateway.log()).toMatch(new RegExp(`"removed":${oldest - 1}.*before a replay came to them`));
});
