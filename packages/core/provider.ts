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
 * The piece of work for which an adapter asks its provider: until when, in which trace and under which permit of the account.
 * The gateway makes it. An adapter can neither make nor read one: it hands on the one that it was given with all that it sends.
 */
export interface ProviderCall {
  readonly [opaque]: never;
}

/**
 * One account at one provider. A capability is the presence of its facet: there are no stubs and no second list.
 * Every method sends exactly one business request and returns an {@link Outcome}; none throws for what a provider does.
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
  /** Why a facet is missing, where there is more to say than that the provider documents no such call. */
  readonly gaps: Partial<Record<FacetName, Gap>>;
  /** What an operator should know of this account, e.g. that a setting rests on an unconfirmed assumption. */
  readonly notes?: readonly string[];
}

/** Names for what an account can do: its facets. */
export type FacetName = Exclude<keyof ProviderAdapter, 'gaps' | 'notes'>;

/** `needs-settings`: it would work with a setting that the provider has not published. `absent`: not documented. */
export interface Gap {
  readonly state: 'needs-settings' | 'absent';
  readonly reason: string;
}

/** One call, or one kind of notification, of a provider's documents. */
export interface DocumentedCall {
  /** Its path or action, e.g. `card/apply`; its title where no path is published. */
  readonly name: string;
  readonly title: string;
  /** Where it stands in `docs/providers/contracts/`, e.g. `acme.md §6.5`. */
  readonly source: string;
  /** `documented`: it is used, with these settings. */
  readonly state: 'documented' | 'needs-settings' | 'absent';
  /** Why it is not used; null when it is. */
  readonly reason: string | null;
}

/**
 * What is done when the answer to a write is lost. `look-up` asks the provider with what we know of the order and never
 * sends the order again; `person` means that no document gives a way to ask.
 */
export type Reconciliation<Order, Value> =
  | { readonly by: 'look-up'; find(order: Order, call: ProviderCall): Promise<Outcome<Finding<Value>>> }
  | { readonly by: 'person'; readonly why: string };

/**
 * The write carries its reference as the provider's own idempotency key. The provider's documents say that an order which comes
 * again under its key, within `withinMs` of the first time, is done once and answered as it was then: so a lost answer is found
 * out by sending the same order again. Only where all of the order is kept, which an address or a share token is not.
 */
export interface SameKey {
  readonly by: 'same-key';
  readonly withinMs: number;
}

/** What a look-up showed. Not found is no proof that nothing happened: the provider may still be at work. */
export type Finding<T> = { readonly found: true; readonly value: T } | { readonly found: false };

/**
 * One page of a provider's list. Where the list ends only its reader can tell, by a page without a row that was not seen
 * before. `next` and `nextPart` go on in a process that knows nothing of the first page (a sync is resumable).
 */
export interface Page<T> {
  /** The rows that could be read; one may come more than once. */
  readonly items: readonly T[];
  /** Rows that had not even what a row cannot do without. */
  readonly unreadable: number;
  /** The page after this one; null after an empty one, and where no further page may be asked for. */
  readonly next: string | null;
  /** Where the list goes on after the last page of this part, for lists that are asked for by windows of time; else null. */
  readonly nextPart: string | null;
  /** By the provider's word these were all the rows of this part at that moment. */
  readonly isWhole: boolean;
  /** How many there are in all, where the provider says so. */
  readonly total: number | null;
}

export interface ProductsFacet {
  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderProduct>>>;
}

/** What identifies a write of ours at the provider, for the look-up. */
export interface SentOrder {
  readonly reference: string;
  readonly sentAt: Date;
}

