import type { Client } from '@card-gateway/client';
import { eventExamples, type EventView } from '@card-gateway/contract';
import { idPrefixes, type IdKind } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventViews } from '../src/app.ts';
import { allEvents, type Event } from './setup/events.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { tenantOptions, type Things, thingsOfDefault } from './setup/tenant-things.ts';

let gateway: TestGateway;
let things: Things;
let events: readonly Event[];

const lastOf = (kind: IdKind): Event | undefined =>
  events.findLast(({ subject }) => subject === things[idPrefixes[kind]]);

beforeAll(async () => {
  gateway = await startGateway(tenantOptions);
  things = await thingsOfDefault(gateway);
  await gateway.client.freezeCard({ params: { id: things['card'] ?? '' } });
  await gateway.pool.query(
    "UPDATE callbacks SET state = 'failed', worked_at = NULL, failure = 'It cannot be read.' WHERE tenant = 'default'",
  );
  events = await allEvents(gateway);
});
afterAll(() => gateway.close());

const gets: Readonly<Record<string, (client: Client, id: string) => Promise<unknown>>> = {
  card: (client, id) => client.getCard({ params: { id } }),
  cardholder: (client, id) => client.getCardholder({ params: { id } }),
  binding: (client, id) => client.getBinding({ params: { id } }),
  transaction: (client, id) => client.getTransaction({ params: { id } }),
  transfer: (client, id) => client.getTransfer({ params: { id } }),
  operation: (client, id) => client.getOperation({ params: { id } }),
  sync: (client, id) => client.getSync({ params: { id } }),
  callback: (client, id) => client.getCallback({ params: { id } }),
  destination: (client, id) => client.getEventDestination({ params: { id } }),
};

describe('the last event of a subject shows it as its GET does', () => {
  test.each(Object.entries(gets))('%s', async (kind, get) => {
    const event = lastOf(kind as IdKind);
    expect(event).toBeDefined();
    expect(event?.type).toMatch(new RegExp(`^${kind}\\.`));
    expect(event?.data).toEqual(await get(gateway.client, event?.subject ?? ''));
  });

  test('for every kind that has a view', () => {
    // Of an account only the health is shown: load.test.ts.
    expect(['account', ...Object.keys(gets)].sort()).toEqual(Object.keys(eventViews).sort());
  });
});

test('an event names what it is about, the operation and its request, and what changed', async () => {
  const card = await gateway.client.getCard({ params: { id: things['card'] ?? '' } });
  const ofCard = events.filter(({ subject }) => subject === card.id);
  expect(ofCard.map(({ type, subjectVersion }) => [type, subjectVersion])).toEqual(
    ofCard.map(({ type }, at) => [type, at + 1]),
  );
  expect(ofCard[0]).toMatchObject({ type: 'card.pending', previous: null, data: { status: 'pending' } });
  expect(ofCard.at(-1)).toMatchObject({
    id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
    type: 'card.frozen',
    provider: card.provider,
    account: card.account,
    previous: { status: 'active' },
    operation: card.operation?.id,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
  expect(ofCard.at(-1)?.requestId).toMatch(/^[\w.:-]+$/);
});

test('each event has the members of the example of its type, and an operation those of what asked for it', () => {
  const isGiven = ({ operation, requestId }: EventView) => [operation !== null, requestId !== null];
  for (const event of events) {
    const example = eventExamples.find(({ type }) => type === event.type);
    expect(Object.keys(event.data ?? {}).sort(), event.type).toEqual(Object.keys(example?.data ?? {}).sort());
    if (event.type.startsWith('operation.') && example !== undefined) expect(isGiven(example)).toEqual(isGiven(event));
  }
});

test('an amount keeps its digits', () => {
  expect(lastOf('transaction')?.data).toMatchObject({ amount: { amount: '12.50' } });
});
