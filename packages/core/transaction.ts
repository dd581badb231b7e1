import type { Decimal } from './money.ts';

/** Type of a card transaction; `unrecognized` stands for an undocumented value. */
export const transactionTypes = [
  'card_opening',
  'purchase',
  'atm_withdrawal',
  'management_fee',
  'reversal',
  'refund',
  'unrecognized',
] as const;
export type TransactionType = (typeof transactionTypes)[number];

/** State of a transaction or a transfer at the provider. */
export type MovementStatus = 'pending' | 'succeeded' | 'failed' | 'unrecognized';

export interface Merchant {
  readonly name: string | null;
  /** ISO 18245 merchant category code. */
  readonly categoryCode: string | null;
  readonly city: string | null;
  readonly country: string | null;
}

export interface TransactionFee {
  /** The provider's own value, e.g. `Exchange_fee`. */
  readonly type: string;
  readonly amount: Decimal;
}

/**
 * A card transaction as a provider last described it. Its free texts are not read: they can name a person, and nothing here needs
 * them. `undefined` means that this answer lacks the field and leaves the stored value
 * unchanged; null means that the provider stated none.
 */
export interface ProviderTransaction {
  readonly providerRef: string;
  /** The card's id at the provider. */
  readonly cardRef: string;
  readonly type: TransactionType;
  readonly providerType: string;
  readonly status: MovementStatus;
  readonly providerStatus: string;
  /** In the card's currency, which the documents do not name. */
  readonly amount: Decimal;
  readonly relatedRef?: string | null;
  readonly localAmount?: Decimal | null;
  readonly localCurrency?: string | null;
  readonly fee?: Decimal | null;
  readonly fees?: readonly TransactionFee[];
  readonly merchant?: Merchant | null;
  /** When the provider last changed its record: an older description never overwrites a newer one. */
  readonly modifiedAt: Date | null;
}
