// Made from docs/openapi.json by `pnpm run openapi`: a change here would be lost.

/** A text whose known values are named; others may come. */
export type Open<Known extends string> = Known | (string & {});

/** Asks whether a payment may be made. */
export interface DecisionRequest {
  /** What it is: `authorization.requested`. */
  type: "authorization.requested";
  /** When it was asked. */
  timestamp: string;
  /** A payment that waits for a decision. */
  data: AuthorizationRequest;
}

/** A payment that waits for a decision. */
export interface AuthorizationRequest {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider that asks. */
  provider: string;
  /** The card; null where it is not known here (yet). */
  card: string | null;
  /** The provider's id of the payment, by which its transaction is found later (`providerRef`). */
  transactionRef: string;
  /** The provider's id of the card, which is no card number. */
  cardRef: string;
  /** The provider's id of the cardholder. */
  cardholderRef: string | null;
  /** The provider's own word for the kind of payment. */
  providerType: string;
  /** Decimal text in the currency of the card, which the provider leaves open. */
  amount: string;
  /** Decimal text in `localCurrency`. */
  localAmount: string | null;
  /** The currency of the merchant. */
  localCurrency: string | null;
  /** Null where the provider names none. */
  merchant: PaymentMerchant | null;
  /** When it was made, by the provider. */
  paidAt: string | null;
}

/** Null where the provider names none. */
export interface PaymentMerchant {
  /** Its name. */
  name: string | null;
  /** ISO 18245. */
  categoryCode: string | null;
  /** Where it is. */
  city: string | null;
  /** Its country, as the provider writes it. */
  country: string | null;
}

/** Whether the payment may be made. Anything else declines it. */
export interface DecisionAnswer {
  /**
   * The answer to a payment.
   *
   * - `approve`: The payment may be made.
   * - `decline`: The payment is declined.
   */
  decision: "approve" | "decline";
}

/**
 * What an `authorization` was answered; null for all others.
 *
 * The answer to a payment.
 *
 * - `approve`: The payment may be made.
 * - `decline`: The payment is declined.
 *
 * More may come.
 */
export type Decision = Open<"approve" | "decline">;

/**
 * Null where the provider names none.
 *
 * The card network.
 *
 * - `visa`: Visa.
 * - `mastercard`: Mastercard.
 * - `unionpay`: UnionPay.
 * - `amex`: American Express.
 * - `discover`: Discover.
 * - `jcb`: JCB.
 * - `diners`: Diners Club.
 * - `unrecognized`: The provider names a network that no document lists.
 *
 * More may come.
 */
export type Network = Open<"visa" | "mastercard" | "unionpay" | "amex" | "discover" | "jcb" | "diners" | "unrecognized">;

/**
 * Null where the provider does not say.
 *
 * How a card is funded.
 *
 * - `debit`: A debit card.
 * - `credit`: A credit card.
 * - `unrecognized`: The provider's word for it is one that no document lists.
 *
 * More may come.
 */
export type CardType = Open<"debit" | "credit" | "unrecognized">;

/**
 * Null while the provider has not confirmed it: then nothing may be computed with them.
 *
 * What the limits of a bank count.
 *
 * - `yuan`: Major units.
 * - `fen`: Hundredths.
 *
 * More may come.
 */
export type LimitUnit = Open<"yuan" | "fen">;

/**
 * What a card is made as.
 *
 * - `virtual`: A number without plastic.
 * - `physical`: A card that is sent to an address and activated when it has arrived.
 *
 * More may come.
 */
export type CardForm = Open<"virtual" | "physical">;

/**
 * Null unless it is disabled.
 *
 * Why a destination is disabled.
 *
 * - `requested`: disableEventDestination was called.
 * - `gone`: It answered 410.
 * - `failing`: No attempt succeeded for 72 hours.
 *
 * More may come.
 */
export type EventDestinationDisabledReason = Open<"requested" | "gone" | "failing">;

/**
 * Null where the outcome was never unknown.
 *
 * Why an outcome is, or was, not known.
 *
 * - `no_answer`: No answer came.
 * - `unreadable_answer`: The answer does not say what was done: it is not as documented, or names nothing that was made.
 * - `unlisted_code`: The answer had a code that no document lists.
 *
 * More may come.
 */
export type UnknownReason = Open<"no_answer" | "unreadable_answer" | "unlisted_code">;

/**
 * What an unknown outcome waits for.
 *
 * - `look-up`: The gateway keeps asking the provider.
 * - `person`: Nothing can be asked: a person finds out and calls resolveOperation.
 *
 * More may come.
 */
export type ResolvesBy = Open<"look-up" | "person">;

/**
 * Null until the outcome is known.
 *
 * What showed the outcome of a write.
 *
 * - `answer`: The answer to the call itself.
 * - `look-up`: A look-up that was made for it.
 * - `callback`: A verified callback.
 * - `list`: A list that showed it.
 * - `person`: A person; `resolution` has the word.
 *
 * More may come.
 */
export type ResolvedBy = Open<"answer" | "look-up" | "callback" | "list" | "person">;

/**
 * Whether an order names something.
 *
 * - `required`: It must; without it the order is refused.
 * - `optional`: It may; a product of the provider may still want it.
 * - `none`: It must not.
 *
 * More may come.
 */
export type Need = Open<"required" | "optional" | "none">;

/**
 * What became of a write.
 *
 * - `submitting`: Recorded; the answer of the provider is awaited. Then one of the others.
 * - `succeeded`: The provider did it. Final.
 * - `refused`: Certain: nothing happened. Final.
 * - `unknown`: The provider may have done it. Evidence or a person makes it `succeeded` or `refused`, or it is `superseded`.
 * - `superseded`: It was unknown when a later write of the same thing succeeded. Whether it did anything stays unknown, and nobody has to find out. Final, but for a late answer to its own call.
 */
export type OperationOutcomeInput = "submitting" | "succeeded" | "refused" | "unknown" | "superseded";

/**
 * What an unknown outcome waits for.
 *
 * - `look-up`: The gateway keeps asking the provider.
 * - `person`: Nothing can be asked: a person finds out and calls resolveOperation.
 */
export type ResolvesByInput = "look-up" | "person";

/**
 * Where a binding stands. The usual way is `starting` → `awaiting_code` → `verifying` → `bound`.
 *
 * - `starting`: The provider is asked to send the SMS. Then `awaiting_code`, `not_required`, `bound` or `refused`.
 * - `awaiting_code`: The user was sent a code. Then `verifying`, or `expired`.
 * - `verifying`: A code was handed to the provider. Then `bound`, `expired`, or `awaiting_code` again where it was wrong.
 * - `bound`: The card can be used. Then `removed` at most.
 * - `not_required`: The provider says that this card needs no binding, or no further one. Final.
 * - `expired`: No code is taken any more. Final; start another binding.
 * - `refused`: The provider did not start it; nothing was sent. Final.
 * - `removed`: It is no longer at the provider. Final, unless a list of the provider shows it again.
 */
export type BindingStatusInput = "starting" | "awaiting_code" | "verifying" | "bound" | "not_required" | "expired" | "refused" | "removed";

/**
 * What is bound.
 *
 * - `bank_card`: A bank card, bound by SMS.
 * - `token`: A token of a card.
 * - `subscription`: A token of a subscription.
 */
export type BindingKindInput = "bank_card" | "token" | "subscription";

/** What a bank card is bound for, e.g. `loan` (a loan is paid out to it) or `repayment` (a loan is paid back from it). `requirements.purposes` of the account lists those it knows. */
export type BindingPurpose = string;

/** Asks the provider to send the user an SMS code for this card. `requirements.purposes` of the account says what for, and what else that needs. */
export interface StartBinding {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. It must not be a card number, as which it is not treated. */
  user: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The mobile number that the bank knows. Passed on, never kept in clear. */
  phone: string;
  /** What for; where the account knows purposes. */
  purpose?: BindingPurpose | undefined;
  /** Loan order number, for a purpose that needs it, as `repayment`. It must not be a card number, as which it is not treated. */
  loanOrder?: string | undefined;
  /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
  userIp?: string | undefined;
}

/** The SMS code that the user typed. */
export interface VerifyBinding {
  /** The code from the SMS, as text. Passed on, never kept. */
  code: string;
  /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
  userIp?: string | undefined;
}

/** Must this user still bind this card? */
export interface CheckBinding {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. It must not be a card number, as which it is not treated. */
  user: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
  userIp?: string | undefined;
}

/** A card number whose bank is asked for. */
export interface LookUpIssuer {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
  userIp?: string | undefined;
}

/**
 * What a transaction is.
 *
 * - `card_opening`: What the card itself costs.
 * - `purchase`: A payment.
 * - `atm_withdrawal`: Cash from a machine.
 * - `management_fee`: A fee of the provider.
 * - `reversal`: Takes back the transaction that `related` names.
 * - `refund`: A merchant pays back; `related` names the payment where the provider knows it.
 * - `unrecognized`: The provider names a type that no document lists: see `providerType`.
 */
export type TransactionTypeInput = "card_opening" | "purchase" | "atm_withdrawal" | "management_fee" | "reversal" | "refund" | "unrecognized";

/**
 * Where a transaction stands.
 *
 * - `pending`: Authorised or under way. Then `succeeded` or `failed`.
 * - `succeeded`: It was booked. Final; what is taken back is a transaction of its own.
 * - `failed`: It was declined or came to nothing. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 */
export type TransactionStatusInput = "pending" | "succeeded" | "failed" | "unrecognized";

/**
 * What became of a callback.
 *
 * - `received`: Stored and acknowledged, not processed yet. Then one of the others.
 * - `processed`: What it says has been taken over. Final, unless it is replayed.
 * - `failed`: Processing it failed each time; `failure` says why. `received` again after replayCallback.
 */
export type CallbackStateInput = "received" | "processed" | "failed";

/** Where a card goes, and to whom. Some providers take English letters alone. */
export interface CardAddress {
  /** Given name. */
  firstName: string;
  /** Family name. */
  lastName: string;
  /** Dialling code without `+`, e.g. `44`. */
  phoneCode: string;
  /** Phone number in digits, without the dialling code. */
  phone: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** State, province or county. */
  state: string;
  /** Town or city. */
  city: string;
  /** Street and number. */
  line1: string;
  /** Flat, floor, company; empty where there is none. */
  line2?: string | undefined;
  /** Postal code. */
  postalCode: string;
}

/** Where somebody lives. */
export interface PostalAddress {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** State, province or county. */
  state: string;
  /** Town or city. */
  city: string;
  /** Street and number. */
  line1: string;
  /** Flat, floor, company; empty where there is none. */
  line2?: string | undefined;
  /** Postal code. */
  postalCode: string;
}

/** A person as a provider is told of them. Passed on once, never kept. */
export interface Person {
  /** Given name. */
  firstName: string;
  /** Family name. */
  lastName: string;
  /** Dialling code without `+`, e.g. `44`. */
  phoneCode: string;
  /** Phone number in digits, without the dialling code. */
  phone: string;
  /** Date of birth, `YYYY-MM-DD`. */
  birthDate: string;
  /** E-mail address. */
  email: string;
  address: PostalAddress;
}

/**
 * Where a card stands. The usual way is `pending` → `inactive` (physical cards alone) → `active` ⇄ `frozen` → `cancelling` → `cancelled`.
 *
 * - `pending`: Ordered; the provider has not made it yet. Then `inactive`, `active` or `failed`.
 * - `inactive`: Made, and not usable before activateCard. Then `active`, or it is cancelled.
 * - `active`: It pays. Then `frozen`, `cancelling`, `cancelled`, `lost` or `replaced`.
 * - `frozen`: Payments are declined until unfreezeCard makes it `active` again; it can be cancelled.
 * - `cancelling`: Its cancellation was asked for and has not come into effect. Then `cancelled`.
 * - `cancelled`: It was cancelled for good. Final.
 * - `failed`: The provider did not make it. Final.
 * - `lost`: The provider has it as lost. Final here; the provider may replace it.
 * - `replaced`: Another card has taken its place. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 */
export type CardStatusInput = "pending" | "inactive" | "active" | "frozen" | "cancelling" | "cancelled" | "failed" | "lost" | "replaced" | "unrecognized";

