import type {
  Bank,
  BindingField,
  BindingKind,
  BindingStarted,
  BindingVerified,
  BoundCards,
  SupportedBank,
} from './binding.ts';
import type { Acknowledgement, CallbackVerdict, ProviderEvent, ReceivedCallback } from './callback.ts';
import type { CardAddress, CardForm, CardStatus, Expiry, ProviderCard } from './card.ts';
import type { ApplicationKind, CardholderApplication, ProviderCardholder } from './cardholder.ts';
import type { Outcome } from './outcome.ts';
import type { Pan, Secret } from './pan.ts';
import type { Decimal } from './money.ts';
import type { ProviderProduct } from './product.ts';
import type { ProviderTransaction, TransactionType } from './transaction.ts';
import type { WalletEntry } from './wallet.ts';
import type { ProviderBalance, ProviderTransfer, TransferDirection } from './transfer.ts';

declare const opaque: unique symbol;

/**
 * The unit of work for which an adapter asks its provider: deadline, trace, and the account's permit. The gateway creates it.
 * An adapter can neither create nor read one; it passes the given one on with everything it sends.
 */
export interface ProviderCall {
  readonly [opaque]: never;
}

/**
 * One account at one provider. A capability is the presence of its facet: there are no stubs and no second list. Every method
 * sends exactly one business request and returns an {@link Outcome}; none throws for what a provider does.
 */
export interface ProviderAdapter {
  readonly products?: ProductsFacet;
  readonly cardholders?: CardholdersFacet;
  readonly issuing?: IssuingFacet;
  readonly cards?: CardsFacet;
  readonly cardControls?: CardControlsFacet;
  readonly reveal?: RevealFacet;
  readonly frameTokens?: FrameTokensFacet;
  readonly transactions?: TransactionsFacet;
  readonly transfers?: TransfersFacet;
  readonly wallet?: WalletFacet;
  readonly binding?: BindingFacet;
  readonly boundCards?: BoundCardsFacet;
  readonly unbinding?: UnbindingFacet;
  readonly banks?: BanksFacet;
  readonly callbacks?: CallbacksFacet;
  /** Why a facet is missing, if there is more to say than that the provider documents no such call. */
  readonly gaps: Partial<Record<FacetName, Gap>>;
  /** Notes on this account for operators, e.g. that a setting rests on an unconfirmed assumption. */
  readonly notes?: readonly string[];
}

/** The names of an account's capabilities: its facets. */
export type FacetName = Exclude<keyof ProviderAdapter, 'gaps' | 'notes'>;

/** `needs-settings`: it would work with a setting that the provider has not published. `absent`: not documented. */
export interface Gap {
  readonly state: 'needs-settings' | 'absent';
  readonly reason: string;
}

/** One documented call, or kind of notification, of a provider. */
export interface DocumentedCall {
  /** Its path or action, e.g. `card/apply`; its title if no path is published. */
  readonly name: string;
  readonly title: string;
  /** Its section in `docs/providers/contracts/`, e.g. `acme.md §6.5`. */
  readonly source: string;
  /** `documented`: used, with this account's settings. */
  readonly state: 'documented' | 'needs-settings' | 'absent';
  /** Why it is not used; null if it is. */
  readonly reason: string | null;
}

/**
 * How a lost answer to a write is reconciled. `look-up` asks the provider with what we know about the order and never resends
 * it; `person` means that no document describes a way to ask.
 */
export type Reconciliation<Order, Value> =
  | { readonly by: 'look-up'; find(order: Order, call: ProviderCall): Promise<Outcome<Finding<Value>>> }
  | { readonly by: 'person'; readonly why: string };

/**
 * The write's reference is the provider's own idempotency key: by its documents, an order repeated under its key within
 * `withinMs` of the first time is executed once and answered as it was then. A lost answer is therefore reconciled by resending
 * the order. Only for orders that are kept in full; addresses and share tokens are not.
 */
