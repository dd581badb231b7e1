import { newUuid, toPublicId, type Uuid } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { failing, isSignedBy, ok, openReceiver, type Received, type Receiver } from './setup/receiver.ts';

let gateway: TestGateway;
const receivers: Receiver[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    settings: { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1', EVENTS_DELIVERY_TIMEOUT_MS: '400' },
  });
});
afterEach(async () => {
  const { data } = await gateway.client.listEventDestinations({});
  await Promise.all(data.map(({ id }) => gateway.client.deleteEventDestination({ params: { id } })));
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
afterAll(() => gateway.close());

/** A destination of its own, with what receives its events. */
async function destination(types = ['cardholder.*']) {
  const receiver = await openReceiver();
  receivers.push(receiver);
  const { secret, id } = await gateway.client.createEventDestination({ body: { url: receiver.url, types } });
  return { receiver, secret, params: { id } };
}

/** Adds a cardholder, which is an event. */
async function addSubject(): Promise<Uuid> {
  const id = newUuid(Date.now());
  await gateway.pool.query(
    `INSERT INTO cardholders (id, tenant, provider, account, reference, status, created_at, updated_at)
     VALUES ($1::uuid, 'default', 'keysecure', 'keysecure', $1::text, 'pending', now(), now())`,
    [id],
  );
  return id;
}

async function changeSubject(id: Uuid, reason: string): Promise<void> {
  await gateway.pool.query('UPDATE cardholders SET fail_reason = $2 WHERE id = $1', [id, reason]);
}

const versionsOf = (received: readonly Received[], id: Uuid): number[] =>
  received.flatMap(({ event }) => (event.subject === toPublicId('cardholder', id) ? [event.subjectVersion] : []));

test('gets events as the feed shows them, signed', async () => {
  const { receiver, secret, params } = await destination();
  const id = await addSubject();
  await changeSubject(id, 'changed');
  await expect.poll(() => versionsOf(receiver.received, id)).toEqual([1, 2]);
  const [one, two] = receiver.received as [Received, Received];
  expect(one.event).toMatchObject({ type: 'cardholder.pending', previous: null, subjectVersion: 1 });
  expect(two.event).toMatchObject({ type: 'cardholder.updated', previous: { failReason: null } });
  expect(one.headers).toMatchObject({ 'webhook-id': one.event.id, 'content-type': 'application/json' });
  expect([isSignedBy(secret, one), isSignedBy(`whsec_${Buffer.alloc(32).toString('base64')}`, one)]).toEqual([
    true,
    false,
  ]);
  await expect
    .poll(async () => (await gateway.client.listDestinationDeliveries({ params })).data)
    .toMatchObject([
      { event: two.event.id, attempt: 1, delivered: true, httpStatus: 204, failure: null, answer: null },
      { event: one.event.id, attempt: 1, delivered: true },
    ]);
  expect((await gateway.client.listEventDeliveries({ params: { id: two.event.id } })).data).toHaveLength(1);
  expect(await gateway.client.getEventDestination({ params })).toMatchObject({
    status: 'active',
    lastSuccessAt: expect.any(String) as string,
  });
});

test('a later event of a subject waits for the earlier one, and others go on', async () => {
  const { receiver, params } = await destination();
  const [stuck, free] = [await addSubject(), await addSubject()];
  await expect.poll(() => receiver.received.length).toBe(2);
  const refusals = new Set<string>();
  receiver.answer((received, response) => {
    const isRefused = received.event.subject === toPublicId('cardholder', stuck) && refusals.size === 0;
    if (isRefused) refusals.add(received.event.id);
    (isRefused ? failing(500) : ok)(received, response);
  });
  await changeSubject(stuck, 'one');
  await expect.poll(() => refusals.size).toBe(1);
  await changeSubject(stuck, 'two');
  await changeSubject(free, 'one');
  await expect.poll(() => versionsOf(receiver.received, free)).toEqual([1, 2]);
  await expect.poll(() => versionsOf(receiver.received, stuck), { timeout: 5000 }).toEqual([1, 2, 2, 3]);
  const { data } = await gateway.client.listDestinationDeliveries({ params });
  const failed = data.find(({ delivered }) => !delivered);
  expect(failed).toMatchObject({ attempt: 1, httpStatus: 500, failure: 'HTTP_500', answer: 'Not now, ***' });
  expect(Date.parse(failed?.nextAttemptAt ?? '') - Date.parse(failed?.attemptedAt ?? '')).toBeGreaterThanOrEqual(1000);
});
