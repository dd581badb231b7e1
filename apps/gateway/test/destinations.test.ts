import { GatewayProblem } from '@card-gateway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './setup/gateway.ts';

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
    expect(await problemOf(gateway.client.createEventDestination({ body: order }))).toMatchObject({
      code: 'already-exists',
    });
    const other = await gateway.client.createEventDestination({ body: { url: 'https://hooks.example.com/b' } });
    const same = gateway.client.updateEventDestination({ params: { id: other.id }, body: { url: order.url } });
    expect(await problemOf(same)).toMatchObject({ code: 'already-exists' });
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
      lesser.client.updateEventDestination({ params, body }),
      lesser.client.rotateEventDestinationSecret({ params }),
      lesser.client.deleteEventDestination({ params }),
    ]) {
      expect(await problemOf(change)).toMatchObject({ code: 'forbidden' });
    }
    await cards.client.deleteEventDestination({ params });
  });
});

test('types are those that there are', async () => {
  for (const types of [['cards.*'], ['card.'], ['*.created'], []]) {
    const body = { ...order, types };
    expect(await problemOf(gateway.client.createEventDestination({ body }))).toMatchObject({ code: 'invalid-request' });
  }
});

/** The problem that a call is answered with. */
async function problemOf(call: Promise<unknown>): Promise<unknown> {
  const failure: unknown = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  return failure instanceof GatewayProblem ? failure.problem : failure;
}
