import { GatewayProblem } from '@card-gateway/client';
import { newUuid } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    settings: { EVENTS_ALLOWED_HOSTS: 'hooks.example.com, *.internal.example, 10.0.0.0/8, http://127.0.0.1' },
  });
});
afterAll(() => gateway.close());

const order = { url: 'https://hooks.example.com/cards', types: ['card.*'], description: 'Orders' };

describe('a destination', () => {
  test('is created with a secret that is shown once, read, changed, disabled, enabled and deleted', async () => {
    const { client } = gateway;
    const { secret, ...created } = await client.createEventDestination({ body: order });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(created).toMatchObject({ ...order, account: null, status: 'active', disabledReason: null });
    const params = { id: created.id };
    expect(await client.getEventDestination({ params })).toEqual(created);
    expect((await client.listEventDestinations({})).data).toEqual([created]);

    const changes = { url: 'https://a.internal.example/x', account: 'keysecure', description: null };
    const updated = await client.updateEventDestination({ params, body: changes });
    expect(updated).toMatchObject({ ...changes, types: ['card.*'] });
    expect(await client.updateEventDestination({ params, body: { account: null } })).toMatchObject({
      url: changes.url,
      account: null,
    });

    const rotated = await client.rotateEventDestinationSecret({ params });
    expect(rotated.secret).not.toBe(secret);
    const disabled = { status: 'disabled', disabledReason: 'requested' };
    expect(await client.disableEventDestination({ params })).toMatchObject(disabled);
    expect(await client.disableEventDestination({ params })).toMatchObject(disabled);
    expect(await client.enableEventDestination({ params })).toMatchObject({ status: 'active', disabledReason: null });
    await client.deleteEventDestination({ params });
    expect(await problemOf(client.getEventDestination({ params }))).toMatchObject({ code: 'not-found' });
    expect(gateway.log()).not.toContain(secret);
  });

  test('has a URL of its own', async () => {
    const { id } = await gateway.client.createEventDestination({ body: order });
    const taken = {
      code: 'already-exists',
      errors: [{ pointer: '/url', detail: expect.stringContaining(id) as string }],
    };
    expect(await problemOf(gateway.client.createEventDestination({ body: order }))).toMatchObject(taken);
    const other = await gateway.client.createEventDestination({ body: { url: 'https://hooks.example.com/b' } });
    const same = gateway.client.updateEventDestination({ params: { id: other.id }, body: { url: order.url } });
    expect(await problemOf(same)).toMatchObject(taken);
    const elsewhere = await gateway.key({ tenant: 'other' });
    const theirs = await elsewhere.client.createEventDestination({ body: order });
    expect(await problemOf(elsewhere.client.getEventDestination({ params: { id } }))).toMatchObject({
      code: 'not-found',
    });
    for (const each of [id, other.id]) await gateway.client.deleteEventDestination({ params: { id: each } });
    await elsewhere.client.deleteEventDestination({ params: { id: theirs.id } });
  });

  test('gets what its creator may read, and only a key that may read it too can change it', async () => {
    const cards = await gateway.key({ scopes: ['cards:read', 'cards:reveal', 'events:manage'] });
    const lesser = await gateway.key({ scopes: ['events:manage'] });
    const created = await cards.client.createEventDestination({ body: order });
    expect(created.scopes).toEqual(['cards:read', 'events:manage']);
    const params = { id: created.id };
    expect(await lesser.client.getEventDestination({ params })).toMatchObject({ id: created.id });
    const body = { url: 'https://hooks.example.com/mine' };
    for (const change of [
      () => lesser.client.updateEventDestination({ params, body }),
      () => lesser.client.rotateEventDestinationSecret({ params }),
      () => lesser.client.deleteEventDestination({ params }),
    ]) {
      expect(await problemOf(change())).toMatchObject({ code: 'forbidden' });
    }
    await cards.client.deleteEventDestination({ params });
  });

  test('names no types of which it would get none', async () => {
    const { client } = await gateway.key({ tenant: 'types', scopes: ['cards:read', 'events:manage'] });
    const refused = await problemOf(
      client.createEventDestination({ body: { ...order, types: ['card.*', 'binding.bound', '*', 'callback.*'] } }),
    );
    expect(refused).toMatchObject({
      code: 'forbidden',
      errors: [
        { pointer: '/types/1', detail: expect.stringContaining('bindings:read') as string },
        { pointer: '/types/3', detail: expect.stringContaining('operations:resolve') as string },
      ],
    });
    expect(refused).toHaveProperty('detail', expect.stringMatching(/binding\.bound.*bindings:read/));
    const created = await client.createEventDestination({ body: { ...order, types: ['card.*', 'operation.unknown'] } });
    const params = { id: created.id };
    // An administrator may read them, and yet the destination gets what its creator could.
    const administrator = await gateway.key({ tenant: 'types' });
    for (const by of [client, administrator.client]) {
      expect(
        await problemOf(by.updateEventDestination({ params, body: { types: ['account.circuit_opened'] } })),
      ).toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('catalog:read') as string,
        errors: [{ pointer: '/types/0' }],
      });
    }
    expect(await client.updateEventDestination({ params, body: { types: ['*'] } })).toMatchObject({ types: ['*'] });
  });

  test('stays as it is where a change changes nothing', async () => {
    const { client } = await gateway.key({ tenant: 'unchanged' });
    const { secret: _secret, ...created } = await client.createEventDestination({ body: order });
    const params = { id: created.id };
    for (const body of [{}, order, { account: null }]) {
      expect(await client.updateEventDestination({ params, body })).toEqual(created);
    }
    const { rows } = await gateway.pool.query(
      `SELECT FROM audit_log WHERE resource = $1 AND action = 'destination.update'`,
      [created.id],
    );
    expect(rows).toEqual([]);
  });

  test('is one of fifty at most, also of several that are created at once', async () => {
    const { client } = await gateway.key({ tenant: 'many' });
    const create = (name: number) =>
      client.createEventDestination({ body: { url: `https://hooks.example.com/${name}` } }).then(
        () => 'created',
        (error: unknown) => (error instanceof GatewayProblem ? error.code : 'failed'),
      );
    expect(await create(0)).toBe('created');
    await gateway.pool.query(
      `INSERT INTO event_destinations (id, tenant, url, types, scopes, secrets_sealed, status, disabled_reason, position, created_at, updated_at)
       SELECT gen_random_uuid(), tenant, url || '/' || n, types, scopes, secrets_sealed, 'disabled', 'requested', position, created_at, updated_at
       FROM event_destinations, generate_series(1, 48) n WHERE tenant = 'many'`,
    );
    const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(create));
    expect(outcomes.toSorted()).toEqual(['created', ...outcomes.slice(1).map(() => 'illegal-state')]);
    const { rows } = await gateway.pool.query(`SELECT action FROM audit_log WHERE tenant = 'many'`);
    expect(rows).toEqual([{ action: 'destination.create' }, { action: 'destination.create' }]);
  });
});

