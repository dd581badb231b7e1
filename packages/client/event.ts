import type {
  Binding,
  Callback,
  Card,
  Cardholder,
  Event,
  EventDestination,
  Operation,
  ProviderAccount,
  Sync,
  Transaction,
  Transfer,
} from './api.ts';
import { jsonIn, type ReceivedHeaders, signatureFault } from './signature.ts';

/** What `data` of an event is, by the kind that its type begins with. */
interface EventData {
  card: Card;
  cardholder: Cardholder;
  binding: Binding;
  transaction: Transaction;
  transfer: Transfer;
  operation: Operation;
  sync: Sync;
  callback: Callback;
  account: Pick<ProviderAccount, 'account' | 'provider' | 'health'>;
  destination: EventDestination;
}

/** An event about one kind of subject: `EventOf<'card'>`. */
export type EventOf<Kind extends keyof EventData> = Omit<Event, 'type' | 'data' | 'previous'> & {
  readonly type: `${Kind}.${string}`;
  /** The subject at this version; null if it can no longer be shown, or not yet. */
  readonly data: EventData[Kind] | null;
  /** The members of `data` that changed, as they were before; null for the first event of a new subject. */
  readonly previous: Partial<EventData[Kind]> | null;
};

/**
 * A change of a resource. Comparing its `type` tells what `data` is: after `event.type === 'card.activated'` it is a card. A
 * newer gateway may send types, and kinds, that this version does not know: ignore them.
 */
export type GatewayEvent = { [Kind in keyof EventData]: EventOf<Kind> }[keyof EventData];

/** The message is no event that the gateway signed recently. Its message says what is wrong. Answer 401 and ignore the body. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

/**
 * The event in a POST to one of your destinations, after verifying the gateway's signature (Standard Webhooks 1.0.0, scheme `v1`).
 *
 * An event may come more than once, with the same `id`: deduplicate by it.
 *
 * @param headers in Node's form (`request.headers`), or those of a `Request`
 * @param rawBody as received, before any parser, because every byte is signed
 * @param secrets of the destination (`whsec_…`); during rotation, the old and the new one
 * @param now for tests; default this machine's clock. An event signed more than five minutes from it is refused
 * @throws EventRefused if the message cannot be trusted; TypeError for an invalid secret
 */
export function verifyEvent(
  headers: ReceivedHeaders,
  rawBody: string | Uint8Array,
  secrets: string | readonly string[],
  now: Date = new Date(),
): GatewayEvent {
  const fault = signatureFault(headers, rawBody, secrets, now);
  if (fault !== null) throw new EventRefused(fault);
  const event = jsonIn(rawBody) as GatewayEvent | null;
  if (typeof event?.id === 'string' && typeof event.type === 'string') return event;
  throw new EventRefused('expected an event, with an id and a type');
}