/**
 * What a card is made as.
 *
 * - `virtual`: A number without plastic.
 * - `physical`: A card that is sent to an address and activated when it has arrived.
 */
export type CardFormInput = "virtual" | "physical";

/** An order for a card. What it names besides account, product and form, GET /v1/providers says of each account. */
export interface IssueCard {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** A product that is `issuable`, of the same account. */
  product: string;
  /** A cardholder who is `approved`, of the same account; where `requirements.cardholder` of the account is `required`. */
  cardholder?: string | undefined;
  form: CardFormInput;
  /** Where `requirements.address` of the account says so of the form; some products want it where it is `optional`. */
  address?: CardAddress | undefined;
}

/** What proves that the physical card has arrived. */
export interface ActivateCard {
  /** Security code printed on the card. Passed on, never kept. */
  cvv: string;
  /** Last four digits of the number printed on the card. */
  last4: string;
}

/** A new PIN for a physical card. */
export interface SetCardPin {
  /** The new PIN, by the rule in `requirements.pin` of the account. Passed on, never kept. */
  pin: string;
}

/** Why a secret is asked for. */
export interface Purpose {
  /** Why it is needed, for the audit log. No personal data; one with a card number is refused. */
  purpose: string;
}

/**
 * Where the identity check stands.
 *
 * - `pending`: The application was handed in. Then `in_review`, `approved`, `rejected` or `failed`.
 * - `in_review`: The provider looks at it. Then `approved` or `rejected`.
 * - `approved`: Cards can be issued. Final, unless the provider takes it back.
 * - `rejected`: The provider said no; `failReason` says why. `pending` again after reapplyCardholder.
 * - `failed`: The application was refused and nothing exists at the provider. Final; create another.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 */
export type CardholderStatusInput = "pending" | "in_review" | "approved" | "rejected" | "failed" | "unrecognized";

/** An application for a cardholder. Exactly one of `sumsubShareToken` and `person`, as `requirements.applications` of the account says. */
export interface CreateCardholder {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The company's own id of this person; one has one cardholder per account. It must not be a card number, as which it is not treated. */
  reference: string;
  /** Share token of the identity check done at Sumsub. Passed on once, never kept. */
  sumsubShareToken?: string | undefined;
  /** Whom it is for. Passed on once, never kept. */
  person?: Person | undefined;
}

/** Another application for a cardholder who was rejected. Exactly one of `sumsubShareToken` and `person`, as `requirements.applications` of the account says. */
export interface ReapplyCardholder {
  /** Share token of the identity check done at Sumsub. Passed on once, never kept. */
  sumsubShareToken?: string | undefined;
  /** Whom it is for. Passed on once, never kept. */
  person?: Person | undefined;
}

/** A new destination. */
export interface CreateEventDestination {
  /** Where events are posted: an https URL without user, password and fragment, whose host the installation allows (`EVENTS_ALLOWED_HOSTS`). A tenant has one destination for a URL. */
  url: string;
  /** Types of events; all that the key sees by default, or with `*`. One of which it sees no event is `forbidden`. */
  types?: string[] | undefined;
  /** Only events of this account; default all. */
  account?: string | undefined;
  /** What it is for. */
  description?: string | undefined;
}

/** What is to change; the rest stays. Events that were read before are delivered as before. */
export interface UpdateEventDestination {
  /** Where events are posted: an https URL without user, password and fragment, whose host the installation allows (`EVENTS_ALLOWED_HOSTS`). A tenant has one destination for a URL. */
  url?: string | undefined;
  /** Types of events. One of which the key that created the destination saw no event is `forbidden`. */
  types?: string[] | undefined;
  /** Only events of this account; null for all. */
  account?: string | null | undefined;
  /** What it is for; null removes it. */
  description?: string | null | undefined;
}

/** Which events are to be posted once more. */
export interface ReplayEvents {
  /** Events created at this moment or later. */
  after: string;
  /** Events created before this moment, which is not before `after`; default all up to now. */
  before?: string | undefined;
  /** Of the types that it gets, only these. */
  types?: string[] | undefined;
  /** True: only those that did not get through yet, which are then tried at once. */
  onlyFailed?: boolean | undefined;
}

/** Where an event is to be posted once more. */
export interface ResendEvent {
  /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
  destination: string;
}

/** What to pull from the provider: the account's cards, or with `user` the bindings of that user. `kind` needs a `user`. */
export interface StartSync {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Given: this user's bindings. Absent: the account's cards. */
  user?: string | undefined;
  /** Which of the user's bindings; the account's first kind otherwise. */
  kind?: BindingKindInput | undefined;
  /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
  userIp?: string | undefined;
}

/**
 * Which write it is, by its operation id.
 *
 * - `createCardholder`: An application for a cardholder.
 * - `reapplyCardholder`: Another application for a rejected cardholder.
 * - `issueCard`: An order for a card.
 * - `activateCard`: A card is activated.
 * - `freezeCard`: A card is frozen.
 * - `unfreezeCard`: A card is unfrozen.
 * - `cancelCard`: A card is cancelled.
 * - `setCardPin`: A card gets a new PIN.
 * - `createTransfer`: Value is moved to or from a cardholder.
 * - `startBinding`: An SMS code is asked for.
 * - `verifyBinding`: An SMS code is handed in.
 * - `removeBinding`: A binding is removed.
 * - `startSync`: A sync is started.
 */
export type OperationTypeInput = "createCardholder" | "reapplyCardholder" | "issueCard" | "activateCard" | "freezeCard" | "unfreezeCard" | "cancelCard" | "setCardPin" | "createTransfer" | "startBinding" | "verifyBinding" | "removeBinding" | "startSync";

/**
 * What a person found out.
 *
 * - `succeeded`: The provider did it.
 * - `refused`: Nothing happened at the provider.
 */
export type ResolvedOutcome = "succeeded" | "refused";

/** What a person found out about a write of unknown outcome. */
export interface ResolveOperation {
  outcome: ResolvedOutcome;
  /** How you found out. Kept with the operation; one with a card number is refused. */
  reason: string;
  /** The provider’s id of what came of the write; needed for a success whose resource has none yet. Of a `startBinding` the id of the SMS. It must not be a card number, as which it is not treated. */
  providerRef?: string | undefined;
}

/**
 * Which way value moves.
 *
 * - `in`: From the reserve to the cardholder.
 * - `out`: From the cardholder back to the reserve.
 */
export type TransferDirectionInput = "in" | "out";

/**
 * Where a transfer stands.
 *
 * - `pending`: Sent, and not confirmed. Then `succeeded` or `failed`.
 * - `succeeded`: The provider moved the value. Final.
 * - `failed`: Nothing was moved. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 */
export type TransferStatusInput = "pending" | "succeeded" | "failed" | "unrecognized";

/** How much to move. */
export interface TransferAmount {
  /** Decimal text in major units: positive, 15 digits before and 8 behind the point at most. */
  amount: string;
  /** Currency code in capitals, e.g. `TUSDT`. */
  currency: string;
}

/** An order to move value to or from a cardholder. */
export interface CreateTransfer {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** With whom, of the same account. */
  cardholder: string;
  direction: TransferDirectionInput;
  amount: TransferAmount;
}

/** An amount as decimal text, never a float. */
export interface Money {
  /** Decimal text in major units, exactly as the provider wrote it. */
  amount: string;
  /** ISO 4217; null where the provider leaves it open. */
  currency: string | null;
}

/**
 * What became of a write.
 *
 * - `submitting`: Recorded; the answer of the provider is awaited. Then one of the others.
 * - `succeeded`: The provider did it. Final.
 * - `refused`: Certain: nothing happened. Final.
 * - `unknown`: The provider may have done it. Evidence or a person makes it `succeeded` or `refused`, or it is `superseded`.
 * - `superseded`: It was unknown when a later write of the same thing succeeded. Whether it did anything stays unknown, and nobody has to find out. Final, but for a late answer to its own call.
 *
 * More may come.
 */
export type OperationOutcome = Open<"submitting" | "succeeded" | "refused" | "unknown" | "superseded">;

/** The last write on this resource and what became of it; in the answer to a write, and to its repeats, that very one. */
export interface OperationReference {
  /** Id of an operation: `op_` and 26 characters, sortable by time. */
  id: string;
  outcome: OperationOutcome;
  /** When the outcome became unknown; absent where it is known. */
  since?: string | undefined;
  resolvesBy?: ResolvesBy | undefined;
  /** When the provider is asked next; null where it is not, absent where the outcome is known. */
  nextLookUpAt?: string | null | undefined;
}

/** A card-issuing bank. */
export interface Bank {
  /** The provider's code of the bank. */
  code: string;
  /** Its name, as the provider writes it. */
  name: string;
}

/**
 * Where a binding stands. The usual way is `starting` → `awaiting_code` → `verifying` → `bound`.
 *
 * - `starting`: The provider is asked to send the SMS. Then `awaiting_code`, `not_required`, `bound` or `refused`.
 * - `awaiting_code`: The user was sent a code. Then `verifying`, or `expired`.
 * - `verifying`: A code was handed to the provider. Then `bound`, `expired`, or `awaiting_code` again where it was wrong.
 * - `bound`: The card can be used. Then `removed` at most.
 * - `not_required`: The provider says that this card needs no binding, or no further one. Final.
 * - `expired`: No code is taken any more. Final; start another binding.
 * - `refused`: The provider did not start it; nothing was sent. Final.
 * - `removed`: It is no longer at the provider. Final, unless a list of the provider shows it again.
 *
 * More may come.
 */
export type BindingStatus = Open<"starting" | "awaiting_code" | "verifying" | "bound" | "not_required" | "expired" | "refused" | "removed">;

/**
 * What is bound.
 *
 * - `bank_card`: A bank card, bound by SMS.
 * - `token`: A token of a card.
 * - `subscription`: A token of a subscription.
 *
 * More may come.
 */
export type BindingKind = Open<"bank_card" | "token" | "subscription">;

/** The SMS code that is waited for. */
export interface BindingChallenge {
  /** When the SMS code is expected to stop working; the provider decides. */
  expiresAt: string;
  /** Wrong codes that are still allowed. One whose answer was lost counts as wrong. */
  attemptsLeft: number;
  /** When another SMS may be asked for, by a new binding. */
  resendAfter: string;
}

/** A bank card bound by SMS, or a card token, in one shape. */
export interface Binding {
  /** Id of a binding: `bind_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** The end user, by the company's own id. */
  user: string;
  kind: BindingKind;
  status: BindingStatus;
  /** First six and last four digits. */
  maskedNumber: string;
  /** Last four digits. */
  last4: string;
  /**
   * Null where the provider names none.
   *
   * The card network.
   *
   * - `visa`: Visa.
   * - `mastercard`: Mastercard.
   * - `unionpay`: UnionPay.
   * - `amex`: American Express.
   * - `discover`: Discover.
   * - `jcb`: JCB.
   * - `diners`: Diners Club.
   * - `unrecognized`: The provider names a network that no document lists.
   *
   * More may come.
   */
  network: Network | null;
  /**
   * Null where the provider does not say.
   *
   * How a card is funded.
   *
   * - `debit`: A debit card.
   * - `credit`: A credit card.
   * - `unrecognized`: The provider's word for it is one that no document lists.
   *
   * More may come.
   */
  cardType: CardType | null;
  /** The bank that issued the card; null where the provider names none. */
  bank: Bank | null;
  /** Last valid month, `YYYY-MM`. */
  expiry: string | null;
  /** Country of the issuer, as the provider writes it; null where it does not. */
  binCountry: string | null;
  /** Null where no code is waited for. */
  challenge: BindingChallenge | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  /** The last write on it; null where it came from a list and nothing was written since. */
  operation: OperationReference | null;
}

