import type {
  Bank,
  BindingKind,
  BindingPurpose,
  BindingStarted,
  BindingVerified,
  BoundCard,
  SupportedBank,
} from './binding.ts';
import type { CardAddress, CardForm, ProviderCard } from './card.ts';
import type { ProviderCardholder } from './cardholder.ts';
import type { Outcome } from './outcome.ts';
import type { Pan, Secret } from './pan.ts';
import type { ProviderProduct } from './product.ts';

/** How long one provider call may take in all, and the trace it belongs to. */
export interface ProviderCall {
  readonly timeoutMs: number;
  /** W3C `traceparent` of the request that caused the call. */
  readonly traceparent?: string;
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
  readonly binding?: BindingFacet;
  readonly boundCards?: BoundCardsFacet;
  readonly banks?: BanksFacet;
  /** Why a facet is missing, where there is more to say than that the provider documents no such call. */
  readonly gaps: Partial<Record<Capability, Gap>>;
  /** What an operator should know of this account, e.g. that a setting rests on an unconfirmed assumption. */
  readonly notes?: readonly string[];
}

/** Names for what an account can do: its facets. */
export type Capability = 'products' | 'cardholders' | 'issuing' | 'cards' | 'binding' | 'boundCards' | 'banks';

/** `needs-settings`: it would work with a setting that the provider has not published. `absent`: not documented. */
export interface Gap {
  readonly state: 'needs-settings' | 'absent';
  readonly reason: string;
}

/**
 * What is done when the answer to a write is lost. `look-up` asks the provider with what we know of the order and never
 * sends the order again; `person` means that no document gives a way to ask.
 */
export type Settlement<Order, Value> =
  | { readonly by: 'look-up'; find(order: Order, call: ProviderCall): Promise<Outcome<Finding<Value>>> }
  | { readonly by: 'person'; readonly why: string };

/** What a look-up showed. Not found is no proof that nothing happened: the provider may still be at work. */
export type Finding<T> = { readonly found: true; readonly value: T } | { readonly found: false };

/**
 * One page of a provider's list. `next` continues after this page, in a process that knows nothing of the first (a sync
 * is resumable); null ends the list.
 */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  /** How many there are in all, where the provider says so. */
  readonly total: number | null;
}

export interface ProductsFacet {
  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderProduct>>>;
}

export interface CardholderApplication {
  /** Our reference (a TypeID), sent as the provider's unique number. */
  readonly reference: string;
  readonly sumsubShareToken: Secret;
}

/** What identifies a write of ours at the provider, for the look-up. */
export interface SentOrder {
  readonly reference: string;
  readonly sentAt: Date;
}

export interface CardholdersFacet {
  apply(application: CardholderApplication, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly settlement: Settlement<SentOrder, ProviderCardholder>;
  read(providerRef: string, call: ProviderCall): Promise<Outcome<ProviderCardholder>>;
}

export interface CardOrder {
  /** Our reference (a TypeID), sent as the provider's unique number. */
  readonly reference: string;
  readonly productRef: string;
  readonly cardholderRef: string;
  readonly form: CardForm;
  readonly address: CardAddress | null;
}

export interface IssuingFacet {
  issue(order: CardOrder, call: ProviderCall): Promise<Outcome<{ readonly providerRef: string }>>;
  readonly settlement: Settlement<SentOrder, ProviderCard>;
}

export interface CardsFacet {
  page(next: string | null, call: ProviderCall): Promise<Outcome<Page<ProviderCard>>>;
  /** Reads one card again. `pan` is there for a provider whose only look-up is by card number, null for the others. */
  read(
    card: { readonly providerRef: string; readonly pan: Pan | null },
    call: ProviderCall,
  ): Promise<Outcome<Finding<ProviderCard>>>;
}

export interface BindingOrder {
  /** Our reference (a TypeID): the same order carries the same one. */
  readonly reference: string;
  readonly user: string;
  readonly pan: Pan;
  readonly phone: Secret;
  readonly purpose: BindingPurpose;
  /** The loan order number, for the purpose `repayment`. */
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

/** Card-binding by SMS. Both writes settle from the user's list of bound cards ({@link BoundCardsFacet}). */
export interface BindingFacet {
  /** The end user's address must come with each call, because the account sets no default. */
  readonly needsUserIp: boolean;
  start(order: BindingOrder, call: ProviderCall): Promise<Outcome<BindingStarted>>;
  verify(answer: CodeAnswer, call: ProviderCall): Promise<Outcome<BindingVerified>>;
  readonly settlement: { readonly by: 'bound-cards' } | { readonly by: 'person'; readonly why: string };
  /** Whether this user must still bind this card. */
  check(
    question: { readonly user: string; readonly pan: Pan; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<{ readonly required: boolean }>>;
}

export interface BoundCardsFacet {
  readonly kinds: readonly BindingKind[];
  /** The end user's address must come with each call, because the account sets no default. */
  readonly needsUserIp: boolean;
  /** All cards of that kind that this user has bound; the providers that have such a list give it whole. */
  list(
    question: { readonly user: string; readonly kind: BindingKind; readonly userIp: string | null },
    call: ProviderCall,
  ): Promise<Outcome<readonly BoundCard[]>>;
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
