import type { CardStatus } from './card.ts';
import type { Decimal } from './money.ts';
import type { Merchant, ProviderTransaction } from './transaction.ts';

/** A provider's notification as it came in: its bytes are what a signature covers. */
export interface ReceivedCallback {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Unix milliseconds. */
  readonly receivedAt: number;
}

/**
 * What an adapter makes of a callback, from its own bytes and secrets alone. `refused` leaves no trace but a counter.
 */
export type CallbackVerdict =
  | {
      readonly kind: 'accepted';
      /** What makes two deliveries the same one: a hash of what is signed; of a hint, of what is to be read. */
      readonly deduplicationKey: string;
      /**
       * What is kept, so that {@link CallbacksFacet.eventOf} can read it again at any time: only what is used, and in one
       * form, so that two callbacks with one `deduplicationKey` and different records did not say the same.
       */
      readonly record: string;
    }
  | { readonly kind: 'refused'; readonly why: RefusedBecause };

/**
 * `unknown_key`: it is said to be signed with a key that is not known (yet); see {@link CallbacksFacet.fetchKeys}.
 * `undocumented`: its signature fits, and what it covers is nothing that the provider's documents describe.
 */
export type RefusedBecause = 'unreadable' | 'unsigned' | 'bad_signature' | 'unknown_key' | 'stale' | 'undocumented';

/** The bytes that tell the provider that its callback has arrived, exactly as its document demands. */
export interface Acknowledgement {
  readonly contentType: string;
  readonly body: string;
}

/** What a callback says. */
export type ProviderEvent =
  /** A card changed, by the provider's signed word. */
  | {
      readonly kind: 'card_changed';
      readonly cardRef: string;
      readonly status: CardStatus;
      readonly providerStatus: string;
      readonly at: Date | null;
    }
  /** A card may have changed: nothing of the callback is believed, the card is read again. */
  | { readonly kind: 'card_hint'; readonly cardRef: string }
  | { readonly kind: 'transaction'; readonly transaction: ProviderTransaction }
  /** A transaction may have changed: nothing of the callback is believed, the transaction is read again. */
  | { readonly kind: 'transaction_hint'; readonly transactionRef: string }
  /** A payment waits for a decision within milliseconds; it is answered while it is received. */
  | { readonly kind: 'authorization'; readonly request: AuthorizationRequest }
  /** What a user has bound may have changed: the user's list is read again where the user is known. */
  | { readonly kind: 'bindings_hint'; readonly user: string | null; readonly token: string | null }
  /** A kind of notification that nothing here depends on; it is kept, and that is all. */
  | { readonly kind: 'other'; readonly name: string };

/** A payment that the provider asks about (KeySecure §11.1). */
export interface AuthorizationRequest {
  readonly transactionRef: string;
  readonly cardRef: string;
  readonly cardholderRef: string | null;
  readonly providerType: string;
  readonly amount: Decimal;
  readonly localAmount: Decimal | null;
  readonly localCurrency: string | null;
  readonly merchant: Merchant | null;
  readonly at: Date | null;
}
