import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { closeReceivers, once, openDestination, subjectOf, versionsOf, waiting } from './setup/destination.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type Answering, failing, isSignedBy, ok, type Received } from './setup/receiver.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    settings: {
      EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1',
      // Short for those that hang, long enough for those that answer, also where the machine has much else to do.
      EVENTS_DELIVERY_TIMEOUT_MS: '3000',
      DATABASE_LOCK_TIMEOUT_MS: '5000',
    },
  });
});
afterAll(async () => {
  await closeReceivers();
  await gateway.close();
});

const destination = () => openDestination(gateway);

describe.concurrent('a destination', () => {
  test('gets events as the feed shows them, signed', async ({ expect }) => {
    const { receiver, secret, client, add, change, attempts, shown } = await destination();
    const [id] = await add();
    await change([id ?? ''], 'changed');
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1, 2]);
    const [one, two] = receiver.received as [Received, Received];
    expect(one.event).toMatchObject({ type: 'cardholder.pending', previous: null, subjectVersion: 1 });
    expect(two.event).toMatchObject({ type: 'cardholder.updated', previous: { failReason: null } });
    expect(one.headers).toMatchObject({ 'webhook-id': one.event.id, 'content-type': 'application/json' });
    const another = `whsec_${Buffer.alloc(32).toString('base64')}`;
    expect([isSignedBy(secret, one), isSignedBy(another, one)]).toEqual([true, false]);
    await expect.poll(attempts, waiting).toMatchObject([
      { event: two.event.id, attempt: 1, delivered: true, httpStatus: 204, failure: null, answer: null },
      { event: one.event.id, attempt: 1, delivered: true },
    ]);
    expect((await client.listEventDeliveries({ params: { id: two.event.id } })).data).toHaveLength(1);
    expect(await shown()).toMatchObject({ status: 'active', lastSuccessAt: expect.any(String) as string });
  });

  test('gets a later event of a subject after the earlier one, and those of others meanwhile', async ({ expect }) => {
    const { receiver, add, change, attempts } = await destination();
    const [stuck, free] = await add(2);
    await expect.poll(() => receiver.received.length, waiting).toBe(2);
    let refusals = 0;
    receiver.answer((received, response) => {
      const isRefused = received.event.subject === subjectOf(stuck) && refusals < 1;
      if (isRefused) refusals += 1;
      (isRefused ? failing(500) : ok)(received, response);
    });
    await change([stuck ?? ''], 'one');
    await expect.poll(() => refusals, waiting).toBe(1);
    await change([stuck ?? '', free ?? ''], 'two');
    await expect.poll(() => versionsOf(receiver.received, free), waiting).toEqual([1, 2]);
    await expect.poll(() => versionsOf(receiver.received, stuck), waiting).toEqual([1, 2, 2, 3]);
    const failed = (await attempts()).findLast(({ delivered }) => !delivered);
    expect(failed).toMatchObject({ attempt: 1, httpStatus: 500, failure: 'HTTP_500', answer: 'Not now, ***' });
    expect(Date.parse(failed?.nextAttemptAt ?? '') - Date.parse(failed?.attemptedAt ?? '')).toBeGreaterThanOrEqual(
      1000,
    );
  });

  test('that is away is tried with single events, and gets all in order once it is back', async ({ expect }) => {
    const { receiver, client, params, add, change, shown, ownEvents, undelivered } = await destination();
    receiver.answer(failing(503));
    const ids = await add(300);
    await change(ids, 'one');
    await expect.poll(async () => (await shown()).status, waiting).toBe('failing');
    // Hardly more than were under way when it began to fail: the cursor waits, and does not make rows.
    const tried = receiver.received.length;
    await change(ids.slice(0, 150), 'two');
    await expect.poll(() => receiver.received.length, waiting).toBeGreaterThan(tried);
    expect(receiver.received.length).toBeLessThan(50);
    expect((await undelivered()).length).toBeLessThan(200);
    receiver.answer(ok);
    await client.pingEventDestination({ params });
    for (const [at, id] of ids.entries()) {
      const versions = at < 150 ? [1, 2, 3] : [1, 2];
      await expect.poll(() => once(versionsOf(receiver.received, id)), waiting).toEqual(versions);
    }
    await expect.poll(undelivered, waiting).toEqual([]);
    expect(await shown()).toMatchObject({ status: 'active', failingSince: null });
    expect(await ownEvents()).toEqual(['destination.failing']);
  });

  test('is left alone for as long as it asks', async ({ expect }) => {
    const { receiver, add, attempts } = await destination();
    const held: (() => void)[] = [];
    receiver.answer((received, response) => {
      if (held.length === 0) held.push(() => ok(received, response));
      else failing(429, { 'retry-after': '3' })(received, response);
    });
    await add(2);
    await expect.poll(async () => (await attempts()).some(({ httpStatus }) => httpStatus === 429), waiting).toBe(true);
    const askedAt = receiver.received.at(-1)?.at ?? 0;
    const { length } = receiver.received;
    receiver.answer(ok);
    for (const answer of held) answer();
    await add();
    await expect.poll(() => receiver.received.length, waiting).toBeGreaterThan(length + 1);
    expect((receiver.received[length]?.at ?? 0) - askedAt).toBeGreaterThan(2900);
  });

  test('that is gone is disabled, and goes on where it stopped once it is enabled', async ({ expect }) => {
    const { receiver, client, params, add, shown, ownEvents } = await destination();
    receiver.answer(failing(410));
    const [one] = await add();
    await expect.poll(shown, waiting).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    const { length } = receiver.received;
    const [two] = await add();
    expect(await ownEvents()).toEqual(['destination.disabled']);
    receiver.answer(ok);
    await client.enableEventDestination({ params });
    const got = () => [one, two].map((id) => once(versionsOf(receiver.received.slice(length), id)));
    await expect.poll(got, waiting).toEqual([[1], [1]]);
  });

  test('without a success for 72 hours is disabled', async ({ expect }) => {
    const { receiver, client, params, add, set, shown, ownEvents } = await destination();
    receiver.answer(failing(500, { 'retry-after': '600' }));
    await add();
    await expect.poll(async () => (await shown()).failingSince, waiting).not.toBeNull();
    await set("failing_since = now() - interval '73 hours'");
    await client.replayEvents({ params, body: { after: '2026-01-01T00:00:00Z', onlyFailed: true } });
    await expect.poll(shown, waiting).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
    expect((await ownEvents()).at(-1)).toBe('destination.disabled');
  });

  test.for<[string, Answering, object]>([
    ['hangs', () => {}, { delivered: false, httpStatus: null, failure: 'TimeoutError' }],
    ['hangs up', (_received, response) => void response.destroy(), { delivered: false, httpStatus: null }],
    ['redirects', failing(302, { location: 'http://127.0.0.1:1/' }), { delivered: false, failure: 'HTTP_302' }],
    [
      'accepts with an endless answer',
      (_received, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'.repeat(3000)), 5);
        response.on('close', () => clearInterval(timer));
      },
      { delivered: true, httpStatus: 200 },
    ],
    [
      'accepts drop by drop',
      (_received, response) => {
        response.writeHead(202);
        const timer = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(timer));
      },
      { delivered: true, httpStatus: 202 },
    ],
    [
      'refuses with a huge answer',
      (_received, response) => void response.writeHead(500).end('card 4111111111111111 '.repeat(100_000)),
      { delivered: false, httpStatus: 500, answer: expect.not.stringContaining('4111') as string },
    ],
  ])('that %s', async ([_what, answer, told], { expect }) => {
    const { receiver, add, attempts } = await destination();
    receiver.answer(answer);
    await add();
    await expect.poll(async () => (await attempts()).at(-1), waiting).toMatchObject(told);
  });

  test('that speaks no TLS', async ({ expect }) => {
    const { receiver, add, attempts } = await openDestination(gateway, { scheme: 'https:' });
    await add();
    await expect
      .poll(async () => (await attempts()).at(-1), waiting)
      .toMatchObject({ delivered: false, httpStatus: null, failure: expect.stringMatching(/SSL|TLS/) as string });
    expect(receiver.received).toEqual([]);
  });

  test('that is posted events of the past shows how far that is, until it has got them', async ({ expect }) => {
    const { receiver, client, params, add, shown } = await destination();
    await add(3);
    await expect.poll(() => receiver.received.length, waiting).toBe(3);
    const held: (() => void)[] = [];
    receiver.answer((_received, response) => void held.push(() => response.writeHead(204).end()));
    const body = { after: '2026-01-01T00:00:00Z', types: ['cardholder.pending'] };
    const { replay } = await client.replayEvents({ params, body });
    expect(replay).toMatchObject({ after: '2026-01-01T00:00:00.000Z', types: body.types });
    await expect.poll(() => held.length, waiting).toBe(3);
    expect((await shown()).replay?.remaining).toBeGreaterThanOrEqual(3);
    for (const release of held) release();
    await expect.poll(async () => (await shown()).replay, waiting).toBeNull();
  });

  test('gets signatures by the old and the new secret for a day', async ({ expect }) => {
    const { receiver, secret, client, params, add } = await destination();
    const rotated = await client.rotateEventDestinationSecret({ params });
    const pinged = await client.pingEventDestination({ params });
    expect(pinged).toMatchObject({ delivered: true, httpStatus: 204, type: 'destination.ping' });
    const [ping] = receiver.received as [Received];
    expect(ping.event).toMatchObject({ type: 'destination.ping', data: { id: params.id }, cursor: null });
    // A subject of its own, so that its version is taken for none of the destination's events.
    expect(ping.event.subject).toBe(ping.event.id);
    expect([secret, rotated.secret].map((each) => isSignedBy(each, ping))).toEqual([true, true]);
    await expect
      .poll(async () => {
        await add();
        return receiver.received.slice(1).some((each) => isSignedBy(rotated.secret, each));
      }, waiting)
      .toBe(true);
  });

  test('gets what another process did not bring to its end', async ({ expect }) => {
    const { receiver, add, set, attempts, undelivered } = await destination();
    const held: (() => void)[] = [];
    let holding = '';
    receiver.answer((received, response) => {
      holding ||= received.event.subject;
      if (received.event.subject === holding && held.length === 0) held.push(() => ok(received, response));
      else ok(received, response);
    });
    const ids = await add(2);
    // The other one is delivered and reported: the cursor must wait for the answer to the first.
    await expect.poll(async () => (await attempts()).length, waiting).toBe(1);
    // A process that takes over and is killed at once: what this one reports from now on is of the past.
    await set("fence = fence + 1, lease_until = clock_timestamp() + interval '100 ms'");
    for (const answer of held) answer();
    const first = ids.find((id) => subjectOf(id) === holding);
    await expect.poll(() => versionsOf(receiver.received, first), waiting).toEqual([1, 1]);
    await expect
      .poll(async () => (await attempts()).some(({ event }) => event === receiver.received[0]?.event.id), waiting)
      .toBe(true);
    expect(await undelivered()).toEqual([]);
  });

  test('gets what comes while what came of earlier attempts is being stored', async ({ expect }) => {
    const { receiver, params, add } = await destination();
    const own = [uuidOf('destination', params.id)];
    await add();
    await expect.poll(() => receiver.received.length, waiting).toBe(1);
    const other = await gateway.pool.connect();
    /** The start of the report that waits, or `over` once so much time has passed that nobody delivers until the row is free. */
    const report = async (): Promise<string> => {
      const { rows } = await other.query<{ report: string }>(
        `SELECT CASE WHEN lease_until < clock_timestamp() THEN 'over' ELSE coalesce(
           (SELECT query_start::text FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))), '') END AS report
         FROM event_destinations WHERE id = $1`,
        own,
      );
      return rows[0]?.report ?? '';
    };
    /** Whether an event came while one and the same report waited. */
    const getsOne = async (): Promise<boolean> => {
      await other.query('BEGIN');
      try {
        await other.query('SELECT FROM event_destinations WHERE id = $1 FOR UPDATE', own);
        const waits = await until(report, (found) => found !== '');
        const [id] = await add();
        const isThere = () => versionsOf(receiver.received, id).length > 0;
        const waitsStill = await until(report, (found) => found !== waits || isThere());
        return waits !== 'over' && waitsStill === waits;
      } finally {
        await other.query('ROLLBACK');
      }
    };
    try {
      // On a busy machine the lease may be over first.
      await until(getsOne, (gotOne) => gotOne);
    } finally {
      other.release();
    }
  });

  test('gets events of the past again when asked to: all, one, or those that failed', async ({ expect }) => {
    const { receiver, client, params, add, undelivered } = await destination();
    const [id] = await add();
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1]);
    const [{ event }] = receiver.received as [Received];
    const after = event.createdAt;
    await client.replayEvents({ params, body: { after, types: ['cardholder.approved'] } });
    await client.replayEvents({ params, body: { after, before: after } });
    await client.replayEvents({ params, body: { after } });
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1, 1]);
    await client.resendEvent({ params: { id: event.id }, body: { destination: params.id } });
    await expect.poll(() => versionsOf(receiver.received, id), waiting).toEqual([1, 1, 1]);
    for (const [body, pointer] of [
      [{ after, before: '2026-01-01T00:00:00Z' }, '/before'],
      [{ after: '9999-01-01T00:00:00Z' }, '/after'],
    ] as const) {
      await expect(client.replayEvents({ params, body })).rejects.toMatchObject({
        problem: { status: 400, errors: [{ pointer }] },
      });
    }
    receiver.answer(failing(500, { 'retry-after': '600' }));
    const [late] = await add();
    await expect.poll(undelivered, waiting).toEqual([1]);
    receiver.answer(ok);
    await client.replayEvents({ params, body: { after, onlyFailed: true } });
    await expect.poll(() => versionsOf(receiver.received, late), waiting).toEqual([1, 1]);
    await expect.poll(undelivered, waiting).toEqual([]);
    expect(versionsOf(receiver.received, id)).toEqual([1, 1, 1]);
  });
});

