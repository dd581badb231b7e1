// Made from docs/openapi.json by `pnpm run openapi`: a change here would be lost.

/** A text whose known values are named; others may come. */
export type Open<Known extends string> = Known | (string & {});

/** Asks the provider to send the user an SMS code for this card. */
export interface StartBinding {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. */
  user: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The mobile number that the bank knows. Passed on, never kept in clear. */
  phone: string;
  purpose: "loan" | "repayment";
  /** Loan order number; required for a repayment. */
  loanOrder?: string | undefined;
  /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
  userIp?: string | undefined;
}

/** The SMS code that the user typed. */
export interface VerifyBinding {
  /** The code from the SMS, as text. Passed on, never kept. */
  code: string;
  /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
  userIp?: string | undefined;
}

/** Must this user still bind this card? */
export interface CheckBinding {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. */
  user: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
  userIp?: string | undefined;
}

/** A card number whose bank is asked for. */
export interface LookUpIssuer {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Full card number. It is passed on to the provider and never kept in clear. */
  cardNumber: string;
  /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
  userIp?: string | undefined;
}

/** Where a physical card goes, in English letters. */
export interface CardAddress {
  firstName: string;
  lastName: string;
  /** Dialling code without `+`, e.g. `44`. */
  phoneCode: string;
  phone: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  state: string;
  city: string;
  line1: string;
  line2?: string | undefined;
  postalCode: string;
}

/** An order for a card. */
export interface IssueCard {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Id of this kind: `prod_` and 26 characters, sortable by time. */
  product: string;
  /** Id of this kind: `chd_` and 26 characters, sortable by time. */
  cardholder: string;
  form: "virtual" | "physical";
  /** Required for a physical card; some virtual products want it too. */
  address?: CardAddress | undefined;
}

/** What proves that the physical card has arrived. */
export interface ActivateCard {
  /** Security code printed on the card. Passed on encrypted, never kept. */
  cvv: string;
  last4: string;
}

/** A new PIN for a physical card. */
export interface SetCardPin {
  /** The new PIN. Passed on encrypted, never kept. KeySecure wants six digits without runs of three. */
  pin: string;
}

/** Why a secret is asked for. */
export interface Purpose {
  /** Why it is needed, for the audit log. No personal data. */
  purpose: string;
}

/** An application for a cardholder (KeySecure). */
export interface CreateCardholder {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The end user, by the company's own id. */
  reference: string;
  /** Share token of the identity check done at Sumsub. Passed on once, never kept. */
  sumsubShareToken: string;
}

/** Another application for a cardholder who was rejected. */
export interface ReapplyCardholder {
  /** Share token of the identity check done at Sumsub. Passed on once, never kept. */
  sumsubShareToken: string;
}

/** What to pull from the provider. */
export interface StartSync {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Given: this user's bindings. Absent: the account's cards. */
  user?: string | undefined;
  /** Which of the user's bindings; the account's first kind otherwise. */
  kind?: "bank_card" | "token" | "subscription" | undefined;
  /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
  userIp?: string | undefined;
}

/** An order to move value to or from a cardholder (KeySecure, credit mode). */
export interface CreateTransfer {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Id of this kind: `chd_` and 26 characters, sortable by time. */
  cardholder: string;
  /** `in` moves value to the cardholder, `out` takes it back. */
  direction: "in" | "out";
  amount: {
    /** Decimal text in major units. */
    amount: string;
    currency: string;
  };
}

/** An amount as decimal text, never a float. */
export interface Money {
  /** Decimal text in major units, exactly as the provider wrote it. */
  amount: string;
  /** ISO 4217; null where the provider leaves it open. */
  currency: string | null;
}

/** The last write on this resource and what became of it; in the answer to a write, and to its repeats, that very one. */
export interface OperationReference {
  /** Id of this kind: `op_` and 26 characters, sortable by time. */
  id: string;
  outcome: Open<"submitting" | "succeeded" | "refused" | "unknown" | "superseded">;
  /** When the outcome became unknown. */
  since?: string | undefined;
  /** `look-up`: the gateway keeps asking the provider. `person`: nothing can be asked. */
  settlesBy?: Open<"look-up" | "person"> | undefined;
  nextLookUpAt?: string | null | undefined;
}

