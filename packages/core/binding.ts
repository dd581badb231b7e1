import type { CardNetwork, Expiry } from './card.ts';
import type { Decimal } from './money.ts';
import type { Pan, Secret } from './pan.ts';

/** State of a binding. `not_required`: the provider says this card needs no (further) binding. */
export type BindingStatus =
  | 'starting'
  | 'awaiting_code'
  | 'verifying'
  | 'bound'
  | 'not_required'
  | 'expired'
  | 'refused'
  | 'removed';

/** A bank card bound by SMS, a token of a card, or a token of a subscription. */
export const bindingKinds = ['bank_card', 'token', 'subscription'] as const;
export type BindingKind = (typeof bindingKinds)[number];

/** An additional member of a binding order that its purpose may require. */
export type BindingField = 'loanOrder';

export interface Bank {
  readonly code: string;
  readonly name: string;
}

/** A bank whose cards a user can bind, with the limits that the provider quotes. */
export interface SupportedBank extends Bank {
  readonly perTransaction: Decimal | null;
  readonly perDay: Decimal | null;
  /** The unit of both limits: major units (`yuan`), hundredths (`fen`), or null until the provider confirms it. */
  readonly unit: 'yuan' | 'fen' | null;
}

/** A bound card in the provider's list of one user's cards. */
export interface BoundCard {
  /** The provider's id of the binding; null if the list gives none. */
  readonly providerRef: string | null;
  readonly kind: BindingKind;
  readonly maskedNumber: string;
  readonly bin: string | null;
  readonly last4: string;
  readonly network: CardNetwork | null;
  readonly cardType: 'debit' | 'credit' | 'unrecognized' | null;
  readonly bank: Bank | null;
  readonly expiry: Expiry | null;
  readonly binCountry: string | null;
  /** The full number if the list carries it in clear; used only for the fingerprint, never stored. */
  readonly pan: Pan | null;
  /** A payment credential: sealed at rest. */
  readonly token: Secret | null;
}

/** A user's bindings, as the provider lists them. */
export interface BoundCards {
  readonly cards: readonly BoundCard[];
  /** Number of unreadable rows. Only a list without any proves that a card is not bound. */
  readonly unreadable: number;
}

/** Result of starting a binding. */
export type BindingStarted =
  | {
      readonly status: 'awaiting_code';
      /** The provider's id of the SMS. */
      readonly challenge: string;
    }
  | { readonly status: 'not_required' };

/** Result of checking an SMS code. A wrong code is a refusal with the reason `wrong_code`. */
export interface BindingVerified {
  readonly status: 'bound' | 'not_required' | 'expired';
}
