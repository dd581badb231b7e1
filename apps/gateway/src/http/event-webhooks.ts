import { eventExamples, type EventKind, eventKinds, eventType, meaningsKey } from '@card-gateway/contract';
import type { Json } from './document.ts';
import { header, leftOut } from './webhooks.ts';

/** Each kind of subject, as a summary names it. */
const subjects: Readonly<Record<EventKind, string>> = {
  card: 'a card',
  cardholder: 'a cardholder',
  binding: 'a binding',
  transaction: 'a transaction',
  transfer: 'a transfer',
  operation: 'an operation',
  sync: 'a sync',
  callback: 'a callback',
  account: 'a provider account',
  destination: 'an event destination',
};

const about =
  'Sent to your event destinations whose `types` include it, signed by Standard Webhooks 1.0: `webhook-signature` is `v1,` and the ' +
  'base64 of the HMAC-SHA-256, with the bytes behind `whsec_` of the secret as the key, over `<webhook-id>.<webhook-timestamp>.<body>`. ' +
  'Answer any 2xx at once, and work later. [Receiving events](/docs/events) says how to verify, deduplicate and order.';

/** The OpenAPI `webhooks` of events: one for each kind of subject, with an example of each of its types. */
export const eventWebhooks: Json = Object.fromEntries(
  eventKinds.map((kind) => {
    const examples = eventExamples.filter(({ type }) => type.startsWith(`${kind}.`));
    const meanings = eventType.meta()?.[meaningsKey] as Readonly<Record<string, string>>;
    const post: Json = {
      operationId: `${kind}Event`,
      tags: ['Webhooks'],
      summary: `Receive events of ${subjects[kind]}`,
      description: about,
      security: [],
      [leftOut]: true,
      parameters: [
        header('webhook-id', 'The id of the event, the same each time it is sent.', examples[0]?.id ?? ''),
        header('webhook-timestamp', 'When it was signed, in Unix seconds.', '1795428000'),
        header(
          'webhook-signature',
          '`v1,` and the signature in base64; two of them for a day after the secret was rotated, with a space between.',
          'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        ),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Event' },
            examples: Object.fromEntries(
              examples.map((event) => [event.type, { summary: meanings[event.type], value: event }]),
            ) as unknown as Json,
          },
        },
      },
      responses: {
        '204': { description: 'Received; any other 2xx says the same.' },
        '410': { description: 'You want no more events: the destination is disabled.' },
      },
    };
    return [kind, { post }];
  }),
);
