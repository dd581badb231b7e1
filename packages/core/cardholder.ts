import type { PostalAddress } from './card.ts';
import type { Secret } from './pan.ts';

/**
 * Kinds of cardholder application: by the share token of an identity check done at Sumsub, or by the person's own data, which
 * the provider checks.
 */
export const applicationKinds = ['sumsub', 'person'] as const;
export type ApplicationKind = (typeof applicationKinds)[number];

/** The person of an application. Passed on to the provider and never stored. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly email: string;
  /** The dialling code in digits, without a plus. */
  readonly phoneCode: string;
  /** In digits, without the dialling code. */
  readonly phone: string;
  readonly address: PostalAddress;
}

/** The identity in an application, by its kind. */
export type Identity =
  | { readonly kind: 'sumsub'; readonly shareToken: Secret }
  | { readonly kind: 'person'; readonly person: Person };

/** An application for a cardholder. */
export interface CardholderApplication {
  /** Our reference (a TypeID), sent as the provider's unique number. */
  readonly reference: string;
  readonly identity: Identity;
}

/** State of a cardholder's identity check. `failed`: the application was refused and nothing exists at the provider. */
export const cardholderStatuses = ['pending', 'in_review', 'approved', 'rejected', 'failed', 'unrecognized'] as const;
export type CardholderStatus = (typeof cardholderStatuses)[number];

/** A cardholder as the provider last described it. Name, mail and balance are not read, because nothing here needs them. */
export interface ProviderCardholder {
  readonly providerRef: string;
  readonly ourReference: string | null;
  readonly status: CardholderStatus;
  readonly providerStatus: string;
  /** The provider's reason for a rejection, redacted. */
  readonly failReason?: string | null;
}