export interface CardholdersFacet {
  /** What a person is applied for with; an application of another kind is refused as `unsupported`. */
  readonly applications: readonly ApplicationKind[];
  apply(application: CardholderApplication, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly reconciliation: Reconciliation<SentOrder, ProviderCardholder>;
  read(providerRef: string, call: ProviderCall): Promise<Outcome<ProviderCardholder>>;
  /**
   * Another application for a person whose first one was rejected, where the documents have one. A lost answer is found out by
   * {@link read}: a cardholder that is no longer rejected was taken on.
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
  /** Null exactly where {@link IssuingFacet.cardholder} is `none`. */
  readonly cardholderRef: string | null;
  readonly form: CardForm;
  readonly address: CardAddress | null;
}

/** Whether an order must, may or must not name something. */
export type Need = 'required' | 'optional' | 'none';

/** A field that the provider does not take as it is, and what it expects there. */
export interface FieldFault<Field extends string> {
  readonly field: Field;
  readonly expected: string;
}

export interface IssuingFacet {
  /** Whether an order names whom the card is for. */
  readonly cardholder: Exclude<Need, 'optional'>;
  /** Whether it names an address, by the form of the card. */
  readonly address: Readonly<Record<CardForm, Need>>;
  /** What of an address the provider does not take, where the documents say so. Asked before any call. */
  readonly addressFaults?: (address: CardAddress) => readonly FieldFault<keyof CardAddress>[];
  issue(order: CardOrder, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly reconciliation: Reconciliation<SentOrder, ProviderCard>;
}

export interface CardsFacet {
  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderCard>>>;
  /** Reads one card again. `pan` is there for a provider whose only look-up is by card number, null for the others. */
  read(
    card: { readonly providerRef: string; readonly pan: Pan | null },
    call: ProviderCall,
  ): Promise<Outcome<Finding<ProviderCard>>>;
}

/** A card as a provider needs to be told of it. */
export interface CardReference {
  readonly providerRef: string;
  /** The holder's id at the provider, where it is known. */
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
 * How a lost answer to a change is found out: by reading the card again ({@link CardsFacet.read}) until it is in one of
 * these states, or by a person where no call shows it. For `visibleAfterMs` after a change was sent the card may still show
 * a state from before it: zero only where the provider says that a change is in effect when it is answered.
 */
export type ChangeReconciliation =
  | { readonly by: 'target-state'; readonly states: readonly CardStatus[]; readonly visibleAfterMs: number }
  | { readonly by: 'person'; readonly why: string };

export interface CardControlsFacet {
  /** `providerStatus` is the provider's own word for the state that it confirmed; null where the change is none of state. */
  change(
    card: CardReference,
    change: CardChange,
    call: ProviderCall,
  ): Promise<Outcome<{ readonly providerStatus: string | null }>>;
  readonly reconciliation: Readonly<Record<CardChange['kind'], ChangeReconciliation>>;
  /** The changes that are refused as `unsupported`, and what they lack; the others are documented. */
  readonly gaps?: Partial<Record<CardChange['kind'], Gap>>;
  /** What the provider expects of a PIN, for people; null where there is no such rule. */
  readonly pinRule: string | null;
  /** What is wrong with this PIN; null when it fits. Asked before any call. */
  pinFault(pin: Secret): string | null;
}

/** A card's secrets, on their way through: handed out once, kept and logged nowhere. */
export interface RevealedCard {
  readonly pan: Pan;
  readonly expiry: Expiry | null;
  readonly cvv: Secret | null;
}

export interface RevealFacet {
  /**
   * Straight from the provider, in two requests if it first gives out a key that opens the card once. `pan` is there for a
   * provider whose only look-up is by card number.
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
  /** The types that the provider's transactions have by its documents; any may be `unrecognized`. */
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
  /** The entries of one transaction of the company's wallet; none where the provider knows no such transaction. */
  read(transactionRef: string, call: ProviderCall): Promise<Outcome<readonly WalletEntry[]>>;
}

export interface BindingOrder {
  /** Our reference (a TypeID): the same order carries the same one. */
  readonly reference: string;
  readonly user: string;
  readonly pan: Pan;
  readonly phone: Secret;
  /** One of {@link BindingFacet.purposes}; null where the facet has none. */
  readonly purpose: string | null;
  /** The loan order number, where the purpose needs it. */
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

/** Card-binding by SMS. Both writes resolve from the user's list of bound cards ({@link BoundCardsFacet}). */
export interface BindingFacet {
  /** What a card can be bound for, and what an order for that names besides; empty where the provider asks for no purpose. */
  readonly purposes: Readonly<Record<string, readonly BindingField[]>>;
  /** The end user's address must come with each call, because the account sets no default. */
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
  /** Its rows carry a payment token, which the gateway seals and reveals. */
  readonly givesTokens: boolean;
  /** The end user's address must come with each call, because the account sets no default. */
  readonly needsUserIp: boolean;
  /** All cards of that kind that this user has bound; the providers that have such a list give it whole. */
  list(
    question: { readonly user: string; readonly kind: BindingKind; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<BoundCards>>;
}

export interface UnbindingFacet {
  /** Removes what a user has bound, by the provider's id of the binding. */
  remove(binding: { readonly providerRef: string }, call: ProviderCall): Promise<Outcome<null>>;
  /** A lost answer is found out from the user's list: what it no longer shows is removed. */
  readonly reconciliation: { readonly by: 'bound-cards' } | { readonly by: 'person'; readonly why: string };
}

/** The provider's notifications. Verifying and reading them is pure: no call, no clock of their own. */
export interface CallbacksFacet {
  /** The provider signs nothing: the account must have a secret path, and nothing of a callback is believed. */
  readonly isUnsigned: boolean;
  /**
   * How long the provider waits for a decision about a payment, from its request to the answer: its callbacks may be an
   * `authorization`. Null where it asks this account for none.
   */
  readonly decisionTimeMs: number | null;
  receive(callback: ReceivedCallback): CallbackVerdict;
  /**
   * Fetches the keys with which the provider signs now, where it publishes them. A callback that {@link receive} refused as
   * `unknown_key` is then received once more. How often it asks is limited here, for any forger can name a key.
   */
  readonly fetchKeys?: (call: ProviderCall) => Promise<Outcome<null>>;
  /** Reads a record that {@link receive} made. @throws when it is none */
  eventOf(record: string): ProviderEvent;
  /**
   * What is answered once a callback is stored. `decision` is there for an `authorization`: an approval, or a refusal that
   * the provider can read.
   */
  acknowledge(record: string, decision: 'approve' | 'decline' | null): Acknowledgement;
}

export interface BanksFacet {
  readonly needsUserIp: boolean;
  list(
    question: { readonly user: string; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<readonly SupportedBank[]>>;
  /** The bank that issued a card; null inside `done` when the provider names none. */
  issuerOf(
    question: { readonly pan: Pan; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<Bank | null>>;
}