test('what cannot be posted once more is said, with how to mend it', async () => {
  const { client } = await gateway.key({ tenant: 'again' });
  const { id } = await client.createEventDestination({ body: { ...order, types: ['card.*', 'operation.unknown'] } });
  const params = { id };
  const after = '2026-11-22T10:00:00Z';
  const replayed = (types: string[]) => client.replayEvents({ params, body: { after, types } });
  for (const types of [['card.frozen'], ['*'], ['operation.*', 'card.*']]) await replayed(types);
  expect(await problemOf(replayed(['card.*', 'operation.refused', 'binding.*']))).toMatchObject({
    code: 'invalid-request',
    errors: [{ pointer: '/types/1' }, { pointer: '/types/2', detail: expect.stringContaining('card.*') as string }],
  });
  await client.disableEventDestination({ params });
  expect(await problemOf(replayed(['card.*']))).toMatchObject({
    code: 'illegal-state',
    detail: expect.stringContaining(`POST /v1/event-destinations/${id}/enable`) as string,
  });
  const resent = client.resendEvent({ params: { id: await anEvent('again') }, body: { destination: id } });
  expect(await problemOf(resent)).toMatchObject({ code: 'illegal-state', errors: [{ pointer: '/destination' }] });
});

test('an event about a destination shows what its GET showed then, a replay and what it missed too', async () => {
  const { client, key } = await gateway.key({ tenant: 'shown' });
  const { id } = await client.createEventDestination({ body: order });
  const params = { id };
  const disabled = await client.disableEventDestination({ params });
  await gateway.pool.query(
    `UPDATE event_destinations SET disabled_reason = 'gone', missed_until = $2, replay_position = 3, replay_end = 10,
       replay_types = '{card.*}', replay_after = $2, replay_before = $3 WHERE tenant = $1`,
    ['shown', '2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z'],
  );
  const replay = {
    after: '2026-11-22T10:00:00.000Z',
    before: '2026-11-22T11:00:00.000Z',
    types: ['card.*'],
    remaining: 7,
  };
  const missedUntil = '2026-11-22T10:00:00.000Z';
  expect(disabled).toMatchObject({ replay: null, missedUntil: null });
  expect(await client.getEventDestination({ params })).toEqual({
    ...disabled,
    disabledReason: 'gone',
    missedUntil,
    replay,
  });
  // As the deliverer does it.
  await gateway.pool.query(
    `UPDATE event_destinations SET status = 'failing', disabled_reason = NULL WHERE tenant = 'shown'`,
  );
  const read = () => call(gateway.url, { path: '/v1/events?types=destination.failing', key });
  const { json } = await until(read, (answer) => (answer.json as { data: unknown[] }).data.length > 0);
  expect((json as { data: { data: unknown }[] }).data[0]?.data).toEqual({
    ...disabled,
    status: 'failing',
    disabledReason: null,
    missedUntil,
    replay,
  });
});

