import { z } from 'zod';
import { accountName, meaningsKey, pageQuery, printableText, publicId, timestamp } from './common.ts';
import type { Scope } from './scope.ts';

/** Kinds of the things that events are about. */
export const eventKinds = [
  'card',
  'cardholder',
  'binding',
  'transaction',
  'transfer',
  'operation',
  'sync',
  'callback',
  'account',
  'destination',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** A type names the kind of its subject and what became of it; where the subject has a status, the status itself. */
export type EventType = `${EventKind}.${string}`;

const meanings = {
  'card.pending': 'The card was ordered, or the provider shows it as pending.',
  'card.inactive': 'The card is issued and must be activated.',
  'card.activated': 'The card is active.',
  'card.frozen': 'The card is frozen.',
  'card.unfrozen': 'The card was frozen, and is active again.',
  'card.cancelling': 'The provider is cancelling the card.',
  'card.cancelled': 'The card is cancelled.',
  'card.failed': 'The order of the card failed: there is none.',
  'card.lost': 'The card is reported as lost.',
  'card.replaced': 'The card was replaced by another.',
  'card.unrecognized': 'The provider shows a status of the card that the gateway does not know.',
  'card.removed':
    'This id is no longer shown: a list had brought the card in before its order was found, and the card goes on under the id of its order.',
  'card.updated': 'Something else of the card changed; `previous` says what.',
  'cardholder.pending': 'The cardholder was submitted.',
  'cardholder.in_review': 'The provider reviews the cardholder.',
  'cardholder.approved': 'The cardholder may have cards.',
  'cardholder.rejected': 'The provider rejected the cardholder; `data.failReason` says why, where it did.',
  'cardholder.failed': 'The application was refused: the provider does not have the cardholder.',
  'cardholder.unrecognized': 'The provider shows a status of the cardholder that the gateway does not know.',
  'cardholder.updated': 'Something else of the cardholder changed; `previous` says what.',
  'binding.starting': 'The binding was requested.',
  'binding.awaiting_code': 'The user has been sent a code.',
  'binding.verifying': 'A code is being checked.',
  'binding.bound': 'The bank card is bound.',
  'binding.not_required': 'The provider needs no binding of this card.',
  'binding.expired': 'The time for the code is over.',
  'binding.refused': 'The binding was refused.',
  'binding.removed': 'The binding was removed.',
  'binding.updated': 'Something else of the binding changed; `previous` says what.',
  'transaction.created': 'A transaction of a card was seen for the first time.',
  'transaction.updated': 'A transaction changed; `previous` says what.',
  'transfer.pending': 'The transfer was requested.',
  'transfer.succeeded': 'The transfer succeeded.',
  'transfer.failed': 'The transfer failed.',
  'transfer.updated': 'Something else of the transfer changed; `previous` says what.',
  'operation.unknown': 'A request was sent to the provider, and its outcome is not known yet.',
  'operation.needs_person': 'The same, and only a person can find it out (POST /v1/operations/{id}/resolve).',
  'operation.succeeded': 'A request succeeded.',
  'operation.refused': 'A request was refused, and had no effect.',
  'operation.superseded': 'An unknown outcome no longer matters: a later request on the same resource succeeded.',
  'sync.completed': 'A sync has read all there is.',
  'sync.failed': 'A sync was given up; `data.failure` says why.',
  'callback.failed': 'A callback of a provider could not be processed.',
  'account.circuit_opened': 'The provider fails so often that calls to it are refused for a while.',
  'account.circuit_closed': 'Calls to the provider are made again.',
  'destination.failing': 'An event destination does not accept events.',
  'destination.disabled': 'An event destination gets no events any more until it is enabled.',
  'destination.ping': 'A test that pingEventDestination posts; it is in no feed.',
} as const satisfies Record<EventType, string>;

export type KnownEventType = keyof typeof meanings;
export const eventTypes = Object.keys(meanings) as readonly KnownEventType[];

/** Of answers, which show the types of a newer gateway at the same database too: so the list is told, and not enforced. */
export const eventType = z.string().meta({
  id: 'EventType',
  description: 'What happened. Ignore types that you do not know.',
  enum: [...eventTypes],
  [meaningsKey]: meanings,
}) as unknown as z.ZodType<KnownEventType>;

/**
 * The scopes that show events of a kind, which are those that show their subjects. The key needs one of them. Those of operations
 * and syncs depend on what these are about (`operationReadScopes`, `syncReadScopes`).
 */
export const eventReadScopes: Readonly<Record<Exclude<EventKind, 'operation' | 'sync'>, readonly Scope[]>> = {
  card: ['cards:read'],
  cardholder: ['cards:read'],
  transaction: ['cards:read'],
  transfer: ['cards:read'],
  binding: ['bindings:read'],
  callback: ['operations:resolve'],
  account: ['catalog:read'],
  destination: ['events:manage'],
};

const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected a cursor as the gateway gave it');

/** A subject at some version. Its members are those of the kind that `type` begins with. */
const view = z.record(z.string(), z.unknown());

export const eventSchema = z
  .object({
    id: publicId('event'),
    type: eventType,
    provider: z.string().nullable().meta({ description: 'The provider behind the account; null without one.' }),
    account: accountName.nullable().meta({ description: 'The provider account; null for what belongs to none.' }),
    subject: z
      .string()
      .meta({ description: 'Id of the thing that changed; of an account, its name; of a ping, its own id.' }),
    subjectVersion: z.int().min(1).meta({
      description: 'Counts the events of this subject: 1, 2, 3 … An older one that comes later can be ignored.',
    }),
    data: view.nullable().meta({
      description:
        'The subject at this version, as its GET shows it; its `product`, `cardholder`, `operation` and attempts are as of now. ' +
        'Of an account only `account`, `provider` and `health`; of a ping the destination. ' +
        'Null if it can no longer be shown, or not yet: a transaction of a card that the gateway does not know.',
    }),
    previous: view.nullable().meta({
      description:
        'The members of `data` that changed, as they were before; null for the first event of a new subject, and where it is no ' +
        'longer shown. Amounts that are equal, as 0.1 and 0.10, are no change.',
    }),
    operation: publicId('operation')
      .nullable()
      .meta({
        description:
          'The request whose outcome changed the subject; null where something that the provider showed did: in a callback, a list, a ' +
          'read or a sync, also if that turns out to be what a request of unknown outcome did.',
      }),
    requestId: z.string().nullable().meta({
      description: '`x-request-id` of the request that asked for that operation; null where there is none.',
    }),
    cursor: cursor.nullable().meta({
      description:
        'Its place in the feed: give it as `after` to read on behind it. Null where it was not read from the log: in `getEvent`, and of a ping.',
    }),
    createdAt: timestamp.meta({ description: 'When it happened here.' }),
  })
  .meta({ id: 'Event', description: 'A change of a resource.' });
export type EventView = z.output<typeof eventSchema>;

export const eventPageSchema = z
  .object({
    data: z.array(eventSchema).meta({ description: 'Events, oldest first.' }),
    nextCursor: cursor.meta({
      description: 'Give it as `after` for what comes next; it is there on an empty page too. Keep it.',
    }),
    hasMore: z.boolean().meta({ description: 'Whether there is more to read at once.' }),
  })
  .meta({ id: 'EventPage', description: 'A part of the event feed.' });

/** The media type of a page as a batch of CloudEvents 1.0. */
export const cloudEventsMediaType = 'application/cloudevents-batch+json';

const cloudEventSchema = z
  .object({
    specversion: z.string().meta({ description: '`1.0`, of CloudEvents.' }),
    id: publicId('event'),
    source: z
      .string()
      .meta({ description: '`urn:card-gateway:` and the account; without it for what belongs to none.' }),
    type: eventType,
    subject: z.string().meta({ description: 'Id of the thing that changed.' }),
    time: timestamp.meta({ description: 'When it happened here.' }),
    datacontenttype: z.string().meta({ description: '`application/json`: of `data`.' }),
    data: eventSchema,
  })
  .meta({ id: 'CloudEvent', description: 'An event in the form of CloudEvents 1.0, whole in `data`.' });
export type CloudEvent = z.output<typeof cloudEventSchema>;

/** {@link eventPageSchema} in the form of CloudEvents; the next cursor is in the header `Link`. */
export const cloudEventsSchema = z
  .array(cloudEventSchema)
  .meta({ id: 'CloudEvents', description: 'A batch of CloudEvents 1.0.' });

/** What selects types: one of them, all of a kind as `card.*`, or `*` for all. */
export const eventTypePatterns: ReadonlySet<string> = new Set([
  '*',
  ...eventKinds.map((kind) => `${kind}.*`),
  ...eventTypes,
]);

/** The patterns in a list such as `card.*,operation.unknown`. */
export const patternsIn = (text: string): string[] => text.split(',').map((pattern) => pattern.trim());

const unknownIn = (text: string): string | undefined =>
  patternsIn(text).find((pattern) => !eventTypePatterns.has(pattern));

/** Says which name in such a list is none, if it could be meant as one: it is repeated in the answer. */
function typesRule(text: string): string {
  const unknown = unknownIn(text) ?? '';
  const named = /^[a-z_.*]{1,64}$/i.test(unknown) ? `; there is no "${unknown}"` : '';
  return `expected types as in "card.frozen,operation.*", or "*"${named}`;
}

/** Longest time that an answer is held back until an event comes, in seconds. */
export const longestWait = 30;
const waitRule = `expected whole seconds from 0 to ${longestWait}`;
/** The seconds in a text; null if they are none, or too many. */
export const secondsToWait = (text: unknown): number | null => {
  const seconds = /^\d{1,2}$/.test(String(text)) ? Number(text) : Number.NaN;
  return seconds <= longestWait ? seconds : null;
};

export const eventQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^(latest|[A-Za-z0-9_-]{1,64})$/, 'expected "latest", or a cursor as the gateway gave it')
    .optional()
    .meta({
      description:
        'Only what comes behind this cursor, or `latest`: from now on. Without it the page begins with the oldest event that is kept.',
    }),
  types: z
    .string()
    .refine((text) => unknownIn(text) === undefined, { error: ({ input }) => typesRule(String(input)) })
    .optional()
    .meta({
      description:
        'Only these types, separated by commas: `card.frozen,operation.*`. All that the key sees by default, or with `*`. One of ' +
        'which the key sees no event is `forbidden`.',
    }),
  account: accountName.optional().meta({ description: 'Only events of this account.' }),
  subject: printableText(1, 64).optional().meta({
    description: 'Only events about the thing of this id. One of a kind of which the key sees no event is `forbidden`.',
  }),
  limit: pageQuery.limit,
  wait: z
    .preprocess(
      (text) => secondsToWait(text) ?? Number.NaN,
      z.int(waitRule).min(0, waitRule).max(longestWait, waitRule),
    )
    .optional()
    .meta({
      description: `Seconds, up to ${longestWait}, for which an empty answer is held back until an event comes. 0 by default.`,
    }),
});