/** One page of a list. */
export interface BindingPage {
  /** The rows of this page. */
  data: Binding[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** The provider's answer to whether a binding is needed. */
export interface BindingCheck {
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. */
  user: string;
  /** First six and last four digits. */
  maskedNumber: string;
  /** The user must still bind this card. */
  bindingRequired: boolean;
}

/** A bank whose cards can be bound, with its limits. */
export interface SupportedBank {
  /** The provider's code of the bank. */
  code: string;
  /** Its name, as the provider writes it. */
  name: string;
  /** Limit of one payment, decimal text in `unit`. */
  perTransaction: string | null;
  /** Limit of a day, decimal text in `unit`. */
  perDay: string | null;
  /**
   * Null while the provider has not confirmed it: then nothing may be computed with them.
   *
   * What the limits of a bank count.
   *
   * - `yuan`: Major units.
   * - `fen`: Hundredths.
   *
   * More may come.
   */
  unit: LimitUnit | null;
}

/** Banks whose cards this user can bind. */
export interface BankList {
  /** The banks, in the order of the provider. */
  data: SupportedBank[];
}

/** The bank that issued a card. */
export interface Issuer {
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** First six and last four digits. */
  maskedNumber: string;
  /** Null when the provider names none. */
  bank: Bank | null;
}

/** The payment token of a binding. Never hand it to a browser. */
export interface RevealedBinding {
  /** Id of a binding: `bind_` and 26 characters, sortable by time. */
  binding: string;
  /** The payment token: whoever has it can pay with it. */
  token: string;
}

/**
 * What a transaction is.
 *
 * - `card_opening`: What the card itself costs.
 * - `purchase`: A payment.
 * - `atm_withdrawal`: Cash from a machine.
 * - `management_fee`: A fee of the provider.
 * - `reversal`: Takes back the transaction that `related` names.
 * - `refund`: A merchant pays back; `related` names the payment where the provider knows it.
 * - `unrecognized`: The provider names a type that no document lists: see `providerType`.
 *
 * More may come.
 */
export type TransactionType = Open<"card_opening" | "purchase" | "atm_withdrawal" | "management_fee" | "reversal" | "refund" | "unrecognized">;

/**
 * Where a transaction stands.
 *
 * - `pending`: Authorised or under way. Then `succeeded` or `failed`.
 * - `succeeded`: It was booked. Final; what is taken back is a transaction of its own.
 * - `failed`: It was declined or came to nothing. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 *
 * More may come.
 */
export type TransactionStatus = Open<"pending" | "succeeded" | "failed" | "unrecognized">;

/** One fee of a transaction. */
export interface TransactionFee {
  /** The provider's word for the fee, e.g. `Exchange_fee`. */
  type: string;
  /** Decimal text in the currency of the card. */
  amount: string;
}

/** Who is paid; null is what the provider does not say. */
export interface Merchant {
  /** Its name. */
  name: string | null;
  /** ISO 18245. */
  categoryCode: string | null;
  /** Where it is. */
  city: string | null;
  /** Its country, as the provider writes it. */
  country: string | null;
}

/** A payment, withdrawal, fee, reversal or refund on a card. */
export interface Transaction {
  /** Id of a transaction: `txn_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** Id of a card: `card_` and 26 characters, sortable by time. */
  card: string;
  type: TransactionType;
  /** The provider's own word for the type. */
  providerType: string;
  status: TransactionStatus;
  /** The provider's own word for the status. */
  providerStatus: string;
  /** In the currency of the card, which the provider leaves open. */
  amount: Money;
  /** In the currency of the merchant. */
  localAmount: Money | null;
  /** All fees together. */
  fee: Money | null;
  /** Each fee by the provider’s word; empty where it names none. */
  fees: TransactionFee[];
  /** Null where there is none. */
  merchant: Merchant | null;
  /** The provider's id of the transaction this one belongs to. */
  related: string | null;
  /** When the provider last changed its record. */
  modifiedAt: string | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
}

/** One page of a list. */
export interface TransactionPage {
  /** The rows of this page. */
  data: Transaction[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/**
 * What became of a callback.
 *
 * - `received`: Stored and acknowledged, not processed yet. Then one of the others.
 * - `processed`: What it says has been taken over. Final, unless it is replayed.
 * - `failed`: Processing it failed each time; `failure` says why. `received` again after replayCallback.
 *
 * More may come.
 */
export type CallbackState = Open<"received" | "processed" | "failed">;

/** A verified notification of a provider. Its content is sealed and not shown. */
export interface Callback {
  /** Id of a callback: `cbk_` and 26 characters, sortable by time. */
  id: string;
  /** The provider that sent it. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** What it says: `card_changed`, `card_hint`, `transaction`, `authorization`, … */
  kind: string;
  state: CallbackState;
  /** How often the provider has sent it. */
  deliveries: number;
  /**
   * What an `authorization` was answered; null for all others.
   *
   * The answer to a payment.
   *
   * - `approve`: The payment may be made.
   * - `decline`: The payment is declined.
   *
   * More may come.
   */
  decision: Decision | null;
  /** Why processing it failed. */
  failure: string | null;
  /** When it first came. */
  receivedAt: string;
  /** When it was processed; null before. */
  processedAt: string | null;
}

/** One page of a list. */
export interface CallbackPage {
  /** The rows of this page. */
  data: Callback[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/**
 * Where a card stands. The usual way is `pending` → `inactive` (physical cards alone) → `active` ⇄ `frozen` → `cancelling` → `cancelled`.
 *
 * - `pending`: Ordered; the provider has not made it yet. Then `inactive`, `active` or `failed`.
 * - `inactive`: Made, and not usable before activateCard. Then `active`, or it is cancelled.
 * - `active`: It pays. Then `frozen`, `cancelling`, `cancelled`, `lost` or `replaced`.
 * - `frozen`: Payments are declined until unfreezeCard makes it `active` again; it can be cancelled.
 * - `cancelling`: Its cancellation was asked for and has not come into effect. Then `cancelled`.
 * - `cancelled`: It was cancelled for good. Final.
 * - `failed`: The provider did not make it. Final.
 * - `lost`: The provider has it as lost. Final here; the provider may replace it.
 * - `replaced`: Another card has taken its place. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 *
 * More may come.
 */
export type CardStatus = Open<"pending" | "inactive" | "active" | "frozen" | "cancelling" | "cancelled" | "failed" | "lost" | "replaced" | "unrecognized">;

/** A card, the same whichever provider issued it. */
export interface Card {
  /** Id of a card: `card_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** Its product; null where it is not known. */
  product: string | null;
  /** Whose it is; null where it is not known. */
  cardholder: string | null;
  /**
   * Null where the provider does not say.
   *
   * What a card is made as.
   *
   * - `virtual`: A number without plastic.
   * - `physical`: A card that is sent to an address and activated when it has arrived.
   *
   * More may come.
   */
  form: CardForm | null;
  /**
   * Null where the provider names none.
   *
   * The card network.
   *
   * - `visa`: Visa.
   * - `mastercard`: Mastercard.
   * - `unionpay`: UnionPay.
   * - `amex`: American Express.
   * - `discover`: Discover.
   * - `jcb`: JCB.
   * - `diners`: Diners Club.
   * - `unrecognized`: The provider names a network that no document lists.
   *
   * More may come.
   */
  network: Network | null;
  /** Last four digits of its number; null until they are known. */
  last4: string | null;
  /** Last valid month, `YYYY-MM`. */
  expiry: string | null;
  status: CardStatus;
  /** The provider's own word for the status; null until it said one. */
  providerStatus: string | null;
  /** What is on it, where the provider says so. */
  balance: Money | null;
  /** All that was ever loaded onto the card. */
  totalLoaded: Money | null;
  /** When it was activated, where the provider says so. */
  activatedAt: string | null;
  /** When its cancellation was asked for, where the provider says so. */
  cancelRequestedAt: string | null;
  /** When it was cancelled, where the provider says so. */
  cancelledAt: string | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  /** The last write on it; null where it came by a sync and nothing was written since. */
  operation: OperationReference | null;
}

/** One page of a list. */
export interface CardPage {
  /** The rows of this page. */
  data: Card[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** The secrets of a card, straight from the provider. Never store them. */
export interface RevealedCard {
  /** Id of a card: `card_` and 26 characters, sortable by time. */
  card: string;
  /** Full card number. */
  number: string;
  /** Last valid month, `YYYY-MM`. */
  expiry: string | null;
  /** Security code; null where the provider gives none. */
  cvv: string | null;
}

/** Lets the provider's own frame show a card to its holder. */
export interface FrameToken {
  /** Id of a card: `card_` and 26 characters, sortable by time. */
  card: string;
  /** One-time token for the provider's hosted frame. */
  token: string;
  /** When the token ends, used or not. */
  expiresAt: string;
}

/**
 * What can be ordered of a product now. `issuable` says it in one word.
 *
 * - `available`: It can be ordered.
 * - `maintenance_planned`: It can be ordered until a maintenance that is announced.
 * - `maintenance`: It cannot be ordered for the time of a maintenance.
 * - `delisted`: It is no longer offered.
 * - `listing_planned`: It will be offered later.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`.
 *
 * More may come.
 */
export type ProductStatus = Open<"available" | "maintenance_planned" | "maintenance" | "delisted" | "listing_planned" | "unrecognized">;

/** What the provider limits the cards of a product to. */
export interface ProductLimits {
  /** Highest balance, decimal text in major units; null where there is none. */
  balance: string | null;
  /** Spending in a week, decimal text in major units; null where there is none. */
  weekly: string | null;
  /** Withdrawals in a day, decimal text in major units; null where there is none. */
  atmDaily: string | null;
  /** Withdrawals in a month, decimal text in major units; null where there is none. */
  atmMonthly: string | null;
}

/** A card product: a BIN, a package or a programme of the provider, in one shape. */
export interface CardProduct {
  /** Id of a card product: `prod_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** The provider's name of it. */
  name: string | null;
  /** Leading digits of its card numbers, as the provider states them. */
  bin: string | null;
  /**
   * Null where the provider names none.
   *
   * The card network.
   *
   * - `visa`: Visa.
   * - `mastercard`: Mastercard.
   * - `unionpay`: UnionPay.
   * - `amex`: American Express.
   * - `discover`: Discover.
   * - `jcb`: JCB.
   * - `diners`: Diners Club.
   * - `unrecognized`: The provider names a network that no document lists.
   *
   * More may come.
   */
  network: Network | null;
  /**
   * Null where the provider does not say.
   *
   * How a card is funded.
   *
   * - `debit`: A debit card.
   * - `credit`: A credit card.
   * - `unrecognized`: The provider's word for it is one that no document lists.
   *
   * More may come.
   */
  category: CardType | null;
  /** Forms to order; null if the provider does not say. */
  forms: CardForm[] | null;
  /** Currencies that it pays in; empty where none are named. */
  currencies: string[];
  /** Currency of its balance; null where the provider leaves it open. */
  balanceCurrency: string | null;
  /** The provider's word for where it is issued. */
  region: string | null;
  /** The issuing bank, where the provider names it. */
  bank: string | null;
  status: ProductStatus;
  /** The provider's own word for the status; null until it said one. */
  providerStatus: string | null;
  /** New cards of it can be ordered now. */
  issuable: boolean;
  /** Null where the provider states none. */
  limits: ProductLimits | null;
  /** When the provider last listed it. */
  seenAt: string;
}

/** One page of a list. */
export interface CardProductPage {
  /** The rows of this page. */
  data: CardProduct[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/**
 * Where the identity check stands.
 *
 * - `pending`: The application was handed in. Then `in_review`, `approved`, `rejected` or `failed`.
 * - `in_review`: The provider looks at it. Then `approved` or `rejected`.
 * - `approved`: Cards can be issued. Final, unless the provider takes it back.
 * - `rejected`: The provider said no; `failReason` says why. `pending` again after reapplyCardholder.
 * - `failed`: The application was refused and nothing exists at the provider. Final; create another.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 *
 * More may come.
 */
export type CardholderStatus = Open<"pending" | "in_review" | "approved" | "rejected" | "failed" | "unrecognized">;

/** A person in whose name cards are issued, and the state of the identity check. */
export interface Cardholder {
  /** Id of a cardholder: `chd_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** The caller's own id of this person. */
  reference: string;
  status: CardholderStatus;
  /** The provider's own word for the status; null until it said one. */
  providerStatus: string | null;
  /** The provider's reason for a rejection, redacted. */
  failReason: string | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  /** The last write on it; null where there was none. */
  operation: OperationReference | null;
}

/** One page of a list. */
export interface CardholderPage {
  /** The rows of this page. */
  data: Cardholder[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/**
 * What a cardholder is applied for with.
 *
 * - `sumsub`: The share token of an identity check done at Sumsub: `sumsubShareToken`.
 * - `person`: The person's own data, which the provider checks: `person`.
 *
 * More may come.
 */
export type ApplicationKind = Open<"sumsub" | "person">;

/**
 * What happened. Ignore types that you do not know.
 *
 * - `card.pending`: The card was ordered, or the provider shows it as pending.
 * - `card.inactive`: The card is issued and must be activated.
 * - `card.activated`: The card is active.
 * - `card.frozen`: The card is frozen.
 * - `card.unfrozen`: The card was frozen, and is active again.
 * - `card.cancelling`: The provider is cancelling the card.
 * - `card.cancelled`: The card is cancelled.
 * - `card.failed`: The order of the card failed: there is none.
 * - `card.lost`: The card is reported as lost.
 * - `card.replaced`: The card was replaced by another.
 * - `card.unrecognized`: The provider shows a status of the card that the gateway does not know.
 * - `card.removed`: This id is no longer shown: a list had brought the card in before its order was found, and the card goes on under the id of its order.
 * - `card.updated`: Something else of the card changed; `previous` says what.
 * - `cardholder.pending`: The cardholder was submitted.
 * - `cardholder.in_review`: The provider reviews the cardholder.
 * - `cardholder.approved`: The cardholder may have cards.
 * - `cardholder.rejected`: The provider rejected the cardholder; `data.failReason` says why, where it did.
 * - `cardholder.failed`: The application was refused: the provider does not have the cardholder.
 * - `cardholder.unrecognized`: The provider shows a status of the cardholder that the gateway does not know.
 * - `cardholder.updated`: Something else of the cardholder changed; `previous` says what.
 * - `binding.starting`: The binding was requested.
 * - `binding.awaiting_code`: The user has been sent a code.
 * - `binding.verifying`: A code is being checked.
 * - `binding.bound`: The bank card is bound.
 * - `binding.not_required`: The provider needs no binding of this card.
 * - `binding.expired`: The time for the code is over.
 * - `binding.refused`: The binding was refused.
 * - `binding.removed`: The binding was removed.
 * - `binding.updated`: Something else of the binding changed; `previous` says what.
 * - `transaction.created`: A transaction of a card was seen for the first time.
 * - `transaction.updated`: A transaction changed; `previous` says what.
 * - `transfer.pending`: The transfer was requested.
 * - `transfer.succeeded`: The transfer succeeded.
 * - `transfer.failed`: The transfer failed.
 * - `transfer.updated`: Something else of the transfer changed; `previous` says what.
 * - `operation.unknown`: A request was sent to the provider, and its outcome is not known yet.
 * - `operation.needs_person`: The same, and only a person can find it out (POST /v1/operations/{id}/resolve).
 * - `operation.succeeded`: A request succeeded.
 * - `operation.refused`: A request was refused, and had no effect.
 * - `operation.superseded`: An unknown outcome no longer matters: a later request on the same resource succeeded.
 * - `sync.completed`: A sync has read all there is.
 * - `sync.failed`: A sync was given up; `data.failure` says why.
 * - `callback.failed`: A callback of a provider could not be processed.
 * - `account.circuit_opened`: The provider fails so often that calls to it are refused for a while.
 * - `account.circuit_closed`: Calls to the provider are made again.
 * - `destination.failing`: An event destination does not accept events.
 * - `destination.disabled`: An event destination gets no events any more until it is enabled.
 * - `destination.ping`: A test that pingEventDestination posts; it is in no feed.
 *
 * More may come.
 */
export type EventType = Open<"card.pending" | "card.inactive" | "card.activated" | "card.frozen" | "card.unfrozen" | "card.cancelling" | "card.cancelled" | "card.failed" | "card.lost" | "card.replaced" | "card.unrecognized" | "card.removed" | "card.updated" | "cardholder.pending" | "cardholder.in_review" | "cardholder.approved" | "cardholder.rejected" | "cardholder.failed" | "cardholder.unrecognized" | "cardholder.updated" | "binding.starting" | "binding.awaiting_code" | "binding.verifying" | "binding.bound" | "binding.not_required" | "binding.expired" | "binding.refused" | "binding.removed" | "binding.updated" | "transaction.created" | "transaction.updated" | "transfer.pending" | "transfer.succeeded" | "transfer.failed" | "transfer.updated" | "operation.unknown" | "operation.needs_person" | "operation.succeeded" | "operation.refused" | "operation.superseded" | "sync.completed" | "sync.failed" | "callback.failed" | "account.circuit_opened" | "account.circuit_closed" | "destination.failing" | "destination.disabled" | "destination.ping">;

/** A change of a resource. */
export interface Event {
  /** Id of an event: `evt_` and 26 characters, sortable by time. */
  id: string;
  type: EventType;
  /** The provider behind the account; null without one. */
  provider: string | null;
  /** The provider account; null for what belongs to none. */
  account: string | null;
  /** Id of the thing that changed; of an account, its name; of a ping, its own id. */
  subject: string;
  /** Counts the events of this subject: 1, 2, 3 … An older one that comes later can be ignored. */
  subjectVersion: number;
  /** The subject at this version, as its GET shows it; its `product`, `cardholder`, `operation` and attempts are as of now. Of an account only `account`, `provider` and `health`; of a ping the destination. Null if it can no longer be shown, or not yet: a transaction of a card that the gateway does not know. */
  data: Record<string, unknown> | null;
  /** The members of `data` that changed, as they were before; null for the first event of a new subject, and where it is no longer shown. Amounts that are equal, as 0.1 and 0.10, are no change. */
  previous: Record<string, unknown> | null;
  /** The request whose outcome changed the subject; null where something that the provider showed did: in a callback, a list, a read or a sync, also if that turns out to be what a request of unknown outcome did. */
  operation: string | null;
  /** `x-request-id` of the request that asked for that operation; null where there is none. */
  requestId: string | null;
  /** Its place in the feed: give it as `after` to read on behind it. Null where it was not read from the log: in `getEvent`, and of a ping. */
  cursor: string | null;
  /** When it happened here. */
  createdAt: string;
}

/** A part of the event feed. */
export interface EventPage {
  /** Events, oldest first. */
  data: Event[];
  /** Give it as `after` for what comes next; it is there on an empty page too. Keep it. */
  nextCursor: string;
  /** Whether there is more to read at once. */
  hasMore: boolean;
}

/** An event in the form of CloudEvents 1.0, whole in `data`. */
export interface CloudEvent {
  /** `1.0`, of CloudEvents. */
  specversion: string;
  /** Id of an event: `evt_` and 26 characters, sortable by time. */
  id: string;
  /** `urn:card-gateway:` and the account; without it for what belongs to none. */
  source: string;
  type: EventType;
  /** Id of the thing that changed. */
  subject: string;
  /** When it happened here. */
  time: string;
  /** `application/json`: of `data`. */
  datacontenttype: string;
  data: Event;
}

/** A batch of CloudEvents 1.0. */
export type CloudEvents = CloudEvent[];

/**
 * Whether a destination gets events.
 *
 * - `active`: Events are posted as they come.
 * - `failing`: The last attempts failed. Single events are tried, at growing intervals of up to an hour.
 * - `disabled`: Nothing is posted. enableEventDestination goes on where it stopped.
 *
 * More may come.
 */
export type EventDestinationStatus = Open<"active" | "failing" | "disabled">;

/** Events of the past that are posted once more, and how far that is. */
export interface RunningReplay {
  /** Events created at this moment or later. */
  after: string;
  /** Events created before this moment. */
  before: string;
  /** Of the types that the destination gets, only these. */
  types: string[];
  /** How many events of the log it has still to look through, those of others among them. */
  remaining: number;
}

/** A URL to which events are posted. */
export interface EventDestination {
  /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
  id: string;
  /** Where events are posted. */
  url: string;
  /** The types of events that it gets. */
  types: string[];
  /** Only events of this account; null for all. */
  account: string | null;
  /** What it is for, as its owner wrote it. */
  description: string | null;
  /** What it may see: the scopes of the key that created it. A key that lacks one of them cannot change it, replay or resend to it. */
  scopes: string[];
  status: EventDestinationStatus;
  /**
   * Null unless it is disabled.
   *
   * Why a destination is disabled.
   *
   * - `requested`: disableEventDestination was called.
   * - `gone`: It answered 410.
   * - `failing`: No attempt succeeded for 72 hours.
   *
   * More may come.
   */
  disabledReason: EventDestinationDisabledReason | null;
  /** When the first attempt failed after which none has succeeded; null if the last one succeeded. */
  failingSince: string | null;
  /** When an attempt last succeeded; null before the first. */
  lastSuccessAt: string | null;
  /** When the latest event was written that was removed for its age before the destination got it: list what you copy anew. Null if it has missed none. */
  missedUntil: string | null;
  /** What is posted once more at the moment. Null without a replay, and once each of its events was delivered or is tried again like any other. */
  replay: RunningReplay | null;
  /** When it was created. It gets the events from then on. */
  createdAt: string;
  /** When it was last changed by a request. */
  updatedAt: string;
}

/** A destination and its new secret. */
export interface EventDestinationWithSecret {
  /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
  id: string;
  /** Where events are posted. */
  url: string;
  /** The types of events that it gets. */
  types: string[];
  /** Only events of this account; null for all. */
  account: string | null;
  /** What it is for, as its owner wrote it. */
  description: string | null;
  /** What it may see: the scopes of the key that created it. A key that lacks one of them cannot change it, replay or resend to it. */
  scopes: string[];
  status: EventDestinationStatus;
  /**
   * Null unless it is disabled.
   *
   * Why a destination is disabled.
   *
   * - `requested`: disableEventDestination was called.
   * - `gone`: It answered 410.
   * - `failing`: No attempt succeeded for 72 hours.
   *
   * More may come.
   */
  disabledReason: EventDestinationDisabledReason | null;
  /** When the first attempt failed after which none has succeeded; null if the last one succeeded. */
  failingSince: string | null;
  /** When an attempt last succeeded; null before the first. */
  lastSuccessAt: string | null;
  /** When the latest event was written that was removed for its age before the destination got it: list what you copy anew. Null if it has missed none. */
  missedUntil: string | null;
  /** What is posted once more at the moment. Null without a replay, and once each of its events was delivered or is tried again like any other. */
  replay: RunningReplay | null;
  /** When it was created. It gets the events from then on. */
  createdAt: string;
  /** When it was last changed by a request. */
  updatedAt: string;
  /** The secret that signs what is posted (Standard Webhooks): `whsec_` and base64. It is shown here and never again. */
  secret: string;
}

/** One page of a list. */
export interface EventDestinationPage {
  /** The rows of this page. */
  data: EventDestination[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** One attempt to post an event to a destination. */
export interface DeliveryAttempt {
  /** Id of an event: `evt_` and 26 characters, sortable by time. */
  event: string;
  type: EventType;
  /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
  destination: string;
  /** Counts the attempts for this event at this destination: 1, 2, 3 … */
  attempt: number;
  /** Whether the destination answered 2xx. */
  delivered: boolean;
  /** Status of the answer; null without one. */
  httpStatus: number | null;
  /** Why it failed, as a code: `HTTP_500`, `TimeoutError`, `ECONNREFUSED`, `ADDRESS_NOT_ALLOWED`, … */
  failure: string | null;
  /** The beginning of the answer to a failed attempt, with what could be card data or a secret masked. */
  answer: string | null;
  /** Milliseconds until the answer or the failure. */
  durationMs: number;
  /** When it began. */
  attemptedAt: string;
  /** When the next attempt was due, as planned after this one; null where none was planned. */
  nextAttemptAt: string | null;
}

/** One page of a list. */
export interface DeliveryAttemptPage {
  /** The rows of this page. */
  data: DeliveryAttempt[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/**
 * How far a sync is.
 *
 * - `queued`: It waits for its turn. Then `running`.
 * - `running`: Pages are read; after a restart it goes on where it stopped. Then `succeeded` or `failed`.
 * - `succeeded`: All there is has been read. Final.
 * - `failed`: It was given up; `failure` says why, and what was read stays. Final; start another.
 *
 * More may come.
 */
export type SyncStatus = Open<"queued" | "running" | "succeeded" | "failed">;

/**
 * What a sync pulls.
 *
 * - `cards`: All cards of the account.
 * - `bank_card`: The bank cards of one user.
 * - `token`: The card tokens of one user.
 * - `subscription`: The subscription tokens of one user.
 *
 * More may come.
 */
export type SyncKind = Open<"cards" | "bank_card" | "token" | "subscription">;

/** A pull of an account's cards, or of one user's bindings, with its progress. */
export interface Sync {
  /** Id of a sync: `sync_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  kind: SyncKind;
  /** Whose bindings are pulled; null for a sync of cards. */
  user: string | null;
  status: SyncStatus;
  /** Pages read so far. A list of more than one is read again until that brings nothing new. */
  pages: number;
  /** Different rows read so far. */
  seen: number;
  /** Rows that could not be read, not even their id; they are not stored. */
  unreadable: number;
  /** Rows there are, where the provider says so. */
  total: number | null;
  /** Why it failed; a new sync starts afresh. */
  failure: string | null;
  /** When it was asked for. */
  createdAt: string;
  /** When its first page was asked for; null before. */
  startedAt: string | null;
  /** When it ended; null before. */
  finishedAt: string | null;
  /** The request that started it; null where a schedule did. */
  operation: OperationReference | null;
}

/**
 * Which write it is, by its operation id.
 *
 * - `createCardholder`: An application for a cardholder.
 * - `reapplyCardholder`: Another application for a rejected cardholder.
 * - `issueCard`: An order for a card.
 * - `activateCard`: A card is activated.
 * - `freezeCard`: A card is frozen.
 * - `unfreezeCard`: A card is unfrozen.
 * - `cancelCard`: A card is cancelled.
 * - `setCardPin`: A card gets a new PIN.
 * - `createTransfer`: Value is moved to or from a cardholder.
 * - `startBinding`: An SMS code is asked for.
 * - `verifyBinding`: An SMS code is handed in.
 * - `removeBinding`: A binding is removed.
 * - `startSync`: A sync is started.
 *
 * More may come.
 */
export type OperationType = Open<"createCardholder" | "reapplyCardholder" | "issueCard" | "activateCard" | "freezeCard" | "unfreezeCard" | "cancelCard" | "setCardPin" | "createTransfer" | "startBinding" | "verifyBinding" | "removeBinding" | "startSync">;

/**
 * Why nothing happened, the same for every provider.
 *
 * - `not_sent`: The request never left: no name, no connection, no TLS.
 * - `invalid_request`: The provider finds the request faulty.
 * - `not_found`: The provider does not have what the request names.
 * - `conflict`: It exists already, or its state does not allow this.
 * - `declined`: The provider does not want to.
 * - `wrong_code`: The code is wrong.
 * - `rate_limited`: The provider got too many requests.
 * - `unavailable`: The provider cannot do it now.
 * - `configuration`: The account is not set up for it; an operator mends that.
 * - `unsupported`: The account cannot do this.
 *
 * More may come.
 */
export type RefusalReason = Open<"not_sent" | "invalid_request" | "not_found" | "conflict" | "declined" | "wrong_code" | "rate_limited" | "unavailable" | "configuration" | "unsupported">;

/** Why the provider did nothing. */
export interface Refusal {
  reason: RefusalReason;
  /** The provider's code; null where it gave none. */
  code: string | null;
  /** The provider's text, redacted. */
  message: string | null;
}

/** The word of the person who resolved an operation. */
export interface Resolution {
  /** The service whose API key it was. */
  caller: string;
  /** Id of that API key. */
  apiKey: string;
  /** How the person found out. */
  reason: string;
  /** The provider's id that the person gave. */
  providerRef: string | null;
  /** When the person said it. */
  resolvedAt: string;
}

/**
 * Where evidence is from.
 *
 * - `send`: The call itself.
 * - `look-up`: A look-up that was made for it.
 * - `callback`: A verified callback.
 * - `list`: A list that was read.
 * - `person`: A person's word.
 *
 * More may come.
 */
export type AttemptKind = Open<"send" | "look-up" | "callback" | "list" | "person">;

/**
 * What evidence shows.
 *
 * - `done`: The provider did it.
 * - `refused`: Nothing happened.
 * - `unknown`: It shows neither.
 * - `absent`: The look-up did not find it (yet), which proves nothing.
 *
 * More may come.
 */
export type AttemptOutcome = Open<"done" | "refused" | "unknown" | "absent">;

/** One piece of evidence about a write. */
export interface Attempt {
  kind: AttemptKind;
  /** When it began. */
  startedAt: string;
  /** When it ended. */
  finishedAt: string;
  outcome: AttemptOutcome;
  /** HTTP status of the provider; null where none came. */
  httpStatus: number | null;
  /** The provider's code; null where it gave none. */
  providerCode: string | null;
  /** The provider's text, redacted. */
  providerMessage: string | null;
}

/** One write, what was sent, what was said, and how it was resolved. */
export interface Operation {
  /** Id of an operation: `op_` and 26 characters, sortable by time. */
  id: string;
  type: OperationType;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The service that asked for it. */
  caller: string;
  outcome: OperationOutcome;
  /** Id of the card, cardholder, transfer, binding or sync it is about. */
  resource: string;
  /**
   * Null where the outcome was never unknown.
   *
   * Why an outcome is, or was, not known.
   *
   * - `no_answer`: No answer came.
   * - `unreadable_answer`: The answer does not say what was done: it is not as documented, or names nothing that was made.
   * - `unlisted_code`: The answer had a code that no document lists.
   *
   * More may come.
   */
  unknownBecause: UnknownReason | null;
  /** Null where it was not refused. */
  refusal: Refusal | null;
  /** Since when the outcome is not known; null when it is, or is still awaited. */
  unknownSince: string | null;
  /**
   * Null where the outcome is not unknown.
   *
   * What an unknown outcome waits for.
   *
   * - `look-up`: The gateway keeps asking the provider.
   * - `person`: Nothing can be asked: a person finds out and calls resolveOperation.
   *
   * More may come.
   */
  resolvesBy: ResolvesBy | null;
  /** When the provider is asked next; null where it is not asked. */
  nextLookUpAt: string | null;
  /**
   * Null until the outcome is known.
   *
   * What showed the outcome of a write.
   *
   * - `answer`: The answer to the call itself.
   * - `look-up`: A look-up that was made for it.
   * - `callback`: A verified callback.
   * - `list`: A list that showed it.
   * - `person`: A person; `resolution` has the word.
   *
   * More may come.
   */
  resolvedBy: ResolvedBy | null;
  /** The word of the person who resolved it. */
  resolution: Resolution | null;
  /** A later write of the same thing, which succeeded while the outcome of this one was unknown. Nothing is asked about this one any more. */
  supersededBy: string | null;
  /** When it was recorded, before it was sent. */
  createdAt: string;
  /** When its outcome became known; null before. */
  resolvedAt: string | null;
  /** The evidence: every call about this write and what else showed its outcome, oldest first; look-ups that showed the same are one entry. */
  attempts: Attempt[];
}

/** How many writes of an account are unknown. */
export interface UnresolvedAccount {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Writes whose outcome nobody knows. */
  unknown: number;
  /** Of those, the ones that a person must resolve. */
  waitingForPerson: number;
  /** Since when the oldest of them is unknown. */
  oldestUnknownSince: string;
}

/** One page of operations, and how many are unknown in all. */
export interface OperationPage {
  /** The rows of this page. */
  data: Operation[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
  /** What is unknown at each account that has any, of the types that the key may read, whatever this page shows. */
  unresolved: UnresolvedAccount[];
}

/**
 * Whether an account can do something.
 *
 * - `documented`: It can.
 * - `needs-settings`: It could, with a setting that the provider has not published; `reason` names it.
 * - `absent`: It cannot; `reason` says why.
 *
 * More may come.
 */
export type CapabilityState = Open<"documented" | "needs-settings" | "absent">;

/** An operation of this API and whether the account can do it. */
export interface AccountOperation {
  /** Operation id of this API. */
  operation: string;
  state: CapabilityState;
  /** Why it cannot be used; null where it can. */
  reason: string | null;
}

/** A call or notification of the provider's documents. */
export interface ProviderCall {
  /** Path or action of the provider; the title where no path is published. */
  name: string;
  /** What it is for. */
  title: string;
  /** Where the contract in `docs/providers/contracts/` tells of it. */
  source: string;
  state: CapabilityState;
  /** Why it is not used; null where it is. */
  reason: string | null;
}

/** Whether an order for a card names an address, by the form of the card. */
export interface AddressNeeds {
  /** Of a virtual card. */
  virtual: Need;
  /** Of a physical card. */
  physical: Need;
}

/** What a bank card can be bound for at the account. */
export interface AccountPurpose {
  /** What `purpose` says. */
  purpose: string;
  /** What the order names besides, e.g. `loanOrder`. */
  fields: string[];
}

/** What calls of an account name, and what it can tell. */
export interface AccountRequirements {
  /**
   * Of issueCard; null where the account issues no cards.
   *
   * Whether an order names something.
   *
   * - `required`: It must; without it the order is refused.
   * - `optional`: It may; a product of the provider may still want it.
   * - `none`: It must not.
   *
   * More may come.
   */
  cardholder: Need | null;
  /** Of issueCard; null where the account issues no cards. */
  address: AddressNeeds | null;
  /** What createCardholder takes; empty where the account has no cardholders. */
  applications: ApplicationKind[];
  /** The rule of a PIN; null where there is none to set, or no rule. */
  pin: string | null;
  /** What startBinding takes; empty where it asks for no purpose. */
  purposes: AccountPurpose[];
  /** The kinds of bindings that the account can list. */
  bindingKinds: BindingKind[];
  /** Calls about an end user name the user's address, `userIp`. */
  userIp: boolean;
  /** The types of transactions that the account can show; `unrecognized` may always come. */
  transactionTypes: TransactionType[];
  /** Milliseconds that the provider waits for the decision about a payment; null where it asks for none. */
  decisionTimeMs: number | null;
}

/**
 * How the last call of an account went.
 *
 * - `up`: The provider answered it.
 * - `down`: No answer came.
 * - `unknown`: There was none since the start of this process.
 *
 * More may come.
 */
export type HealthStatus = Open<"up" | "down" | "unknown">;

/**
 * Whether the provider is asked.
 *
 * - `closed`: It is asked.
 * - `open`: It is left alone for a while, after many failures in a row: 503 `circuit-open`. Then `half-open`.
 * - `half-open`: One call tries it again. Then `closed` or `open`.
 *
 * More may come.
 */
export type CircuitState = Open<"closed" | "open" | "half-open">;

/** What the calls of this process since its start showed. */
export interface AccountHealth {
  status: HealthStatus;
  /** When the provider last answered; null before it did. */
  lastAnswerAt: string | null;
  /** When a call last failed; null before one did. */
  lastFailureAt: string | null;
  /** The connection's error code. */
  lastFailure: string | null;
  circuit: CircuitState;
}

/** A configured account at a provider and what it can do. */
export interface ProviderAccount {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider’s id, the same for all its accounts. */
  provider: string;
  /** The provider's name for people. */
  title: string;
  /** The account is marked as a test account. */
  sandbox: boolean;
  /** What this account can do. */
  operations: AccountOperation[];
  /** Every call and notification of the provider's documents, and whether the gateway uses it. */
  calls: ProviderCall[];
  requirements: AccountRequirements;
  /** What rests on an unconfirmed assumption. */
  notes: string[];
  health: AccountHealth;
}

/** The caller's accounts. */
export interface ProviderAccountList {
  /** The accounts, by name. */
  data: ProviderAccount[];
}

/**
 * Which way value moves.
 *
 * - `in`: From the reserve to the cardholder.
 * - `out`: From the cardholder back to the reserve.
 *
 * More may come.
 */
export type TransferDirection = Open<"in" | "out">;

/**
 * Where a transfer stands.
 *
 * - `pending`: Sent, and not confirmed. Then `succeeded` or `failed`.
 * - `succeeded`: The provider moved the value. Final.
 * - `failed`: Nothing was moved. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`. Anything may follow.
 *
 * More may come.
 */
export type TransferStatus = Open<"pending" | "succeeded" | "failed" | "unrecognized">;

/** Value moved between the company’s reserve and a cardholder. */
export interface Transfer {
  /** Id of a transfer: `trf_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** With whom; null where it is not known here. */
  cardholder: string | null;
  direction: TransferDirection;
  amount: Money;
  status: TransferStatus;
  /** The provider's own word for the status; null until it said one. */
  providerStatus: string | null;
  /** The cardholder's balance before. */
  balanceBefore: Money | null;
  /** The cardholder's balance after. */
  balanceAfter: Money | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  /** The write that ordered it. */
  operation: OperationReference | null;
}

/** One page of a list. */
export interface TransferPage {
  /** The rows of this page. */
  data: Transfer[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** What a cardholder has in one currency. */
export interface Balance {
  /** Currency code of the provider, e.g. `TUSDT`. */
  currency: string;
  /** The chain of a token currency, where the provider names one. */
  chain: string | null;
  /** Decimal text, as the provider wrote it. */
  amount: string;
  /** What it is worth in US dollars, decimal text; null where the provider gives none. */
  usdValue: string | null;
  /** Bonus in this currency, decimal text; null where the provider gives none. */
  bonus: string | null;
  /** What the bonus is worth in US dollars, decimal text; null where the provider gives none. */
  bonusUsdValue: string | null;
}

/** A cardholder's accounts, straight from the provider. */
export interface BalanceList {
  /** One entry for each currency and chain. */
  data: Balance[];
}

/**
 * Which way value moved.
 *
 * - `in`: Into the wallet.
 * - `out`: Out of the wallet.
 * - `unrecognized`: The provider's word for it is one that no document lists.
 *
 * More may come.
 */
export type WalletDirection = Open<"in" | "out" | "unrecognized">;

/**
 * Where an entry of the wallet stands.
 *
 * - `awaiting_approval`: The provider has not decided. Then `approved` or `rejected`.
 * - `approved`: It was booked. Final.
 * - `rejected`: It was not booked; `rejectReason` says why. Final.
 * - `unrecognized`: The provider names a status that no document lists: see `providerStatus`.
 *
 * More may come.
 */
export type WalletEntryStatus = Open<"awaiting_approval" | "approved" | "rejected" | "unrecognized">;

/** One movement in one currency of the company’s wallet. */
export interface WalletEntry {
  /** The provider's id of the transaction. */
  providerRef: string;
  /** The business record behind the entry. */
  record: string | null;
  /** Another system's id of it, where the provider names one. */
  external: string | null;
  direction: WalletDirection;
  /** The provider’s number of the type; its meanings are not published. */
  providerType: string;
  /** The provider's words for it. */
  description: string | null;
  amount: Money;
  /** What was in the wallet before. */
  balanceBefore: Money | null;
  /** What was in it then. */
  balanceAfter: Money | null;
  status: WalletEntryStatus;
  /** The provider's own word for the status. */
  providerStatus: string;
  /** Why it was rejected. */
  rejectReason: string | null;
  /** A remark of the provider. */
  remark: string | null;
  /** When it was made, by the provider. */
  at: string | null;
}

/** The entries of one transaction of the company’s wallet: one, or two for a currency exchange. */
export interface WalletTransaction {
  /** Its entries; empty where the provider knows none. */
  data: WalletEntry[];
}

/**
 * The kind of problem, for programs.
 *
 * - `malformed-request`: The request could not be read. The body is no JSON, or something of the request cannot be read at all.
 * - `invalid-request`: The request does not fit the contract. `errors` names each fault and what was expected there.
 * - `idempotency-key-missing`: A write needs an Idempotency-Key. Give each write a key of your own making.
 * - `unauthenticated`: The API key is missing or not valid. Send `Authorization: Bearer` with a key that is neither revoked nor expired.
 * - `callback-refused`: The callback could not be verified. Only providers see this: the signature or secret path of a callback does not fit.
 * - `forbidden`: The API key may not do this. `WWW-Authenticate` names the scope that the key lacks.
 * - `not-found`: There is no such resource. It does not exist, or belongs to somebody else.
 * - `method-not-allowed`: This path does not take that method. `Allow` names the methods of this path.
 * - `request-timeout`: The request did not arrive in time. The request was not whole in time; nothing was done.
 * - `request-in-progress`: The first request with this Idempotency-Key is still running. The first request with this key still runs: ask again after `Retry-After`.
 * - `illegal-state`: The state of the resource does not allow this. Refused before the provider was asked. `refresh=true` shows the state anew.
 * - `already-exists`: This exists already. `detail` names what exists.
 * - `cursor-expired`: The events behind this cursor are not kept. Events were missed: read the resources anew, then go on from `oldestCursor`.
 * - `payload-too-large`: The request body is too large. Send less.
 * - `uri-too-long`: The path or query is too long. Send less.
 * - `unsupported-media-type`: The request body must be application/json, and not compressed. Send `Content-Type: application/json`, and no `Content-Encoding`.
 * - `expectation-failed`: This gateway cannot do what the header Expect asks for. Send `Expect: 100-continue`, or no `Expect`.
 * - `idempotency-key-reused`: This Idempotency-Key was used for another request. The key belongs to another body or another operation.
 * - `not-supported`: This account cannot do that. `GET /v1/providers` shows what each account can do.
 * - `refused-by-provider`: The provider refused; nothing happened. Certain: nothing happened. `provider` has its words. Where `detail` says that the key is not used up, the same one will do.
 * - `provider-unreachable`: The provider could not be reached; nothing was sent. Certain: nothing was sent.
 * - `authentication-limit`: Too many unknown API keys came from this address. Wait for `Retry-After`.
 * - `sms-limit`: No further SMS may be sent now. Each SMS reaches a person: wait for `Retry-After`.
 * - `guess-limit`: No further card number or code may be tried now. Wait for `Retry-After`; who tries is in the audit log.
 * - `wait-limit`: Too many requests are waiting for events. There was nothing to read yet, and this one could not wait for it. Ask again after `Retry-After`.
 * - `callback-limit`: Too many callbacks from this address were refused. Only providers see this.
 * - `reveal-limit`: No further card may be revealed now. Wait for `Retry-After`.
 * - `headers-too-large`: The headers of the request are too large. Send fewer or shorter headers, or a shorter path and query: all of it is 16 KB at most.
 * - `internal-error`: The gateway failed. `requestId` finds it in the log. A write may have been recorded: only its repeat says.
 * - `provider-error`: The provider did not give a usable answer. The answer was not as documented. Only reads end like this; a write would be 202.
 * - `provider-unavailable`: The provider did not answer. No answer came. Only reads, and the check before a resolution, end like this.
 * - `database-unavailable`: The database did not answer. Nothing was sent.
 * - `account-busy`: Too many calls of this account are under way; nothing was sent. Nothing was recorded.
 * - `circuit-open`: The provider keeps failing and is left alone for a while; nothing was sent. Nothing was recorded.
 * - `overloaded`: The gateway has too much to do. Nothing was recorded.
 * - `not-ready`: The gateway is not ready. Only `GET /health/ready` ends like this.
 * - `deadline-exceeded`: The time for this request was over. With `outcome: unknown` a write may have been sent: only its repeat says.
 *
 * More may come.
 */
export type ProblemCode = Open<"malformed-request" | "invalid-request" | "idempotency-key-missing" | "unauthenticated" | "callback-refused" | "forbidden" | "not-found" | "method-not-allowed" | "request-timeout" | "request-in-progress" | "illegal-state" | "already-exists" | "cursor-expired" | "payload-too-large" | "uri-too-long" | "unsupported-media-type" | "expectation-failed" | "idempotency-key-reused" | "not-supported" | "refused-by-provider" | "provider-unreachable" | "authentication-limit" | "sms-limit" | "guess-limit" | "wait-limit" | "callback-limit" | "reveal-limit" | "headers-too-large" | "internal-error" | "provider-error" | "provider-unavailable" | "database-unavailable" | "account-busy" | "circuit-open" | "overloaded" | "not-ready" | "deadline-exceeded">;

/** One fault of the input. */
export interface InputFault {
  /** JSON pointer into the body, or `query/<name>`, `path/<name>`, `header/<name>`. */
  pointer: string;
  /** What was expected there. */
  detail: string;
}

/**
 * What became of a write.
 *
 * - `refused`: Certain: nothing happened.
 * - `unknown`: It may have happened: only a repeat with the same key says.
 *
 * More may come.
 */
export type ProblemOutcome = Open<"refused" | "unknown">;

/** The provider's own words, redacted. */
export interface ProviderWords {
  /** The provider. */
  name: string;
  /** Its code, as on the wire; null where it gave none. */
  code: string | null;
  /** Its text, redacted; null where it gave none. */
  message: string | null;
}

/** What went wrong, in the form of RFC 9457. */
export interface Problem {
  /** Identifies the kind of problem: `urn:card-gateway:problem:<code>`. */
  type: string;
  /** The kind of problem in words; the same for every occurrence. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** What is wrong here and how to mend it. */
  detail: string;
  code: ProblemCode;
  /** The `X-Request-Id` of this request; the log has it too. */
  requestId: string;
  /** Each fault of the input; of many, the first fifty. */
  errors?: InputFault[] | undefined;
  /** For writes alone. */
  outcome?: ProblemOutcome | undefined;
  /** The operation that recorded this write. */
  operation?: string | undefined;
  provider?: ProviderWords | undefined;
  /** Of `cursor-expired`: the cursor of the oldest event that is kept. */
  oldestCursor?: string | undefined;
}

/** What each operation takes and answers. */
export interface Operations {
  /**
   * List provider accounts. The accounts that your key may use, what each can do and how its last calls went. An operation is `documented`, `needs-settings` (it would work with a setting that the provider has not published) or `absent`, with the reason.
   *
   * Scope: `catalog:read`.
   */
  listProviders: {
    input: {};
    answer: ProviderAccountList;
  };
  /**
   * List card products. The products of all accounts in one shape. They are kept as last seen: an account is asked when it was not asked for five minutes, or with `refresh=true`. If it does not answer, what was last seen is given; `seenAt` says when that was.
   *
   * Scope: `catalog:read`.
   */
  listCardProducts: {
    input: {
      query?: {
        /** Only products of this account. */
        account?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
      } | undefined;
    };
    answer: CardProductPage;
  };
  /**
   * Create a cardholder. Hands an application to the provider, which then checks the identity: poll the cardholder with `refresh=true` until it is `approved` or `rejected`. One `reference` has one cardholder per account; one that was rejected is applied for again with reapplyCardholder.
   *
   * Scope: `cards:write`.
   */
  createCardholder: {
    input: {
      body: CreateCardholder;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Cardholder;
  };
  /**
   * List cardholders. Newest first, from the gateway’s own records.
   *
   * Scope: `cards:read`.
   */
  listCardholders: {
    input: {
      query?: {
        /** Only cardholders of this account. */
        account?: string | undefined;
        /** Only the cardholder with this reference. */
        reference?: string | undefined;
        /** Only cardholders in this status. */
        status?: CardholderStatusInput | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: CardholderPage;
  };
  /**
   * Apply again for a rejected cardholder. Hands in another identity check for a cardholder that is `rejected`; `failReason` says why, after `refresh=true`. It is `pending` again then, under the same id, and the provider decides anew. If the answer is lost, the cardholder is read until it is no longer `rejected`.
   *
   * Scope: `cards:write`.
   */
  reapplyCardholder: {
    input: {
      params: {
        /** Id of a cardholder: `chd_` and 26 characters, sortable by time. */
        id: string;
      };
      body: ReapplyCardholder;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Cardholder;
  };
  /**
   * Get a cardholder. From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.
   *
   * Scope: `cards:read`.
   */
  getCardholder: {
    input: {
      params: {
        /** Id of a cardholder: `chd_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
      } | undefined;
    };
    answer: Cardholder;
  };
  /**
   * Issue a card. Orders a card of a product for a cardholder. 201 says that the provider accepted the order; the card is `pending` until the provider has made it: poll it with `refresh=true`. 202 says that the answer was lost: the gateway keeps asking the provider and never orders again. Repeat with the same Idempotency-Key as often as you like: there is one card.
   *
   * Scope: `cards:write`.
   */
  issueCard: {
    input: {
      body: IssueCard;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * List cards. Newest first, from the gateway’s own records. Start a sync to bring in the cards of an account.
   *
   * Scope: `cards:read`.
   */
  listCards: {
    input: {
      query?: {
        /** Only cards of this account. */
        account?: string | undefined;
        /** Only cards in this status. */
        status?: CardStatusInput | undefined;
        /** Only cards of this cardholder. */
        cardholder?: string | undefined;
        /** Only cards of this product. */
        product?: string | undefined;
        /** Only cards whose number ends with these four digits. */
        last4?: string | undefined;
        /** Only cards whose `createdAt` is later, RFC 3339. */
        createdAfter?: string | undefined;
        /** Only cards whose `createdAt` is earlier, RFC 3339. */
        createdBefore?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: CardPage;
  };
  /**
   * Get a card. From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.
   *
   * Scope: `cards:read`.
   */
  getCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
      } | undefined;
    };
    answer: Card;
  };
  /**
   * Activate a card. A physical card that has arrived: `inactive` → `active`. The security code and the last four digits prove that it is there. A repeat under the same key with another security code is the same request: it gets the first answer again, and that code is not tried. Give each code its own Idempotency-Key. Codes that are tried are limited per card and day, and audited.
   *
   * Scope: `cards:write`.
   */
  activateCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      body: ActivateCard;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * Freeze a card. `active` → `frozen`: payments are declined until it is unfrozen. An illegal change is refused before any call.
   *
   * Scope: `cards:write`.
   */
  freezeCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * Unfreeze a card. `frozen` → `active`.
   *
   * Scope: `cards:write`.
   */
  unfreezeCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * Cancel a card. For good: `inactive`, `active` or `frozen` → `cancelled` (or `cancelling` first). It cannot be undone.
   *
   * Scope: `cards:write`.
   */
  cancelCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * Set the PIN of a card. For an active physical card. The provider’s rules for a PIN are checked before the call. If the answer is lost, no call shows whether the PIN was set: set it again under a new key; the last one counts. A repeat under the same key with another PIN is the same request: it gets the first answer again, and that PIN is not set. Limited per card and day, and audited.
   *
   * Scope: `cards:write`.
   */
  setCardPin: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      body: SetCardPin;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Card;
  };
  /**
   * Reveal a card. Card number, expiry and security code, straight from the provider: nothing of it is kept, and `Cache-Control: no-store`, which every answer has, forbids anybody else to. Who asked, and why, is in the audit log before the provider is asked, and so is who was denied. Limited per key and hour.
   *
   * Scope: `cards:reveal`.
   */
  revealCard: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      body: Purpose;
    };
    answer: RevealedCard;
  };
  /**
   * Create a token for the hosted card frame. A one-time token with which the provider’s own frame shows the card to its holder, so that the card number never comes near the company’s systems. Audited and limited like a reveal.
   *
   * Scope: `cards:reveal`.
   */
  createFrameToken: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      body: Purpose;
    };
    answer: FrameToken;
  };
  /**
   * List the transactions of a card. Payments, withdrawals, fees, reversals and refunds, newest first, from the gateway’s own records, which the provider’s notifications keep current. `refresh=true` asks the provider first and stores what it says.
   *
   * Scope: `cards:read`.
   */
  listCardTransactions: {
    input: {
      params: {
        /** Id of a card: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** Only transactions in this status. */
        status?: TransactionStatusInput | undefined;
        /** Only transactions of this type. */
        type?: TransactionTypeInput | undefined;
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
        /** Only what happened at this instant or later, by the provider’s first word of it. With `refresh=true` the provider is asked for what happened since; for the last 30 days without it. */
        from?: string | undefined;
        /** Only what happened before this instant, by the provider’s first word of it. With `refresh=true` the provider is asked for what happened until then; until now without it. */
        to?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: TransactionPage;
  };
  /**
   * Get a transaction. From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.
   *
   * Scope: `cards:read`.
   */
  getTransaction: {
    input: {
      params: {
        /** Id of a transaction: `txn_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
      } | undefined;
    };
    answer: Transaction;
  };
  /**
   * Move value to or from a cardholder. Between the company’s reserve and a cardholder’s account. If the answer is lost, the transfer is looked up by its own number and never sent again.
   *
   * Scope: `transfers:write`.
   */
  createTransfer: {
    input: {
      body: CreateTransfer;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Transfer;
  };
  /**
   * List transfers. Newest first, from the gateway’s own records.
   *
   * Scope: `cards:read`.
   */
  listTransfers: {
    input: {
      query?: {
        /** Only transfers of this account. */
        account?: string | undefined;
        /** Only transfers with this cardholder. */
        cardholder?: string | undefined;
        /** Only transfers this way. */
        direction?: TransferDirectionInput | undefined;
        /** Only transfers in this status. */
        status?: TransferStatusInput | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: TransferPage;
  };
  /**
   * Get a transfer. From the gateway’s own records.
   *
   * Scope: `cards:read`.
   */
  getTransfer: {
    input: {
      params: {
        /** Id of a transfer: `trf_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Transfer;
  };
  /**
   * Get the balances of a cardholder. Straight from the provider.
   *
   * Scope: `cards:read`.
   */
  getBalances: {
    input: {
      params: {
        /** Id of a cardholder: `chd_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: BalanceList;
  };
  /**
   * Get a transaction of the company’s wallet. Straight from the provider, by its id of the transaction. Empty when the provider knows none. Nothing is kept.
   *
   * Scope: `cards:read`.
   */
  getWalletTransaction: {
    input: {
      query: {
        /** The provider account, by its name in the accounts file. */
        account: string;
        /** The provider's id of the wallet transaction. It must not be a card number, as which it is not treated. */
        transaction: string;
      };
    };
    answer: WalletTransaction;
  };
  /**
   * Start binding a bank card. Asks the provider to send the user an SMS code: `awaiting_code`, or `not_required` when the card needs no binding. Each call with a new key can send a person another SMS, so limits apply per card and phone number; and per user, because it may tell whether a card is theirs.
   *
   * Scope: `bindings:write`.
   */
  startBinding: {
    input: {
      body: StartBinding;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Binding;
  };
  /**
   * List bindings. Bank cards and card tokens in one shape, newest first, from the gateway’s own records. `refresh=true` with an account and a user asks the provider first and stores what it says.
   *
   * Scope: `bindings:read`.
   */
  listBindings: {
    input: {
      query?: {
        /** Only bindings of this account; needed to refresh. */
        account?: string | undefined;
        /** Only bindings of this user; needed to refresh. */
        user?: string | undefined;
        /** Only bindings of this kind. */
        kind?: BindingKindInput | undefined;
        /** Only bindings in this status. */
        status?: BindingStatusInput | undefined;
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
        /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
        userIp?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: BindingPage;
  };
  /**
   * Verify a binding with the SMS code. Hands the code to the provider: `bound`; `expired` when it came too late (start again); a wrong code is refused and the binding still awaits the right one. A repeat under the same key with another code is the same request: it gets the first answer again, and that code is not tried. Give each code its own Idempotency-Key.
   *
   * Scope: `bindings:write`.
   */
  verifyBinding: {
    input: {
      params: {
        /** Id of a binding: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
      body: VerifyBinding;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Binding;
  };
  /**
   * Remove a binding. Deletes a card token at the provider. If the answer is lost, the user’s list shows whether it is gone.
   *
   * Scope: `bindings:write`.
   */
  removeBinding: {
    input: {
      params: {
        /** Id of a binding: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Binding;
  };
  /**
   * Get a binding. From the gateway’s own records.
   *
   * Scope: `bindings:read`.
   */
  getBinding: {
    input: {
      params: {
        /** Id of a binding: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Binding;
  };
  /**
   * Reveal the payment token of a binding. The token with which a payment is made, opened from where it is sealed. Audited and limited like the reveal of a card.
   *
   * Scope: `bindings:reveal`.
   */
  revealBinding: {
    input: {
      params: {
        /** Id of a binding: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
      body: Purpose;
    };
    answer: RevealedBinding;
  };
  /**
   * Check whether a card needs binding. Asks the provider whether this user must still bind this card. Changes nothing and sends no SMS. The answer confirms a card number to whoever guesses it, so it is limited per user and per key, and who asked is in the audit log before the provider is asked.
   *
   * Scope: `bindings:write`.
   */
  checkBinding: {
    input: {
      body: CheckBinding;
    };
    answer: BindingCheck;
  };
  /**
   * List supported banks. Banks whose cards this user can bind, with the limits the provider quotes.
   *
   * Scope: `bindings:read`.
   */
  listBanks: {
    input: {
      query: {
        /** The provider account, by its name in the accounts file. */
        account: string;
        /** The end user, by the company's own id. It must not be a card number, as which it is not treated. */
        user: string;
        /** The end user's IPv4 or IPv6 address, where the account wants it (`requirements.userIp` of GET /v1/providers). */
        userIp?: string | undefined;
      };
    };
    answer: BankList;
  };
  /**
   * Look up the bank of a card number. Asks the provider which bank issued a card. A POST, because a card number must not stand in a URL. Limited per key.
   *
   * Scope: `bindings:read`.
   */
  lookUpIssuer: {
    input: {
      body: LookUpIssuer;
    };
    answer: Issuer;
  };
  /**
   * Start a sync. Pulls an account’s cards, or one user’s bindings, into the gateway: page by page, resumed where it stopped after a restart. The same rows are found again by the provider’s ids, so a second sync changes nothing that has not changed. The answer is 202 because the work follows; `GET /v1/syncs/{id}` shows how far it is. While a sync of the same account, user and kind waits (`queued`), every further call is answered with it, whatever its Idempotency-Key: it shows all that was so when it was called. Beside one that is `running` another one waits.
   *
   * Scope: `cards:write` or `bindings:write`.
   */
  startSync: {
    input: {
      body: StartSync;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Sync;
  };
  /**
   * Get a sync. How far it is. A sync of cards is shown to keys that read or write cards, one of bindings to those of bindings.
   *
   * Scope: `cards:read` or `cards:write` or `bindings:read` or `bindings:write`.
   */
  getSync: {
    input: {
      params: {
        /** Id of a sync: `sync_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Sync;
  };
  /**
   * List operations. Every write with its evidence, newest first. `outcome=unknown` shows what waits to be resolved, `resolvesBy=person` what waits for you (resolveOperation). Shown are the operations of the types that the key may read: with `cards:read` those on cards, cardholders and transfers, with `bindings:read` those on bindings, and of syncs those that getSync shows to it.
   *
   * Scope: `cards:read` or `bindings:read`.
   */
  listOperations: {
    input: {
      query?: {
        /** Only writes of this outcome. */
        outcome?: OperationOutcomeInput | undefined;
        /** Only writes of unknown outcome that wait for this. */
        resolvesBy?: ResolvesByInput | undefined;
        /** Only writes of this type. */
        type?: OperationTypeInput | undefined;
        /** Only writes of this account. */
        account?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: OperationPage;
  };
  /**
   * Get an operation. One write: what was sent when, what the provider said, and how it was resolved. One of a type that the key may not read (listOperations) is answered like one that does not exist.
   *
   * Scope: `cards:read` or `bindings:read`.
   */
  getOperation: {
    input: {
      params: {
        /** Id of an operation: `op_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Operation;
  };
  /**
   * Resolve an operation. Closes a write of unknown outcome by the word of a person who found out at the provider what became of it, with a reason. The provider is asked first, where it can be: what it shows counts, and a word that it contradicts is answered with `illegal-state`. The word is kept with the operation for good, and no order is sent again. An installation can require that another caller than the one who made the write resolves it (`forbidden`). Beside its own scope the key needs the one that reads the operation (listOperations). Repeating the same resolution answers the same; an operation whose outcome is known, or still awaited, cannot be resolved.
   *
   * Scope: `operations:resolve`.
   */
  resolveOperation: {
    input: {
      params: {
        /** Id of an operation: `op_` and 26 characters, sortable by time. */
        id: string;
      };
      body: ResolveOperation;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Operation;
  };
  /**
   * List callbacks. Verified notifications of the providers, newest first. `state=failed` shows what could not be processed.
   *
   * Scope: `operations:resolve`.
   */
  listCallbacks: {
    input: {
      query?: {
        /** Only callbacks of this account. */
        account?: string | undefined;
        /** Only callbacks in this state. */
        state?: CallbackStateInput | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: CallbackPage;
  };
  /**
   * Get a callback. One notification and what became of it.
   *
   * Scope: `operations:resolve`.
   */
  getCallback: {
    input: {
      params: {
        /** Id of a callback: `cbk_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Callback;
  };
  /**
   * Process a callback again. Puts a stored notification back on the queue. It says what it said, so that processing it again changes nothing that is newer.
   *
   * Scope: `operations:resolve`.
   */
  replayCallback: {
    input: {
      params: {
        /** Id of a callback: `cbk_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Callback;
  };
  /**
   * Create an event destination. From now on events are posted to its URL, signed by Standard Webhooks with the secret in this answer, which is shown once. Any 2xx within 10 seconds counts as received; anything else is tried again, at last every hour, until a destination without a success for 72 hours is disabled. A later event of a subject waits for the earlier one; use `subjectVersion` nevertheless, because an event can come twice. It gets what the key that creates it may read. If the answer is lost, a repeat is answered with `already-exists`: rotateEventDestinationSecret gives a new secret.
   *
   * Scope: `events:manage`.
   */
  createEventDestination: {
    input: {
      body: CreateEventDestination;
    };
    answer: EventDestinationWithSecret;
  };
  /**
   * List event destinations. All of the tenant, newest first.
   *
   * Scope: `events:manage`.
   */
  listEventDestinations: {
    input: {
      query?: {
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: EventDestinationPage;
  };
  /**
   * Get an event destination. One destination and how it fares.
   *
   * Scope: `events:manage`.
   */
  getEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: EventDestination;
  };
  /**
   * Change an event destination. Its cursor and its secret stay. A new URL gets what the old one has not got yet, at once; for a second events may still be posted to the old one. A failing destination is active then, and a disabled one stays disabled. Where nothing is changed, `updatedAt` stays too.
   *
   * Scope: `events:manage`.
   */
  updateEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
      body: UpdateEventDestination;
    };
    answer: EventDestination;
  };
  /**
   * Delete an event destination. Nothing is posted to it any more, and where it stopped is forgotten; disableEventDestination keeps it.
   *
   * Scope: `events:manage`.
   */
  deleteEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: EventDestination;
  };
  /**
   * Enable an event destination. Goes on where it stopped, with what has happened since; one that fails is tried at once. Events that retention has removed in the meantime are skipped: `missedUntil` tells of them.
   *
   * Scope: `events:manage`.
   */
  enableEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: EventDestination;
  };
  /**
   * Disable an event destination. Nothing is posted to it until it is enabled; attempts that are under way end.
   *
   * Scope: `events:manage`.
   */
  disableEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: EventDestination;
  };
  /**
   * Rotate the secret of an event destination. Answers a new secret, which is shown once. For a day the old one signs too (`webhook-signature` has a signature of each), so that receivers can change over, and for the first seconds it may still sign alone; of several rotations within a day the last two secrets sign.
   *
   * Scope: `events:manage`.
   */
  rotateEventDestinationSecret: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: EventDestinationWithSecret;
  };
  /**
   * Ping an event destination. Posts a signed event of the type `destination.ping` now, whatever its status, and answers what came of it. The event is in no feed. If it succeeds, a failing destination is tried at once.
   *
   * Scope: `events:manage`.
   */
  pingEventDestination: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: DeliveryAttempt;
  };
  /**
   * Replay events to a destination. Posts events of the past once more, oldest first, beside those that come. A receiver that keeps to `subjectVersion` ignores them where it has that version of the subject, or a later one: what it is to take again it must forget first. A later replay takes the place of one that still runs. `replay` shows how far it is; with `onlyFailed` it stays null, and what does not get through is tried again like any other event.
   *
   * Scope: `events:manage`.
   */
  replayEvents: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
      body: ReplayEvents;
    };
    answer: EventDestination;
  };
  /**
   * List the deliveries to a destination. Every attempt, newest first; kept for 30 days, if the installation does not say otherwise.
   *
   * Scope: `events:manage`.
   */
  listDestinationDeliveries: {
    input: {
      params: {
        /** Id of an event destination: `dest_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: DeliveryAttemptPage;
  };
  /**
   * List the deliveries of an event. Every attempt at all destinations of the tenant, newest first.
   *
   * Scope: `events:manage`.
   */
  listEventDeliveries: {
    input: {
      params: {
        /** Id of an event: `evt_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** `nextCursor` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: DeliveryAttemptPage;
  };
  /**
   * Resend an event. Posts one event once more to a destination, whatever types that one gets.
   *
   * Scope: `events:manage`.
   */
  resendEvent: {
    input: {
      params: {
        /** Id of an event: `evt_` and 26 characters, sortable by time. */
        id: string;
      };
      body: ResendEvent;
    };
    answer: EventDestination;
  };
  /**
   * Read the event feed. What has changed, oldest first: every change of every resource, exactly once, in an order that is the same for all. Keep `nextCursor` and give it as `after`: you go on where you were, whatever happened to you meanwhile. With `wait` the request is held until an event comes. A page looks at some ten thousand events at most, so it may be empty though `hasMore` is true. A cursor of events that are no longer kept is answered with `cursor-expired`. The key sees the events of what its other scopes show it. `Accept: application/cloudevents-batch+json` gives the events as CloudEvents, and the next cursor in `Link`. So many requests may wait at once, for each key and in all; one more is answered with `wait-limit` if there is nothing to read.
   *
   * Scope: `events:read`.
   */
  listEvents: {
    input: {
      query?: {
        /** Only what comes behind this cursor, or `latest`: from now on. Without it the page begins with the oldest event that is kept. */
        after?: string | undefined;
        /** Only these types, separated by commas: `card.frozen,operation.*`. All that the key sees by default, or with `*`. One of which the key sees no event is `forbidden`. */
        types?: string | undefined;
        /** Only events of this account. */
        account?: string | undefined;
        /** Only events about the thing of this id. One of a kind of which the key sees no event is `forbidden`. */
        subject?: string | undefined;
        /** Rows per page, 1 to 200. */
        limit?: number | undefined;
        /** Seconds, up to 30, for which an empty answer is held back until an event comes. 0 by default. */
        wait?: number | undefined;
      } | undefined;
    };
    answer: EventPage;
  };
  /**
   * Get an event. One event. One of a thing that the key may not read (listEvents) is answered like one that does not exist.
   *
   * Scope: `events:read`.
   */
  getEvent: {
    input: {
      params: {
        /** Id of an event: `evt_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Event;
  };
}

export const operations: {
  readonly [Id in keyof Operations]: {
    readonly method: string;
    readonly path: string;
    readonly write: boolean;
  };
} = {
  listProviders: { method: 'GET', path: '/v1/providers', write: false },
  listCardProducts: { method: 'GET', path: '/v1/card-products', write: false },
  createCardholder: { method: 'POST', path: '/v1/cardholders', write: true },
  listCardholders: { method: 'GET', path: '/v1/cardholders', write: false },
  reapplyCardholder: { method: 'POST', path: '/v1/cardholders/{id}/applications', write: true },
  getCardholder: { method: 'GET', path: '/v1/cardholders/{id}', write: false },
  issueCard: { method: 'POST', path: '/v1/cards', write: true },
  listCards: { method: 'GET', path: '/v1/cards', write: false },
  getCard: { method: 'GET', path: '/v1/cards/{id}', write: false },
  activateCard: { method: 'POST', path: '/v1/cards/{id}/activate', write: true },
  freezeCard: { method: 'POST', path: '/v1/cards/{id}/freeze', write: true },
  unfreezeCard: { method: 'POST', path: '/v1/cards/{id}/unfreeze', write: true },
  cancelCard: { method: 'POST', path: '/v1/cards/{id}/cancel', write: true },
  setCardPin: { method: 'POST', path: '/v1/cards/{id}/pin', write: true },
  revealCard: { method: 'POST', path: '/v1/cards/{id}/reveal', write: false },
  createFrameToken: { method: 'POST', path: '/v1/cards/{id}/frame-tokens', write: false },
  listCardTransactions: { method: 'GET', path: '/v1/cards/{id}/transactions', write: false },
  getTransaction: { method: 'GET', path: '/v1/transactions/{id}', write: false },
  createTransfer: { method: 'POST', path: '/v1/transfers', write: true },
  listTransfers: { method: 'GET', path: '/v1/transfers', write: false },
  getTransfer: { method: 'GET', path: '/v1/transfers/{id}', write: false },
  getBalances: { method: 'GET', path: '/v1/cardholders/{id}/balances', write: false },
  getWalletTransaction: { method: 'GET', path: '/v1/wallet-transactions', write: false },
  startBinding: { method: 'POST', path: '/v1/bindings', write: true },
  listBindings: { method: 'GET', path: '/v1/bindings', write: false },
  verifyBinding: { method: 'POST', path: '/v1/bindings/{id}/verify', write: true },
  removeBinding: { method: 'DELETE', path: '/v1/bindings/{id}', write: true },
  getBinding: { method: 'GET', path: '/v1/bindings/{id}', write: false },
  revealBinding: { method: 'POST', path: '/v1/bindings/{id}/reveal', write: false },
  checkBinding: { method: 'POST', path: '/v1/binding-checks', write: false },
  listBanks: { method: 'GET', path: '/v1/banks', write: false },
  lookUpIssuer: { method: 'POST', path: '/v1/issuer-lookups', write: false },
  startSync: { method: 'POST', path: '/v1/syncs', write: true },
  getSync: { method: 'GET', path: '/v1/syncs/{id}', write: false },
  listOperations: { method: 'GET', path: '/v1/operations', write: false },
  getOperation: { method: 'GET', path: '/v1/operations/{id}', write: false },
  resolveOperation: { method: 'POST', path: '/v1/operations/{id}/resolve', write: true },
  listCallbacks: { method: 'GET', path: '/v1/callbacks', write: false },
  getCallback: { method: 'GET', path: '/v1/callbacks/{id}', write: false },
  replayCallback: { method: 'POST', path: '/v1/callbacks/{id}/replay', write: false },
  createEventDestination: { method: 'POST', path: '/v1/event-destinations', write: false },
  listEventDestinations: { method: 'GET', path: '/v1/event-destinations', write: false },
  getEventDestination: { method: 'GET', path: '/v1/event-destinations/{id}', write: false },
  updateEventDestination: { method: 'PATCH', path: '/v1/event-destinations/{id}', write: false },
  deleteEventDestination: { method: 'DELETE', path: '/v1/event-destinations/{id}', write: false },
  enableEventDestination: { method: 'POST', path: '/v1/event-destinations/{id}/enable', write: false },
  disableEventDestination: { method: 'POST', path: '/v1/event-destinations/{id}/disable', write: false },
  rotateEventDestinationSecret: { method: 'POST', path: '/v1/event-destinations/{id}/rotate-secret', write: false },
  pingEventDestination: { method: 'POST', path: '/v1/event-destinations/{id}/ping', write: false },
  replayEvents: { method: 'POST', path: '/v1/event-destinations/{id}/replay', write: false },
  listDestinationDeliveries: { method: 'GET', path: '/v1/event-destinations/{id}/deliveries', write: false },
  listEventDeliveries: { method: 'GET', path: '/v1/events/{id}/deliveries', write: false },
  resendEvent: { method: 'POST', path: '/v1/events/{id}/resend', write: false },
  listEvents: { method: 'GET', path: '/v1/events', write: false },
  getEvent: { method: 'GET', path: '/v1/events/{id}', write: false },
};
