import type { CardStatus } from './card.ts';
import type { Decimal } from './money.ts';
import type { Merchant, ProviderTransaction } from './transaction.ts';

/** A provider's notification as received, in raw bytes, because a signature covers those. */
export interface ReceivedCallback {
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Unix milliseconds. */
  readonly receivedAt: number;
}

/** An adapter's verdict on a callback, based only on its bytes and the account's secrets. `refused` leaves only a counter. */
export type CallbackVerdict =
  | {
      readonly kind: 'accepted';
      /** Identifies repeated deliveries: a hash of the signed content, or for a hint of the resource to read. */
      readonly deduplicationKey: string;
      /**
       * The stored form, from which `CallbacksFacet.eventOf` can read the event again at any time. It contains only used
       * members, in canonical form, so two callbacks with the same `deduplicationKey` and different records differ in content.
       */
      readonly record: string;
    }
  | { readonly kind: 'refused'; readonly why: RefusedBecause };

/**
 * `unknown_key`: its signing key is not known (yet); see `CallbacksFacet.fetchKeys`. `undocumented`: its signature is
 * valid, but the provider's documents describe no such content.
 */
export type RefusedBecause = 'unreadable' | 'unsigned' | 'bad_signature' | 'unknown_key' | 'stale' | 'undocumented';

/** The exact bytes that acknowledge a callback, as the provider's document demands. */
export interface Acknowledgement {
  readonly contentType: string;
  readonly body: string;
}

/** The event that a callback reports. */
export type ProviderEvent =
  /** A card changed, according to the provider's signed statement. */
  | {
      readonly kind: 'card_changed';
      readonly cardRef: string;
      readonly status: CardStatus;
      readonly providerStatus: string;
      readonly at: Date | null;
    }
  /** A card may have changed: the callback's content is not trusted, so the card is read. */
  | { readonly kind: 'card_hint'; readonly cardRef: string }
  | { readonly kind: 'transaction'; readonly transaction: ProviderTransaction }
  /** A transaction may have changed: the callback's content is not trusted, so the transaction is read. */
  | { readonly kind: 'transaction_hint'; readonly transactionRef: string }
  /** A payment waits for a decision within milliseconds; it is answered in the response. */
  | { readonly kind: 'authorization'; readonly request: AuthorizationRequest }
  /** A user's bindings may have changed: if the user is known, the user's list is read. */
  | { readonly kind: 'bindings_hint'; readonly user: string | null; readonly token: string | null }
  /** A notification without any effect here; it is only stored. */
  | { readonly kind: 'other'; readonly name: string };

/** A payment that the provider asks about. */
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