test('the audit log has nothing of a change that was not made', async () => {
  const { client } = await gateway.key({ tenant: 'refused' });
  const { id } = await client.createEventDestination({ body: order });
  const other = await client.createEventDestination({ body: { ...order, url: 'https://hooks.example.com/other' } });
  const refused = [
    client.createEventDestination({ body: order }),
    client.updateEventDestination({ params: { id: other.id }, body: { url: order.url } }),
  ];
  // Together: one that is refused while nobody awaits it ends the run.
  for (const problem of await Promise.all(refused.map(problemOf))) {
    expect(problem).toMatchObject({ code: 'already-exists' });
  }
  const rotations = Array.from({ length: 4 }, () => client.rotateEventDestinationSecret({ params: { id } }));
  const rotated = (await Promise.allSettled(rotations)).filter(({ status }) => status === 'fulfilled');
  const { rows } = await gateway.pool.query(
    `SELECT action, resource FROM audit_log WHERE tenant = 'refused' ORDER BY seq`,
  );
  expect(rows).toEqual([
    { action: 'destination.create', resource: id },
    { action: 'destination.create', resource: other.id },
    ...rotated.map(() => ({ action: 'destination.rotate_secret', resource: id })),
  ]);
});

test('the audit log has who did what to which destination, and no secret', async () => {
  const { client } = await gateway.key({ tenant: 'audited', caller: 'platform' });
  const { id, secret } = await client.createEventDestination({
    body: { ...order, url: 'https://hooks.example.com/t0ken' },
  });
  const params = { id };
  await client.updateEventDestination({ params, body: { url: 'https://a.internal.example/t0ken', description: null } });
  await client.disableEventDestination({ params });
  await client.enableEventDestination({ params });
  await client.pingEventDestination({ params });
  const rotated = await client.rotateEventDestinationSecret({ params });
  const body = { after: '2026-11-22T10:00:00Z', before: '2026-11-22T11:00:00Z' };
  await client.replayEvents({ params, body: { ...body, types: ['card.frozen'] } });
  await client.replayEvents({ params, body: { ...body, onlyFailed: true } });
  const event = await anEvent('audited');
  await client.resendEvent({ params: { id: event }, body: { destination: id } });
  await client.deleteEventDestination({ params });
  const { rows } = await gateway.pool.query(
    `SELECT action, resource, purpose, caller, key_id IS NOT NULL AS "hasKey", request_id IS NOT NULL AS "hasRequest"
     FROM audit_log WHERE tenant = 'audited' ORDER BY seq`,
  );
  const by = { caller: 'platform', hasKey: true, hasRequest: true };
  expect(rows).toEqual([
    { ...by, action: 'destination.create', resource: id, purpose: 'at hooks.example.com' },
    { ...by, action: 'destination.update', resource: id, purpose: 'url at a.internal.example, description' },
    { ...by, action: 'destination.disable', resource: id, purpose: null },
    { ...by, action: 'destination.enable', resource: id, purpose: null },
    { ...by, action: 'destination.ping', resource: id, purpose: null },
    { ...by, action: 'destination.rotate_secret', resource: id, purpose: null },
    {
      ...by,
      action: 'destination.replay',
      resource: id,
      purpose: '2026-11-22T10:00:00.000Z to 2026-11-22T11:00:00.000Z: card.frozen',
    },
    {
      ...by,
      action: 'destination.replay',
      resource: id,
      purpose: '2026-11-22T10:00:00.000Z to 2026-11-22T11:00:00.000Z: what failed',
    },
    { ...by, action: 'event.resend', resource: event, purpose: `to ${id}` },
    { ...by, action: 'destination.delete', resource: id, purpose: null },
  ]);
  const text = JSON.stringify(rows);
  for (const one of [secret, rotated.secret, 't0ken']) expect(text).not.toContain(one);
});

test('types are those that there are', async () => {
  for (const types of [['cards.*'], ['card.'], ['*.created'], []]) {
    const body = { ...order, types };
    expect(await problemOf(gateway.client.createEventDestination({ body }))).toMatchObject({ code: 'invalid-request' });
  }
});

/** An event of a tenant that has a position, and its destinations' types. */
async function anEvent(tenant: string): Promise<string> {
  const id = newUuid(Date.now());
  await gateway.pool.query(
    `INSERT INTO cardholders (id, tenant, provider, account, reference, status, created_at, updated_at)
     VALUES ($1::uuid, $2, 'keysecure', 'keysecure', $1::text, 'pending', now(), now())`,
    [id, tenant],
  );
  const { key } = await gateway.key({ tenant });
  const read = () => call(gateway.url, { path: '/v1/events?types=cardholder.*', key });
  const { json } = await until(read, (answer) => (answer.json as { data: unknown[] }).data.length > 0);
  return (json as { data: { id: string }[] }).data[0]?.id ?? '';
}

/** The problem that a call is answered with. */
async function problemOf(call: Promise<unknown>): Promise<unknown> {
  const failure: unknown = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  return failure instanceof GatewayProblem ? failure.problem : failure;
}
