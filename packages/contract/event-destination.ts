import { z } from 'zod';
import {
  accountName,
  hasNoCardNumber,
  instant,
  noCardNumberRule,
  pageOf,
  pageQuery,
  printableText,
  publicId,
  timestamp,
  words,
} from './common.ts';
import { eventType, eventTypePatterns } from './event.ts';

export const destinationStatus = words<'active' | 'failing' | 'disabled'>(
  'EventDestinationStatus',
  'Whether a destination gets events.',
  {
    active: 'Events are posted as they come.',
    failing: 'The last attempts failed. Single events are tried, at growing intervals of up to an hour.',
    disabled: 'Nothing is posted. enableEventDestination goes on where it stopped.',
  },
);

export const destinationDisabledReason = words<'requested' | 'gone' | 'failing'>(
  'EventDestinationDisabledReason',
  'Why a destination is disabled.',
  {
    requested: 'disableEventDestination was called.',
    gone: 'It answered 410.',
    failing: 'No attempt succeeded for 72 hours.',
  },
);

const typePatterns = z
  .array(
    z
      .string()
      .max(64)
      .refine(
        (pattern) => eventTypePatterns.has(pattern),
        'expected "*", a kind like "card.*" or a type like "card.activated"',
      ),
  )
  .min(1)
  .max(50)
  .meta({ description: 'Types of events: `*`, a kind as `card.*`, or a type as `card.activated`.' });

const url = printableText(1, 1000).meta({
  description:
    'Where events are posted: an https URL without user, password and fragment, whose host the installation allows ' +
    '(`EVENTS_ALLOWED_HOSTS`). A tenant has one destination for a URL.',
});
const description = printableText(1, 200).refine(hasNoCardNumber, noCardNumberRule);

const runningReplay = z
  .object({
    after: timestamp.meta({ description: 'Events created at this moment or later.' }),
    before: timestamp.meta({ description: 'Events created before this moment.' }),
    types: z.array(z.string()).meta({ description: 'Of the types that the destination gets, only these.' }),
    remaining: z.int().min(0).meta({
      description: 'How many events of the log it has still to look through, those of others among them.',
    }),
  })
  .meta({ id: 'RunningReplay', description: 'Events of the past that are posted once more, and how far that is.' });

const destinationFields = {
  id: publicId('destination'),
  url: z.string().meta({ description: 'Where events are posted.' }),
  types: z.array(z.string()).meta({ description: 'The types of events that it gets.' }),
  account: accountName.nullable().meta({ description: 'Only events of this account; null for all.' }),
  description: z.string().nullable().meta({ description: 'What it is for, as its owner wrote it.' }),
  scopes: z.array(z.string()).meta({
    description:
      'What it may see: the scopes of the key that created it. A key that lacks one of them cannot change it, replay or resend to it.',
  }),
  status: destinationStatus,
  disabledReason: destinationDisabledReason.nullable().meta({ description: 'Null unless it is disabled.' }),
  failingSince: timestamp.nullable().meta({
    description: 'When the first attempt failed after which none has succeeded; null if the last one succeeded.',
  }),
  lastSuccessAt: timestamp.nullable().meta({ description: 'When an attempt last succeeded; null before the first.' }),
  missedUntil: timestamp.nullable().meta({
    description:
      'When the latest event was written that was removed for its age before the destination got it: list what you copy anew. Null ' +
      'if it has missed none.',
  }),
  replay: runningReplay.nullable().meta({
    description:
      'What is posted once more at the moment. Null without a replay, and once each of its events was delivered or is tried again ' +
      'like any other.',
  }),
  createdAt: timestamp.meta({ description: 'When it was created. It gets the events from then on.' }),
  updatedAt: timestamp.meta({ description: 'When it was last changed by a request.' }),
};

export const destinationSchema = z
  .object(destinationFields)
  .meta({ id: 'EventDestination', description: 'A URL to which events are posted.' });

export const destinationWithSecretSchema = z
  .object({
    ...destinationFields,
    secret: z.string().meta({
      description:
        'The secret that signs what is posted (Standard Webhooks): `whsec_` and base64. It is shown here and never again.',
    }),
  })
  .meta({ id: 'EventDestinationWithSecret', description: 'A destination and its new secret.' });

export const destinationPageSchema = pageOf(destinationSchema, 'EventDestinationPage');

export const destinationQuerySchema = z.strictObject({ ...pageQuery });

export const createDestinationSchema = z
  .strictObject({
    url,
    types: typePatterns.optional().meta({
      description:
        'Types of events; all that the key sees by default, or with `*`. One of which it sees no event is `forbidden`.',
    }),
    account: accountName.optional().meta({ description: 'Only events of this account; default all.' }),
    description: description.optional().meta({ description: 'What it is for.' }),
  })
  .meta({ id: 'CreateEventDestination', description: 'A new destination.' });

export const updateDestinationSchema = z
  .strictObject({
    url: url.optional(),
    types: typePatterns.optional().meta({
      description: 'Types of events. One of which the key that created the destination saw no event is `forbidden`.',
    }),
    account: accountName.nullable().optional().meta({ description: 'Only events of this account; null for all.' }),
    description: description.nullable().optional().meta({ description: 'What it is for; null removes it.' }),
  })
  .meta({
    id: 'UpdateEventDestination',
    description: 'What is to change; the rest stays. Events that were read before are delivered as before.',
  });

export const replayEventsSchema = z
  .strictObject({
    after: instant.meta({ description: 'Events created at this moment or later.' }),
    before: instant
      .optional()
      .meta({ description: 'Events created before this moment, which is not before `after`; default all up to now.' }),
    types: typePatterns.optional().meta({ description: 'Of the types that it gets, only these.' }),
    onlyFailed: z
      .boolean()
      .optional()
      .meta({ description: 'True: only those that did not get through yet, which are then tried at once.' }),
  })
  .meta({ id: 'ReplayEvents', description: 'Which events are to be posted once more.' });

export const resendEventSchema = z
  .strictObject({ destination: publicId('destination') })
  .meta({ id: 'ResendEvent', description: 'Where an event is to be posted once more.' });

export const deliveryAttemptSchema = z
  .object({
    event: publicId('event'),
    type: eventType,
    destination: publicId('destination'),
    attempt: z.int().min(1).meta({ description: 'Counts the attempts for this event at this destination: 1, 2, 3 …' }),
    delivered: z.boolean().meta({ description: 'Whether the destination answered 2xx.' }),
    httpStatus: z.int().nullable().meta({ description: 'Status of the answer; null without one.' }),
    failure: z.string().nullable().meta({
      description: 'Why it failed, as a code: `HTTP_500`, `TimeoutError`, `ECONNREFUSED`, `ADDRESS_NOT_ALLOWED`, …',
    }),
    answer: z.string().nullable().meta({
      description: 'The beginning of the answer to a failed attempt, with what could be card data or a secret masked.',
    }),
    durationMs: z.int().meta({ description: 'Milliseconds until the answer or the failure.' }),
    attemptedAt: timestamp.meta({ description: 'When it began.' }),
    nextAttemptAt: timestamp.nullable().meta({
      description: 'When the next attempt was due, as planned after this one; null where none was planned.',
    }),
  })
  .meta({ id: 'DeliveryAttempt', description: 'One attempt to post an event to a destination.' });

export const deliveryAttemptPageSchema = pageOf(deliveryAttemptSchema, 'DeliveryAttemptPage');

export const deliveryAttemptQuerySchema = z.strictObject({ ...pageQuery });
