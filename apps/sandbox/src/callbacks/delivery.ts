import type { Answer } from './deliver.ts';

export const forgeryKinds = [
  'wrong-signature', // the right form, made with another secret
  'altered-body', // well-formed, one member changed, the signature as it was
  'flipped-bit', // one bit of the body, or of a header, at a given position
  'stale', // signed properly, with a Timestamp of long ago
  'replayed', // the same bytes once more
] as const;
export type ForgeryKind = (typeof forgeryKinds)[number];

/** Headers and body as a provider would POST them. */
export interface Signed {
  headers: Record<string, string>;
  body: string;
}

/** A provider's notification to a merchant. */
export interface Callback {
  provider: string;
  /** The provider's name for its customer: Api-Key, merchantNo, app_id. */
  merchant: string;
  /** `Card_update`, `card.status.freeze`, `BIND_CARD`. */
  kind: string;
  /** Its subject: card, consumption, token. */
  reference: string;
  /** The provider's own number, by which it is acknowledged or deduplicated; empty if it has none. */
  id: string;
  /** Called for each attempt, so that a late one gets a late timestamp. */
  signed: () => Signed;
}

/** One POST and its result. A callback that is retried, or sent several times, has several. */
export interface Delivery extends Omit<Callback, 'signed'>, Answer {
  /** Starts at 1 for each sending of a callback; does not count across sendings. */
  attempt: number;
  url: string;
  headers: Record<string, string>;
  /** The text that was sent; `body` is the answer. */
  sent: string;
  acknowledged: boolean;
  forged: ForgeryKind | null;
  at: string;
}
