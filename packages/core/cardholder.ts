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