/** A card-issuing bank. */
export interface Bank {
  code: string;
  name: string;
}

/** A bank card bound by SMS, or a card token, in one shape. */
export interface Binding {
  /** Id of this kind: `bind_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** The end user, by the company's own id. */
  user: string;
  kind: Open<"bank_card" | "token" | "subscription">;
  status: Open<"starting" | "awaiting_code" | "verifying" | "bound" | "not_required" | "expired" | "refused" | "removed">;
  /** First six and last four digits. */
  maskedNumber: string;
  last4: string;
  network: Open<"visa" | "mastercard" | "unionpay" | "amex" | "discover" | "jcb" | "diners" | "unrecognized"> | null;
  cardType: Open<"debit" | "credit" | "unrecognized"> | null;
  bank: Bank | null;
  /** Last valid month, `YYYY-MM`. */
  expiry: string | null;
  binCountry: string | null;
  /** The SMS code that is waited for. */
  challenge: {
    /** When the SMS code is expected to stop working; the provider decides. */
    expiresAt: string;
    /** Wrong codes that are still allowed. */
    attemptsLeft: number;
    /** When another SMS may be asked for, by a new binding. */
    resendAfter: string;
  } | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  operation: OperationReference | null;
}

/** One page of a list. */
export interface BindingPage {
  data: Binding[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** The provider's answer to whether a binding is needed. */
export interface BindingCheck {
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  user: string;
  maskedNumber: string;
  bindingRequired: boolean;
}

/** Banks whose cards this user can bind. */
export interface BankList {
  data: ({
    /** The provider's code of the bank. */
    code: string;
    name: string;
    /** Limit of one payment, decimal text in `unit`. */
    perTransaction: string | null;
    /** Limit of a day, decimal text in `unit`. */
    perDay: string | null;
    /** Null while the provider has not confirmed it: then nothing may be computed with them. */
    unit: Open<"yuan" | "fen"> | null;
  })[];
}

/** The bank that issued a card. */
export interface Issuer {
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  maskedNumber: string;
  /** Null when the provider names none. */
  bank: Bank | null;
}

/** The payment token of a binding. Never hand it to a browser. */
export interface RevealedBinding {
  /** Id of this kind: `bind_` and 26 characters, sortable by time. */
  binding: string;
  /** The payment token (Onerway `tokenId`): whoever has it can pay with it. */
  token: string;
}

/** A verified notification of a provider. Its content is sealed and not shown. */
export interface Callback {
  /** Id of this kind: `evt_` and 26 characters, sortable by time. */
  id: string;
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** What it says: `card_changed`, `card_hint`, `transaction`, `authorization`, … */
  kind: string;
  /** `received`: stored and acknowledged, not worked yet. `failed`: working it failed; it can be replayed. */
  state: Open<"received" | "worked" | "failed">;
  /** How often the provider has sent it. */
  deliveries: number;
  /** What an `authorization` was answered. */
  decision: Open<"approve" | "decline"> | null;
  /** Why working it failed. */
  failure: string | null;
  /** RFC 3339, UTC. */
  receivedAt: string;
  workedAt: string | null;
}

/** One page of a list. */
export interface CallbackPage {
  data: Callback[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** A card, the same whichever provider issued it. */
export interface Card {
  /** Id of this kind: `card_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  product: string | null;
  cardholder: string | null;
  form: Open<"virtual" | "physical"> | null;
  network: Open<"visa" | "mastercard" | "unionpay" | "amex" | "discover" | "jcb" | "diners" | "unrecognized"> | null;
  last4: string | null;
  /** Last valid month, `YYYY-MM`. */
  expiry: string | null;
  status: Open<"pending" | "inactive" | "active" | "frozen" | "cancelling" | "cancelled" | "failed" | "lost" | "replaced" | "unrecognized">;
  /** The provider's own word for the status. */
  providerStatus: string | null;
  balance: Money | null;
  /** All that was ever loaded onto the card. */
  totalLoaded: Money | null;
  activatedAt: string | null;
  cancelRequestedAt: string | null;
  cancelledAt: string | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  operation: OperationReference | null;
}

/** One page of a list. */
export interface CardPage {
  data: Card[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** The secrets of a card, straight from the provider. Never store them. */
export interface RevealedCard {
  /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
  /** Id of this kind: `card_` and 26 characters, sortable by time. */
  card: string;
  /** One-time token for the provider's hosted frame. */
  token: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}

/** A card product: an OPEN-API BIN, a KeySecure package or BIN, in one shape. */
export interface CardProduct {
  /** Id of this kind: `prod_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  name: string | null;
  /** Leading digits of its card numbers, as the provider states them. */
  bin: string | null;
  network: Open<"visa" | "mastercard" | "unionpay" | "amex" | "discover" | "jcb" | "diners" | "unrecognized"> | null;
  category: Open<"credit" | "debit" | "unrecognized"> | null;
  /** Forms to order; null if the provider does not say. */
  forms: (Open<"virtual" | "physical">)[] | null;
  currencies: string[];
  balanceCurrency: string | null;
  region: string | null;
  bank: string | null;
  status: Open<"available" | "maintenance_planned" | "maintenance" | "delisted" | "listing_planned" | "unrecognized">;
  providerStatus: string | null;
  /** New cards of it can be ordered now. */
  issuable: boolean;
  /** Limits in decimal text, where the provider states them. */
  limits: {
    balance: string | null;
    weekly: string | null;
    atmDaily: string | null;
    atmMonthly: string | null;
  } | null;
  /** When the provider last listed it. */
  seenAt: string;
}

/** One page of a list. */
export interface CardProductPage {
  data: CardProduct[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** A person in whose name cards are issued, and the state of the identity check. */
export interface Cardholder {
  /** Id of this kind: `chd_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** The caller's own id of this person. */
  reference: string;
  status: Open<"pending" | "in_review" | "approved" | "rejected" | "failed" | "unrecognized">;
  providerStatus: string | null;
  /** The provider's reason for a rejection, redacted. */
  failReason: string | null;
  /** When the gateway first knew of it. */
  createdAt: string;
  /** When it last changed here. */
  updatedAt: string;
  /** When the provider last described it; null before it ever did. */
  syncedAt: string | null;
  operation: OperationReference | null;
}

/** One page of a list. */
export interface CardholderPage {
  data: Cardholder[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** One write, what was sent, what was said, and how it settled. */
export interface Operation {
  /** Id of this kind: `op_` and 26 characters, sortable by time. */
  id: string;
  type: Open<"createCardholder" | "reapplyCardholder" | "issueCard" | "activateCard" | "freezeCard" | "unfreezeCard" | "cancelCard" | "setCardPin" | "createTransfer" | "startBinding" | "verifyBinding" | "removeBinding" | "startSync">;
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The service that asked for it. */
  caller: string;
  /** `superseded`: it was unknown when a later write of the same thing succeeded. Whether it did anything stays unknown; nobody has to find out. */
  outcome: Open<"submitting" | "succeeded" | "refused" | "unknown" | "superseded">;
  /** Id of the card, cardholder, binding or sync it is about. */
  resource: string;
  /** Why the outcome is, or was, not known. */
  unknownBecause: Open<"no_answer" | "unreadable_answer" | "unlisted_code"> | null;
  refusal: {
    reason: string;
    code: string | null;
    message: string | null;
  } | null;
  /** Since when the outcome is not known; null when it is, or is still awaited. */
  unknownSince: string | null;
  /** What an unknown outcome waits for: the next look-up, or a person (resolveOperation). */
  settlesBy: Open<"look-up" | "person"> | null;
  nextLookUpAt: string | null;
  /** The answer itself, a look-up made for it, a verified callback, a list that showed it, or a person. */
  settledBy: Open<"answer" | "look-up" | "callback" | "list" | "person"> | null;
  /** The word of the person who settled it. */
  resolution: {
    /** The service whose API key it was. */
    resolvedBy: string;
    apiKey: string;
    reason: string;
    providerRef: string | null;
    /** RFC 3339, UTC. */
    resolvedAt: string;
  } | null;
  /** A later write of the same thing, which succeeded while the outcome of this one was unknown. Nothing is asked about this one any more. */
  supersededBy: string | null;
  /** RFC 3339, UTC. */
  createdAt: string;
  settledAt: string | null;
  /** The evidence: every call about this write and what else showed its outcome, oldest first; look-ups that showed the same are one entry. */
  attempts: ({
    kind: Open<"send" | "look-up" | "callback" | "list" | "person">;
    /** RFC 3339, UTC. */
    startedAt: string;
    /** RFC 3339, UTC. */
    finishedAt: string;
    /** `absent`: the look-up did not find it (yet). */
    outcome: Open<"done" | "refused" | "unknown" | "absent">;
    httpStatus: number | null;
    providerCode: string | null;
    providerMessage: string | null;
  })[];
}

/** One page of operations, and how many are unknown in all. */
export interface OperationPage {
  data: Operation[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
  /** What is unknown at each account that has any, of the types that the key may read, whatever this page shows. */
  unsettled: {
    /** The provider account, by its name in the accounts file. */
    account: string;
    /** Writes whose outcome nobody knows. */
    unknown: number;
    /** Of those, the ones that a person must settle. */
    waitingForPerson: number;
    /** RFC 3339, UTC. */
    oldestUnknownSince: string;
  }[];
}

/** A configured account at a provider and what it can do. */
export interface ProviderAccount {
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** Provider id: `open-api`, `keysecure`, `onerway`, `yixin`. */
  provider: string;
  /** The provider's name for people. */
  title: string;
  /** The account is marked as a test account. */
  sandbox: boolean;
  /** What this account can do. */
  operations: ({
    /** Operation id of this API. */
    operation: string;
    state: Open<"documented" | "needs-settings" | "absent">;
    /** Why it cannot be used. */
    reason: string | null;
  })[];
  /** Every call and notification of the provider's documents, and whether the gateway uses it. */
  calls: ({
    /** Path or action of the provider; the title where no path is published. */
    name: string;
    title: string;
    /** Where the contract in `docs/providers/contracts/` tells of it. */
    source: string;
    state: Open<"documented" | "needs-settings" | "absent">;
    /** Why it is not used. */
    reason: string | null;
  })[];
  /** What rests on an unconfirmed assumption. */
  notes: string[];
  /** What the calls of this process since its start showed. */
  health: {
    /** By the last call; `unknown` before the first. */
    status: Open<"up" | "down" | "unknown">;
    lastAnswerAt: string | null;
    lastFailureAt: string | null;
    /** The connection's error code. */
    lastFailure: string | null;
    /** Whether the provider is asked: `open` after many failures in a row, `half-open` while one call tries it again. */
    circuit: Open<"closed" | "open" | "half-open">;
  };
}

/** The caller's accounts. */
export interface ProviderAccountList {
  data: ProviderAccount[];
}

/** A pull of an account's cards, or of one user's bindings, with its progress. */
export interface Sync {
  /** Id of this kind: `sync_` and 26 characters, sortable by time. */
  id: string;
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  kind: Open<"cards" | "bank_card" | "token" | "subscription">;
  user: string | null;
  status: Open<"queued" | "running" | "succeeded" | "failed">;
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
  /** RFC 3339, UTC. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  operation: OperationReference | null;
}

/** A payment, withdrawal, fee, reversal or refund on a card. */
export interface Transaction {
  /** Id of this kind: `txn_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  /** Id of this kind: `card_` and 26 characters, sortable by time. */
  card: string;
  type: Open<"card_opening" | "purchase" | "atm_withdrawal" | "management_fee" | "reversal" | "refund" | "unrecognized">;
  /** The provider's own word for the type. */
  providerType: string;
  status: Open<"pending" | "succeeded" | "failed" | "unrecognized">;
  /** The provider's own word for the status. */
  providerStatus: string;
  /** In the currency of the card, which the provider leaves open. */
  amount: Money;
  /** In the currency of the merchant. */
  localAmount: Money | null;
  /** All fees together. */
  fee: Money | null;
  /** Each fee by the provider’s word; empty where it names none. */
  fees: {
    type: string;
    amount: string;
  }[];
  merchant: {
    name: string | null;
    /** ISO 18245. */
    categoryCode: string | null;
    city: string | null;
    country: string | null;
  } | null;
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
  data: Transaction[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** Value moved between the company’s reserve and a cardholder. */
export interface Transfer {
  /** Id of this kind: `trf_` and 26 characters, sortable by time. */
  id: string;
  /** The provider behind the account. */
  provider: string;
  /** The provider account, by its name in the accounts file. */
  account: string;
  /** The provider's own id; null until it is known. */
  providerRef: string | null;
  cardholder: string | null;
  /** `in` moves value to the cardholder, `out` takes it back. */
  direction: Open<"in" | "out">;
  amount: Money;
  status: Open<"pending" | "succeeded" | "failed" | "unrecognized">;
  /** The provider's own word for the status. */
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
  operation: OperationReference | null;
}

/** One page of a list. */
export interface TransferPage {
  data: Transfer[];
  /** Give it as `cursor` for the next page; null ends the list. */
  nextCursor: string | null;
}

/** A cardholder's accounts, straight from the provider. */
export interface BalanceList {
  data: ({
    currency: string;
    /** The chain of a token currency, where the provider names one. */
    chain: string | null;
    /** Decimal text, as the provider wrote it. */
    amount: string;
    usdValue: string | null;
    bonus: string | null;
    bonusUsdValue: string | null;
  })[];
}

/** The entries of one transaction of the company’s wallet: one, or two for a currency exchange. */
export interface WalletTransaction {
  data: ({
    providerRef: string;
    /** The business record behind the entry. */
    record: string | null;
    external: string | null;
    direction: Open<"in" | "out" | "unrecognized">;
    /** The provider’s number of the type; its meanings are not published. */
    providerType: string;
    description: string | null;
    amount: Money;
    balanceBefore: Money | null;
    balanceAfter: Money | null;
    status: Open<"awaiting_approval" | "approved" | "rejected" | "unrecognized">;
    providerStatus: string;
    rejectReason: string | null;
    remark: string | null;
    at: string | null;
  })[];
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
  /** The kind of problem, for programs. */
  code: Open<"malformed-request" | "invalid-request" | "idempotency-key-missing" | "unauthenticated" | "callback-refused" | "forbidden" | "not-found" | "method-not-allowed" | "request-timeout" | "request-in-progress" | "illegal-state" | "already-exists" | "payload-too-large" | "uri-too-long" | "unsupported-media-type" | "idempotency-key-reused" | "not-supported" | "refused-by-provider" | "provider-unreachable" | "authentication-limit" | "sms-limit" | "guess-limit" | "callback-limit" | "reveal-limit" | "internal-error" | "provider-error" | "provider-unavailable" | "database-unavailable" | "account-busy" | "circuit-open" | "overloaded" | "not-ready" | "deadline-exceeded">;
  /** The `X-Request-Id` of this request; the log has it too. */
  requestId: string;
  /** Each fault of the input. */
  errors?: {
    /** JSON pointer into the body, or `query/<name>`, `path/<name>`, `header/<name>`. */
    pointer: string;
    /** What was expected there. */
    detail: string;
  }[] | undefined;
  /** For writes: `refused` is certain, nothing happened. */
  outcome?: Open<"refused" | "unknown"> | undefined;
  /** The operation that recorded this write. */
  operation?: string | undefined;
  /** The provider's own words, redacted. */
  provider?: {
    name: string;
    code: string | null;
    message: string | null;
  } | undefined;
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
   * List card products. OPEN-API BINs and KeySecure packages or BINs in one shape. They are kept as last seen: an account is asked when it was not asked for five minutes, or with `refresh=true`. If it does not answer, what was last seen is given; `seenAt` says when that was.
   *
   * Scope: `catalog:read`.
   */
  listCardProducts: {
    input: {
      query?: {
        /** The provider account, by its name in the accounts file. */
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
   * Create a cardholder. Hands a Sumsub share token to the provider (KeySecure), which then checks the identity: poll the cardholder with `refresh=true` until it is `approved` or `rejected`. One `reference` has one cardholder per account; one that was rejected is applied for again with reapplyCardholder.
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
        /** The provider account, by its name in the accounts file. */
        account?: string | undefined;
        /** The end user, by the company's own id. */
        reference?: string | undefined;
        status?: "pending" | "in_review" | "approved" | "rejected" | "failed" | "unrecognized" | undefined;
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
        /** Id of this kind: `chd_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `chd_` and 26 characters, sortable by time. */
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
        /** The provider account, by its name in the accounts file. */
        account?: string | undefined;
        status?: "pending" | "inactive" | "active" | "frozen" | "cancelling" | "cancelled" | "failed" | "lost" | "replaced" | "unrecognized" | undefined;
        /** Id of this kind: `chd_` and 26 characters, sortable by time. */
        cardholder?: string | undefined;
        /** Id of this kind: `prod_` and 26 characters, sortable by time. */
        product?: string | undefined;
        last4?: string | undefined;
        createdAfter?: string | undefined;
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `card_` and 26 characters, sortable by time. */
        id: string;
      };
      query?: {
        status?: "pending" | "succeeded" | "failed" | "unrecognized" | undefined;
        type?: "card_opening" | "purchase" | "atm_withdrawal" | "management_fee" | "reversal" | "refund" | "unrecognized" | undefined;
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
        /** With `refresh=true`: ask for what happened since; default 30 days ago. */
        from?: string | undefined;
        /** With `refresh=true`: ask for what happened until; default now. */
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
        /** Id of this kind: `txn_` and 26 characters, sortable by time. */
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
   * Move value to or from a cardholder. Between the company’s reserve and a cardholder’s account (KeySecure, credit mode). If the answer is lost, the transfer is looked up by its own number and never sent again.
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
        /** The provider account, by its name in the accounts file. */
        account?: string | undefined;
        /** Id of this kind: `chd_` and 26 characters, sortable by time. */
        cardholder?: string | undefined;
        direction?: "in" | "out" | undefined;
        status?: "pending" | "succeeded" | "failed" | "unrecognized" | undefined;
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
        /** Id of this kind: `trf_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Transfer;
  };
  /**
   * Get the balances of a cardholder. Straight from the provider (KeySecure, credit mode).
   *
   * Scope: `cards:read`.
   */
  getBalances: {
    input: {
      params: {
        /** Id of this kind: `chd_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: BalanceList;
  };
  /**
   * Get a transaction of the company’s wallet. Straight from the provider (OPEN-API, whose path for it is a setting), by the provider’s id of the transaction. Empty when the provider knows none. Nothing is kept.
   *
   * Scope: `cards:read`.
   */
  getWalletTransaction: {
    input: {
      query: {
        /** The provider account, by its name in the accounts file. */
        account: string;
        /** The provider's id of the wallet transaction. */
        transaction: string;
      };
    };
    answer: WalletTransaction;
  };
  /**
   * Start binding a bank card. Asks the provider (Yixin) to send the user an SMS code: `awaiting_code`, or `not_required` when the card needs no binding. Each call with a new key can send a person another SMS, so limits apply per card and phone number; and per user, because it may tell whether a card is theirs.
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
   * List bindings. Bank cards (Yixin) and card tokens (Onerway) in one shape, newest first, from the gateway’s own records. `refresh=true` with an account and a user asks the provider first and stores what it says.
   *
   * Scope: `bindings:read`.
   */
  listBindings: {
    input: {
      query?: {
        /** The provider account, by its name in the accounts file. */
        account?: string | undefined;
        /** The end user, by the company's own id. */
        user?: string | undefined;
        kind?: "bank_card" | "token" | "subscription" | undefined;
        status?: "starting" | "awaiting_code" | "verifying" | "bound" | "not_required" | "expired" | "refused" | "removed" | undefined;
        /** `true` asks the provider first and stores what it says. */
        refresh?: boolean | undefined;
        /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
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
        /** Id of this kind: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
      body: VerifyBinding;
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Binding;
  };
  /**
   * Remove a binding. Deletes a card token at the provider (Onerway, whose path for it is a setting). If the answer is lost, the user’s list shows whether it is gone.
   *
   * Scope: `bindings:write`.
   */
  removeBinding: {
    input: {
      params: {
        /** Id of this kind: `bind_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Binding;
  };
  /**
   * Reveal the payment token of a binding. The token with which a payment is made (Onerway), opened from where it is sealed. Audited and limited like the reveal of a card.
   *
   * Scope: `bindings:reveal`.
   */
  revealBinding: {
    input: {
      params: {
        /** Id of this kind: `bind_` and 26 characters, sortable by time. */
        id: string;
      };
      body: Purpose;
    };
    answer: RevealedBinding;
  };
  /**
   * Check whether a card needs binding. Asks the provider (Yixin) whether this user must still bind this card. Changes nothing and sends no SMS. The answer confirms a card number to whoever guesses it, so it is limited per user and per key, and who asked is in the audit log before the provider is asked.
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
   * List supported banks. Banks whose cards this user can bind, with the limits the provider quotes (Yixin).
   *
   * Scope: `bindings:read`.
   */
  listBanks: {
    input: {
      query: {
        /** The provider account, by its name in the accounts file. */
        account: string;
        /** The end user, by the company's own id. */
        user: string;
        /** The end user's IP address, where the provider wants it (Yixin) and the account sets no default. */
        userIp?: string | undefined;
      };
    };
    answer: BankList;
  };
  /**
   * Look up the bank of a card number. Asks the provider (Yixin) which bank issued a card. A POST, because a card number must not stand in a URL. Limited per key.
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
        /** Id of this kind: `sync_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Sync;
  };
  /**
   * List operations. Every write with its evidence, newest first. `outcome=unknown` shows what waits to be settled, `settlesBy=person` what waits for you (resolveOperation). Shown are the operations of the types that the key may read: with `cards:read` those on cards, cardholders and transfers, with `bindings:read` those on bindings, with either the syncs.
   *
   * Scope: `cards:read` or `bindings:read`.
   */
  listOperations: {
    input: {
      query?: {
        outcome?: "submitting" | "succeeded" | "refused" | "unknown" | "superseded" | undefined;
        /** Only writes of unknown outcome that wait for this. */
        settlesBy?: "look-up" | "person" | undefined;
        type?: "createCardholder" | "reapplyCardholder" | "issueCard" | "activateCard" | "freezeCard" | "unfreezeCard" | "cancelCard" | "setCardPin" | "createTransfer" | "startBinding" | "verifyBinding" | "removeBinding" | "startSync" | undefined;
        /** The provider account, by its name in the accounts file. */
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
   * Get an operation. One write: what was sent when, what the provider said, and how it settled. One of a type that the key may not read (listOperations) is answered like one that does not exist.
   *
   * Scope: `cards:read` or `bindings:read`.
   */
  getOperation: {
    input: {
      params: {
        /** Id of this kind: `op_` and 26 characters, sortable by time. */
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
        /** Id of this kind: `op_` and 26 characters, sortable by time. */
        id: string;
      };
      body: {
        /** `refused`: nothing happened at the provider. */
        outcome: "succeeded" | "refused";
        /** How you found out. Kept with the operation; put no card data into it. */
        reason: string;
        /** The provider’s id of what came of the write; needed for a success whose resource has none yet. Of a `startBinding` the id of the SMS. */
        providerRef?: string | undefined;
      };
      /** The key under which this write happens at most once: keep it with the order and give it again to repeat. A fresh UUID when absent. */
      idempotencyKey?: string | undefined;
    };
    answer: Operation;
  };
  /**
   * List callbacks. Verified notifications of the providers, newest first. `state=failed` shows what could not be worked.
   *
   * Scope: `operations:resolve`.
   */
  listCallbacks: {
    input: {
      query?: {
        /** The provider account, by its name in the accounts file. */
        account?: string | undefined;
        state?: "received" | "worked" | "failed" | undefined;
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
        /** Id of this kind: `evt_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Callback;
  };
  /**
   * Work a callback again. Puts a stored notification back on the queue. It says what it said, so that working it again changes nothing that is newer.
   *
   * Scope: `operations:resolve`.
   */
  replayCallback: {
    input: {
      params: {
        /** Id of this kind: `evt_` and 26 characters, sortable by time. */
        id: string;
      };
    };
    answer: Callback;
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
};