export interface SameKey {
  readonly by: 'same-key';
  readonly withinMs: number;
}

/** Result of a look-up. "Not found" does not prove that nothing happened: the provider may still be processing. */
export type Finding<T> = { readonly found: true; readonly value: T } | { readonly found: false };

/**
 * One page of a provider's list. Only the list's reader can tell its end, by a page without unseen rows. `next` and `nextPart`
 * continue the list in any process (a sync is resumable).
 */
export interface Page<T> {
  /** The readable rows; a row may appear more than once. */
  readonly items: readonly T[];
  /** Number of rows that lack an essential field. */
  readonly unreadable: number;
  /** The following page; null after an empty page, and if no further page may be requested. */
  readonly next: string | null;
  /** Where the list continues after the last page of this part, for lists requested by time windows; otherwise null. */
  readonly nextPart: string | null;
  /** Whether the provider says that these are all rows of this part, at that moment. */
  readonly isWhole: boolean;
  /** Total number of rows, if the provider states it. */
  readonly total: number | null;
  /**
   * An answer with the same digest shows the same page. Undefined where the adapter does not tell. It is computed from card
   * data, so it must not leave this process.
   */
  readonly digest?: string | undefined;
}

/** What is known of a page without its rows. */
export type PageHead = Omit<Page<unknown>, 'items'>;

export interface ProductsFacet {
  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderProduct>>>;
}

/** What identifies our write at the provider, for the look-up. */
export interface SentOrder {
  readonly reference: string;
  readonly sentAt: Date;
}