test('tells how far each destination is behind', async () => {
  const { receiver, client, params, add, undelivered } = await destination();
  receiver.answer(failing(500, { 'retry-after': '600' }));
  await add();
  await expect.poll(undelivered, waiting).toEqual([1]);
  await client.disableEventDestination({ params });
  const isLeft = async () =>
    (
      await gateway.pool.query('SELECT FROM event_destinations WHERE id = $1 AND lease_until < clock_timestamp()', [
        uuidOf('destination', params.id),
      ])
    ).rowCount;
  await expect.poll(isLeft, waiting).toBe(1);
  await add(2);
  const valueOf = async (name: string): Promise<number> => {
    const { text } = await call(gateway.url, { path: '/metrics' });
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`gateway_event_destination_${name}`) && each.includes(params.id));
    return Number(line?.split(' ').at(-1) ?? Number.NaN);
  };
  await expect.poll(() => valueOf('lag_events'), waiting).toBeGreaterThanOrEqual(2);
  expect(await valueOf('undelivered')).toBe(1);
  expect(await valueOf('lag_seconds')).toBeGreaterThan(0);
  expect(await valueOf('oldest_undelivered_seconds')).toBeGreaterThanOrEqual(await valueOf('lag_seconds'));
  expect(await valueOf('status')).toBe(0);
});
