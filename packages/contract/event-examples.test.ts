import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  bindingSchema,
  callbackSchema,
  cardholderSchema,
  cardSchema,
  destinationSchema,
  type EventKind,
  eventExamples,
  eventSchema,
  eventTypes,
  operationSchema,
  providerAccountSchema,
  syncSchema,
  transactionSchema,
  transferSchema,
} from './index.ts';

const views: Readonly<Record<EventKind, z.ZodObject>> = {
  card: cardSchema,
  cardholder: cardholderSchema,
  binding: bindingSchema,
  transaction: transactionSchema,
  transfer: transferSchema,
  operation: operationSchema,
  sync: syncSchema,
  callback: callbackSchema,
  account: providerAccountSchema.pick({ account: true, provider: true, health: true }),
  destination: destinationSchema,
};

test('every type of event has an example', () => {
  expect(eventExamples.map(({ type }) => type)).toEqual(eventTypes);
});

describe.each(eventExamples)('$type', (event) => {
  const { type, data, previous } = event;
  const view = views[type.split('.')[0] as EventKind];

  test('shows its subject as its kind is shown', () => {
    expect(eventSchema.parse(event)).toStrictEqual(event);
    expect(view.parse(data)).toStrictEqual(data);
    expect(event.subject).toBe(type === 'destination.ping' ? event.id : (data?.['id'] ?? event.account));
  });

  test('has in `previous` members that were otherwise', () => {
    expect(view.partial().parse(previous ?? {})).toStrictEqual(previous ?? {});
    for (const [name, before] of Object.entries(previous ?? {})) expect(data?.[name], name).not.toEqual(before);
  });
});
