import type { Decimal } from './money.ts';
import type { Pan } from './pan.ts';

/**
 * State of a card, the same for every provider. `unrecognized` stands for an undocumented provider value, which is kept beside
 * it; nothing is guessed.
 */
export const cardStatuses = [
  'pending',
  'inactive',
  'active',
  'frozen',
  'cancelling',
  'cancelled',
  'failed',
  'lost',
  'replaced',
  'unrecognized',
] as const;
export type CardStatus = (typeof cardStatuses)[number];

export type CardForm = 'virtual' | 'physical';

const cardNetworks = ['visa', 'mastercard', 'unionpay', 'amex', 'discover', 'jcb', 'diners', 'unrecognized'] as const;
export type CardNetwork = (typeof cardNetworks)[number];

const networkNames: ReadonlyMap<string, CardNetwork> = new Map([
  ...cardNetworks.map((network) => [network, network] as const),
  ['americanexpress', 'amex'],
  ['cup', 'unionpay'],
  ['chinaunionpay', 'unionpay'],
  ['dinersclub', 'diners'],
  ['master', 'mastercard'],
]);

/** Parses a provider's free-text network name (`VISA`, `MasterCard`); null if there is none. */
export function cardNetwork(name: string | null | undefined): CardNetwork | null {
  if (name === null || name === undefined || name.trim() === '') return null;
  return networkNames.get(name.toLowerCase().replaceAll(/[^a-z]/g, '')) ?? 'unrecognized';
}

/** The last month in which a card is valid, as `YYYY-MM`. */
export type Expiry = string;

/** Builds an {@link Expiry} from a provider's month and two- or four-digit year; null if either is invalid. */
export function expiryOf(month: string, year: string): Expiry | null {
  if (!/^(0?[1-9]|1[0-2])$/.test(month) || !/^(\d{2}|\d{4})$/.test(year)) return null;
  return `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}`;
}

/**
 * A card as a provider last described it. `undefined` means that this answer lacks the field and leaves the stored value
 * unchanged; null means that the provider stated none.
 */
export interface ProviderCard {
  readonly providerRef: string;
  /** Our own reference, if the provider returns it. */
  readonly ourReference?: string | null;
  readonly status?: CardStatus;
  /** The provider's own name for it. */
  readonly providerStatus?: string;
  readonly productRef?: string | null;
  readonly cardholderRef?: string | null;
  readonly form?: CardForm | null;
  readonly network?: CardNetwork | null;
  readonly last4?: string | null;
  readonly expiry?: Expiry | null;
  /** Major units. Its currency is the product's if the card row names none. */
  readonly balance?: Decimal | null;
  readonly totalLoaded?: Decimal | null;
  readonly activatedAt?: Date | null;
  readonly cancelRequestedAt?: Date | null;
  readonly cancelledAt?: Date | null;
  readonly createdAt?: Date | null;
  /** Only from providers that look cards up only by number; the gateway seals it and stores a fingerprint. */
  readonly pan?: Pan;
}

/** A postal address. */
export interface PostalAddress {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly state: string;
  readonly city: string;
  readonly line1: string;
  /** Empty if there is none. */
  readonly line2: string;
  readonly postalCode: string;
}

/** The recipient and address of a card. */
export interface CardAddress extends PostalAddress {
  readonly firstName: string;
  readonly lastName: string;
  /** The dialling code in digits, without a plus. */
  readonly phoneCode: string;
  /** In digits, without the dialling code. */
  readonly phone: string;
}