export interface CardholdersFacet {
  /** The kinds of application accepted; any other is refused as `unsupported`. */
  readonly applications: readonly ApplicationKind[];
  apply(application: CardholderApplication, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly reconciliation: Reconciliation<SentOrder, ProviderCardholder>;
  read(providerRef: string, call: ProviderCall): Promise<Outcome<ProviderCardholder>>;
  /**
   * A further application for a rejected person, if the documents describe one. A lost answer is reconciled by {@link read}:
   * the application was accepted if the cardholder is no longer rejected.
   */
  readonly reapply?: (
    application: CardholderApplication & { readonly providerRef: string },
    call: ProviderCall,
  ) => Promise<Outcome<null>>;
}

export interface CardOrder {
  /** Our reference (a TypeID), sent as the provider's unique number. */
  readonly reference: string;
  readonly productRef: string;
  /** Null exactly if {@link IssuingFacet.cardholder} is `none`. */
  readonly cardholderRef: string | null;
  readonly form: CardForm;
  readonly address: CardAddress | null;
}

/** Whether an order must, may or must not name something. */
export type Need = 'required' | 'optional' | 'none';

/** A field value that the provider does not accept, and what it expects. */
export interface FieldFault<Field extends string> {
  readonly field: Field;
  readonly expected: string;
}

export interface IssuingFacet {
  /** Whether an order names its cardholder. */
  readonly cardholder: Exclude<Need, 'optional'>;
  /** Whether an order names an address, by form of the card. */
  readonly address: Readonly<Record<CardForm, Need>>;
  /** The parts of an address that the provider does not accept, if documented. Checked before any call. */
  readonly addressFaults?: (address: CardAddress) => readonly FieldFault<keyof CardAddress>[];
  issue(order: CardOrder, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly reconciliation: Reconciliation<SentOrder, ProviderCard>;
}

export interface CardsFacet {
  /**
   * @param known the page that was here before. If the answer has the same digest, its rows are read only when `items` is
   *   used
   */
  page(next: string | null, call: ProviderCall, known?: PageHead): Promise<Outcome<Page<ProviderCard>>>;
  /** Reads one card. `pan` is given for a provider that looks cards up only by number, and null for others. */
  read(
    card: { readonly providerRef: string; readonly pan: Pan | null },
    call: ProviderCall,
  ): Promise<Outcome<Finding<ProviderCard>>>;
}

/** A card's identification in a provider call. */
export interface CardReference {
  readonly providerRef: string;
  /** The holder's id at the provider, if known. */
  readonly cardholderRef: string | null;
}

/** A change of a card's state, or of its PIN. `cancel` cannot be undone. */
export type CardChange =
  | { readonly kind: 'activate'; readonly cvv: Secret; readonly last4: string }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'unfreeze' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'setPin'; readonly pin: Secret };

/**
 * How a lost answer to a change is reconciled: by reading the card ({@link CardsFacet.read}) until it is in one of these
 * states, or by a person if no call shows it. For `visibleAfterMs` after a change was sent the card may still show an earlier
 * state: zero only if the provider says that a change is in effect when it is answered.
 */
export type ChangeReconciliation =
  | { readonly by: 'target-state'; readonly states: readonly CardStatus[]; readonly visibleAfterMs: number }
  | { readonly by: 'person'; readonly why: string };

export interface CardControlsFacet {
  /** `providerStatus` is the provider's own name for the state it confirmed; null if the change does not affect state. */
  change(
    card: CardReference,
    change: CardChange,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerStatus: string | null }>>;
  readonly reconciliation: Readonly<Record<CardChange['kind'], ChangeReconciliation>>;
  /** Changes refused as `unsupported`, and what they lack; the others are documented. */
  readonly gaps?: Partial<Record<CardChange['kind'], Gap>>;
  /** The provider's rule for PINs, for people; null if there is none. */
  readonly pinRule: string | null;
  /** The fault in this PIN; null if it is acceptable. Checked before any call. */
  pinFault(pin: Secret): string | null;
}

/** A card's secrets in transit: returned once, never stored or logged. */
export interface RevealedCard {
  readonly pan: Pan;
  readonly expiry: Expiry | null;
  readonly cvv: Secret | null;
}

export interface RevealFacet {
  /**
   * Directly from the provider, in two requests if it first issues a key that opens the card once. `pan` is given for a
   * provider that looks cards up only by number.
   */
  card(
    card: { readonly providerRef: string; readonly pan: Pan | null },
    call: ProviderCall,
  ): Promise<Outcome<RevealedCard>>;
}

export interface FrameTokensFacet {
  /** A new one-time token for the provider's hosted frame, which shows the card to its holder. */
  issue(
    card: { readonly providerRef: string },
    call: ProviderCall,
  ): Promise<Outcome<{ readonly token: Secret; readonly expiresInSeconds: number }>>;
}

export interface TransactionsFacet {
  /** The documented types of the provider's transactions; any may be `unrecognized`. */
  readonly types: readonly Exclude<TransactionType, 'unrecognized'>[];
  /** One page of a card's transactions within a time window. */
  page(
    question: { readonly cardRef: string; readonly from: Date; readonly to: Date; readonly next: string | null },
    call: ProviderCall,
  ): Promise<Outcome<Page<ProviderTransaction>>>;
  read(providerRef: string, call: ProviderCall): Promise<Outcome<Finding<ProviderTransaction>>>;
}

export interface TransferOrder {
  /** Our reference (a TypeID), sent as the provider's unique number. */
  readonly reference: string;
  readonly cardholderRef: string;
  readonly direction: TransferDirection;
  readonly amount: Decimal;
}

export interface TransfersFacet {
  /** The one currency in which value is moved, and its decimals. */
  readonly currency: string;
  readonly decimals: number;
  send(order: TransferOrder, call: ProviderCall): Promise<Outcome<ProviderTransfer>>;
  readonly reconciliation: Reconciliation<SentOrder, ProviderTransfer> | SameKey;
  balances(cardholderRef: string, call: ProviderCall): Promise<Outcome<readonly ProviderBalance[]>>;
}

export interface WalletFacet {
  /** The entries of one transaction of the company's wallet; empty if the provider knows no such transaction. */
  read(transactionRef: string, call: ProviderCall): Promise<Outcome<readonly WalletEntry[]>>;
}

export interface BindingOrder {
  /** Our reference (a TypeID): a repeated order has the same one. */
  readonly reference: string;
  readonly user: string;
  readonly pan: Pan;
  readonly phone: Secret;
  /** One of {@link BindingFacet.purposes}; null if the facet has none. */
  readonly purpose: string | null;
  /** The loan order number, if the purpose requires it. */
  readonly loanOrder: string | null;
  readonly userIp: string | null;
}

export interface CodeAnswer {
  /** Our reference of this one attempt (a TypeID): every code has its own. */
  readonly reference: string;
  readonly user: string;
  readonly challenge: string;
  readonly code: Secret;
  readonly userIp: string | null;
}

/** Card binding by SMS. Both writes are reconciled from the user's list of bound cards ({@link BoundCardsFacet}). */
export interface BindingFacet {
  /** The purposes of a binding, and the additional fields that each requires; empty if the provider asks for no purpose. */
  readonly purposes: Readonly<Record<string, readonly BindingField[]>>;
  /** Each call must include the end user's address, because the account sets no default. */
  readonly needsUserIp: boolean;
  start(order: BindingOrder, call: ProviderCall): Promise<Outcome<BindingStarted>>;
  verify(answer: CodeAnswer, call: ProviderCall): Promise<Outcome<BindingVerified>>;
  readonly reconciliation: { readonly by: 'bound-cards' } | { readonly by: 'person'; readonly why: string };
  /** Whether this user must still bind this card. */
  check(
    question: { readonly user: string; readonly pan: Pan; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<{ readonly required: boolean }>>;
}

export interface BoundCardsFacet {
  readonly kinds: readonly BindingKind[];
  /** Whether its rows have a payment token, which the gateway seals and reveals. */
  readonly givesTokens: boolean;
  /** Each call must include the end user's address, because the account sets no default. */
  readonly needsUserIp: boolean;
  /** All cards of that kind that this user has bound; providers with such a list return it in full. */
  list(
    question: { readonly user: string; readonly kind: BindingKind; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<BoundCards>>;
}

export interface UnbindingFacet {
  /** Removes a user's binding, by the provider's id of the binding. */
  remove(binding: { readonly providerRef: string }, call: ProviderCall): Promise<Outcome<null>>;
  /** A lost answer is reconciled from the user's list: a binding that it no longer shows is removed. */
  readonly reconciliation: { readonly by: 'bound-cards' } | { readonly by: 'person'; readonly why: string };
}

/** The provider's notifications. Verifying and reading them is pure: without calls and without a clock. */
export interface CallbacksFacet {
  /** The provider signs nothing: the account must have a secret path, and a callback's content is not trusted. */
  readonly isUnsigned: boolean;
  /**
   * The provider's time limit for a decision about a payment, from its request to the answer; a callback may then be an
   * `authorization`. Null if it asks this account for none.
   */
  readonly decisionTimeMs: number | null;
  receive(callback: ReceivedCallback): CallbackVerdict;
  /**
   * Fetches the provider's current signing keys, if it publishes them. A callback that {@link receive} refused as `unknown_key`
   * is then received once more. This limits how often it asks, because any forger can name a key.
   */
  readonly fetchKeys?: (call: ProviderCall) => Promise<Outcome<null>>;
  /** Reads a record made by {@link receive}. @throws if it is not one */
  eventOf(record: string): ProviderEvent;
  /**
   * The answer once a callback is stored. `decision` is given for an `authorization`: an approval, or a refusal that the
   * provider can read.
   */
  acknowledge(record: string, decision: 'approve' | 'decline' | null): Acknowledgement;
}

export interface BanksFacet {
  readonly needsUserIp: boolean;
  list(
    question: { readonly user: string; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<readonly SupportedBank[]>>;
  /** The bank that issued a card; null within `done` if the provider names none. */
  issuerOf(
    question: { readonly pan: Pan; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<Bank | null>>;
}
