import { z } from 'zod';
import * as binding from './binding.ts';
import * as callback from './callback.ts';
import * as card from './card.ts';
import * as cardholder from './cardholder.ts';
import * as product from './card-product.ts';
import { publicId, refreshQuery } from './common.ts';
import * as destination from './event-destination.ts';
import * as event from './event.ts';
import { eventExamples } from './event-examples.ts';
import * as examples from './examples.ts';
import * as operation from './operation.ts';
import type { ProblemCode } from './problem.ts';
import { providerListSchema } from './provider.ts';
import type { Scope } from './scope.ts';
import * as sync from './sync.ts';
import * as transaction from './transaction.ts';
import * as transfer from './transfer.ts';
import * as wallet from './wallet.ts';

/** One operation of the API, from which routes, OpenAPI document, portal and client are derived. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: `/v1/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** The key needs one of these; an empty list accepts any valid key. */
  readonly scopes: readonly Scope[];
  /**
   * `write` needs an Idempotency-Key and answers 202 while its outcome is unknown; `read` changes nothing at a provider, even
   * if it is a POST because a card number must not be in a URL.
   */
  readonly effect: 'read' | 'write';
  /** The query parameter that says, in seconds, how long the answer may be held back. */
  readonly heldBy?: string;
  /** A write that changes only our own records: its outcome is never unknown. */
  readonly resolvesAtOnce?: true;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Members of the body that are passed on and never stored, not even as a hash: repeats are not compared by them. */
  readonly neverKept?: readonly string[];
  readonly success: {
    readonly status: 200 | 201 | 202;
    readonly description: string;
    readonly schema: z.ZodType;
    /** The same in another form, for those who accept its media type. */
    readonly otherwise?: { readonly mediaType: string; readonly schema: z.ZodType };
  };
  /** Problems beyond those of every operation (authentication, malformed input, failure of the gateway). */
  readonly problems: readonly ProblemCode[];
  readonly example: { readonly body?: unknown; readonly answer: unknown };
}

const idOf = (kind: Parameters<typeof publicId>[0]) => z.strictObject({ id: publicId(kind) });

const providerReads = ['refused-by-provider', 'provider-error', 'provider-unavailable', 'not-supported'] as const;
const providerWrites = [
  'not-supported',
  'refused-by-provider',
  'provider-unreachable',
  'request-in-progress',
  'idempotency-key-reused',
] as const;

export const operations = {
  listProviders: {
    method: 'GET',
    path: '/v1/providers',
    tag: 'Providers',
    summary: 'List provider accounts',
    description:
      'The accounts that your key may use, what each can do and how its last calls went. An operation is `documented`, ' +
      '`needs-settings` (it would work with a setting that the provider has not published) or `absent`, with the reason.',
    scopes: ['catalog:read'],
    effect: 'read',
    success: { status: 200, description: 'The accounts.', schema: providerListSchema },
    problems: [],
    example: { answer: { data: [examples.providerAccount] } },
  },
  listCardProducts: {
    method: 'GET',
    path: '/v1/card-products',
    tag: 'Cards',
    summary: 'List card products',
    description:
      'The products of all accounts in one shape. They are kept as last seen: an account is asked when it ' +
      'was not asked for five minutes, or with `refresh=true`. If it does not answer, what was last seen is given; `seenAt` says when that was.',
    scopes: ['catalog:read'],
    effect: 'read',
    query: product.cardProductQuerySchema,
    success: { status: 200, description: 'A page of products.', schema: product.cardProductPageSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: { data: [examples.cardProduct], nextCursor: null } },
  },
  createCardholder: {
    method: 'POST',
    path: '/v1/cardholders',
    tag: 'Cardholders',
    summary: 'Create a cardholder',
    description:
      'Hands an application to the provider, which then checks the identity: poll the cardholder with `refresh=true` until it is ' +
      '`approved` or `rejected`. One `reference` has one cardholder per account; one that was rejected is applied for again with reapplyCardholder.',
    scopes: ['cards:write'],
    effect: 'write',
    body: cardholder.createCardholderSchema,
    success: { status: 201, description: 'The application was accepted.', schema: cardholder.cardholderSchema },
    problems: [...providerWrites, 'already-exists', 'not-found'],
    example: {
      body: examples.createCardholder,
      answer: { ...examples.cardholder, status: 'pending', providerStatus: null, syncedAt: null },
    },
  },
  listCardholders: {
    method: 'GET',
    path: '/v1/cardholders',
    tag: 'Cardholders',
    summary: 'List cardholders',
    description: 'Newest first, from the gateway’s own records.',
    scopes: ['cards:read'],
    effect: 'read',
    query: cardholder.cardholderQuerySchema,
    success: { status: 200, description: 'A page of cardholders.', schema: cardholder.cardholderPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.cardholder], nextCursor: null } },
  },
  getCardholder: {
    method: 'GET',
    path: '/v1/cardholders/{id}',
    tag: 'Cardholders',
    summary: 'Get a cardholder',
    description: 'From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('cardholder'),
    query: z.strictObject({ refresh: refreshQuery }),
    success: { status: 200, description: 'The cardholder.', schema: cardholder.cardholderSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: examples.cardholder },
  },
  reapplyCardholder: {
    method: 'POST',
    path: '/v1/cardholders/{id}/applications',
    tag: 'Cardholders',
    summary: 'Apply again for a rejected cardholder',
    description:
      'Hands in another identity check for a cardholder that is `rejected`; `failReason` says why, after `refresh=true`. It is ' +
      '`pending` again then, under the same id, and the provider decides anew. If the answer is lost, the cardholder is read ' +
      'until it is no longer `rejected`.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('cardholder'),
    body: cardholder.reapplyCardholderSchema,
    success: { status: 200, description: 'The application was accepted.', schema: cardholder.cardholderSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: {
      body: examples.reapplyCardholder,
      answer: { ...examples.cardholder, status: 'pending', providerStatus: null },
    },
  },
  issueCard: {
    method: 'POST',
    path: '/v1/cards',
    tag: 'Cards',
    summary: 'Issue a card',
    description:
      'Orders a card of a product for a cardholder. 201 says that the provider accepted the order; the card is `pending` until ' +
      'the provider has made it: poll it with `refresh=true`. 202 says that the answer was lost: the gateway keeps asking the ' +
      'provider and never orders again. Repeat with the same Idempotency-Key as often as you like: there is one card.',
    scopes: ['cards:write'],
    effect: 'write',
    body: card.issueCardSchema,
    success: { status: 201, description: 'The order was accepted.', schema: card.cardSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { body: examples.issueCard, answer: examples.card },
  },
  listCards: {
    method: 'GET',
    path: '/v1/cards',
    tag: 'Cards',
    summary: 'List cards',
    description: 'Newest first, from the gateway’s own records. Start a sync to bring in the cards of an account.',
    scopes: ['cards:read'],
    effect: 'read',
    query: card.cardQuerySchema,
    success: { status: 200, description: 'A page of cards.', schema: card.cardPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.card], nextCursor: null } },
  },
  getCard: {
    method: 'GET',
    path: '/v1/cards/{id}',
    tag: 'Cards',
    summary: 'Get a card',
    description: 'From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('card'),
    query: z.strictObject({ refresh: refreshQuery }),
    success: { status: 200, description: 'The card.', schema: card.cardSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: examples.card },
  },
  activateCard: {
    method: 'POST',
    path: '/v1/cards/{id}/activate',
    tag: 'Cards',
    summary: 'Activate a card',
    description:
      'A physical card that has arrived: `inactive` → `active`. The security code and the last four digits prove that it is there. ' +
      'A repeat under the same key with another security code is the same request: it gets the first answer again, and that ' +
      'code is not tried. Give each code its own Idempotency-Key. Codes that are tried are limited per card and day, and audited.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('card'),
    body: card.activateCardSchema,
    neverKept: ['cvv'],
    success: { status: 200, description: 'The card after the change.', schema: card.cardSchema },
    problems: [...providerWrites, 'guess-limit', 'illegal-state', 'not-found'],
    example: { body: examples.activateCard, answer: examples.activeCard },
  },
  freezeCard: {
    method: 'POST',
    path: '/v1/cards/{id}/freeze',
    tag: 'Cards',
    summary: 'Freeze a card',
    description:
      '`active` → `frozen`: payments are declined until it is unfrozen. An illegal change is refused before any call.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('card'),
    success: { status: 200, description: 'The card after the change.', schema: card.cardSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { answer: examples.frozenCard },
  },
  unfreezeCard: {
    method: 'POST',
    path: '/v1/cards/{id}/unfreeze',
    tag: 'Cards',
    summary: 'Unfreeze a card',
    description: '`frozen` → `active`.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('card'),
    success: { status: 200, description: 'The card after the change.', schema: card.cardSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { answer: examples.activeCard },
  },
  cancelCard: {
    method: 'POST',
    path: '/v1/cards/{id}/cancel',
    tag: 'Cards',
    summary: 'Cancel a card',
    description:
      'For good: `inactive`, `active` or `frozen` → `cancelled` (or `cancelling` first). It cannot be undone.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('card'),
    success: { status: 200, description: 'The card after the change.', schema: card.cardSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { answer: examples.cancelledCard },
  },
  setCardPin: {
    method: 'POST',
    path: '/v1/cards/{id}/pin',
    tag: 'Cards',
    summary: 'Set the PIN of a card',
    description:
      'For an active physical card. The provider’s rules for a PIN are checked before the call. If the answer is lost, no call ' +
      'shows whether the PIN was set: set it again under a new key; the last one counts. A repeat under the same key with another ' +
      'PIN is the same request: it gets the first answer again, and that PIN is not set. Limited per card and day, and audited.',
    scopes: ['cards:write'],
    effect: 'write',
    params: idOf('card'),
    body: card.setCardPinSchema,
    neverKept: ['pin'],
    success: { status: 200, description: 'The card; the PIN is not shown.', schema: card.cardSchema },
    problems: [...providerWrites, 'guess-limit', 'illegal-state', 'not-found'],
    example: { body: examples.setCardPin, answer: examples.activeCard },
  },
  revealCard: {
    method: 'POST',
    path: '/v1/cards/{id}/reveal',
    tag: 'Cards',
    summary: 'Reveal a card',
    description:
      'Card number, expiry and security code, straight from the provider: nothing of it is kept, and `Cache-Control: no-store`, which ' +
      'every answer has, forbids anybody else to. Who asked, and why, is in the audit log before the provider is asked, and so is ' +
      'who was denied. Limited per key and hour.',
    scopes: ['cards:reveal'],
    effect: 'read',
    params: idOf('card'),
    body: card.purposeSchema,
    success: { status: 200, description: 'The secrets of the card.', schema: card.revealedCardSchema },
    problems: [...providerReads, 'reveal-limit', 'illegal-state', 'not-found'],
    example: { body: examples.purpose, answer: examples.revealedCard },
  },
  createFrameToken: {
    method: 'POST',
    path: '/v1/cards/{id}/frame-tokens',
    tag: 'Cards',
    summary: 'Create a token for the hosted card frame',
    description:
      'A one-time token with which the provider’s own frame shows the card to its holder, so that the card number never comes ' +
      'near the company’s systems. Audited and limited like a reveal.',
    scopes: ['cards:reveal'],
    effect: 'read',
    params: idOf('card'),
    body: card.purposeSchema,
    success: { status: 200, description: 'The token.', schema: card.frameTokenSchema },
    problems: [...providerReads, 'reveal-limit', 'illegal-state', 'not-found'],
    example: { body: examples.purpose, answer: examples.frameToken },
  },
  listCardTransactions: {
    method: 'GET',
    path: '/v1/cards/{id}/transactions',
    tag: 'Cards',
    summary: 'List the transactions of a card',
    description:
      'Payments, withdrawals, fees, reversals and refunds, newest first, from the gateway’s own records, which the provider’s ' +
      'notifications keep current. `refresh=true` asks the provider first and stores what it says.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('card'),
    query: transaction.transactionQuerySchema,
    success: { status: 200, description: 'A page of transactions.', schema: transaction.transactionPageSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: { data: [examples.transaction], nextCursor: null } },
  },
  getTransaction: {
    method: 'GET',
    path: '/v1/transactions/{id}',
    tag: 'Cards',
    summary: 'Get a transaction',
    description: 'From the gateway’s own records; `refresh=true` asks the provider first and stores what it says.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('transaction'),
    query: z.strictObject({ refresh: refreshQuery }),
    success: { status: 200, description: 'The transaction.', schema: transaction.transactionSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: examples.transaction },
  },
  createTransfer: {
    method: 'POST',
    path: '/v1/transfers',
    tag: 'Transfers',
    summary: 'Move value to or from a cardholder',
    description:
      'Between the company’s reserve and a cardholder’s account. If the answer is lost, the transfer is ' +
      'looked up by its own number and never sent again.',
    scopes: ['transfers:write'],
    effect: 'write',
    body: transfer.createTransferSchema,
    success: { status: 201, description: 'The provider moved it.', schema: transfer.transferSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { body: examples.createTransfer, answer: examples.transfer },
  },
  listTransfers: {
    method: 'GET',
    path: '/v1/transfers',
    tag: 'Transfers',
    summary: 'List transfers',
    description: 'Newest first, from the gateway’s own records.',
    scopes: ['cards:read'],
    effect: 'read',
    query: transfer.transferQuerySchema,
    success: { status: 200, description: 'A page of transfers.', schema: transfer.transferPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.transfer], nextCursor: null } },
  },
  getTransfer: {
    method: 'GET',
    path: '/v1/transfers/{id}',
    tag: 'Transfers',
    summary: 'Get a transfer',
    description: 'From the gateway’s own records.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('transfer'),
    success: { status: 200, description: 'The transfer.', schema: transfer.transferSchema },
    problems: ['not-found'],
    example: { answer: examples.transfer },
  },
  getBalances: {
    method: 'GET',
    path: '/v1/cardholders/{id}/balances',
    tag: 'Transfers',
    summary: 'Get the balances of a cardholder',
    description: 'Straight from the provider.',
    scopes: ['cards:read'],
    effect: 'read',
    params: idOf('cardholder'),
    success: { status: 200, description: 'The balances.', schema: transfer.balanceListSchema },
    problems: [...providerReads, 'illegal-state', 'not-found'],
    example: { answer: examples.balances },
  },
  getWalletTransaction: {
    method: 'GET',
    path: '/v1/wallet-transactions',
    tag: 'Transfers',
    summary: 'Get a transaction of the company’s wallet',
    description:
      'Straight from the provider, by its id of the transaction. Empty when the provider knows none. Nothing is kept.',
    scopes: ['cards:read'],
    effect: 'read',
    query: wallet.walletTransactionQuerySchema,
    success: { status: 200, description: 'The entries.', schema: wallet.walletTransactionSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: examples.walletTransaction },
  },
  startBinding: {
    method: 'POST',
    path: '/v1/bindings',
    tag: 'Bindings',
    summary: 'Start binding a bank card',
    description:
      'Asks the provider to send the user an SMS code: `awaiting_code`, or `not_required` when the card needs no binding. ' +
      'Each call with a new key can send a person another SMS, so limits apply per card and phone number; and per ' +
      'user, because it may tell whether a card is theirs.',
    scopes: ['bindings:write'],
    effect: 'write',
    body: binding.startBindingSchema,
    success: { status: 201, description: 'The SMS is on its way, or none is needed.', schema: binding.bindingSchema },
    problems: [...providerWrites, 'sms-limit', 'guess-limit', 'not-found'],
    example: { body: examples.startBinding, answer: examples.binding },
  },
  verifyBinding: {
    method: 'POST',
    path: '/v1/bindings/{id}/verify',
    tag: 'Bindings',
    summary: 'Verify a binding with the SMS code',
    description:
      'Hands the code to the provider: `bound`; `expired` when it came too late (start again); a wrong code is refused and the ' +
      'binding still awaits the right one. A repeat under the same key with another code is the same request: it gets the first ' +
      'answer again, and that code is not tried. Give each code its own Idempotency-Key.',
    scopes: ['bindings:write'],
    effect: 'write',
    params: idOf('binding'),
    body: binding.verifyBindingSchema,
    neverKept: ['code'],
    success: { status: 200, description: 'The binding after the code.', schema: binding.bindingSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { body: examples.verifyBinding, answer: examples.boundBinding },
  },
  listBindings: {
    method: 'GET',
    path: '/v1/bindings',
    tag: 'Bindings',
    summary: 'List bindings',
    description:
      'Bank cards and card tokens in one shape, newest first, from the gateway’s own records. ' +
      '`refresh=true` with an account and a user asks the provider first and stores what it says.',
    scopes: ['bindings:read'],
    effect: 'read',
    query: binding.bindingQuerySchema,
    success: { status: 200, description: 'A page of bindings.', schema: binding.bindingPageSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: { data: [examples.boundBinding], nextCursor: null } },
  },
  getBinding: {
    method: 'GET',
    path: '/v1/bindings/{id}',
    tag: 'Bindings',
    summary: 'Get a binding',
    description: 'From the gateway’s own records.',
    scopes: ['bindings:read'],
    effect: 'read',
    params: idOf('binding'),
    success: { status: 200, description: 'The binding.', schema: binding.bindingSchema },
    problems: ['not-found'],
    example: { answer: examples.binding },
  },
  removeBinding: {
    method: 'DELETE',
    path: '/v1/bindings/{id}',
    tag: 'Bindings',
    summary: 'Remove a binding',
    description:
      'Deletes a card token at the provider. If the answer is lost, the user’s list shows whether it is gone.',
    scopes: ['bindings:write'],
    effect: 'write',
    params: idOf('binding'),
    success: { status: 200, description: 'The binding, `removed`.', schema: binding.bindingSchema },
    problems: [...providerWrites, 'illegal-state', 'not-found'],
    example: { answer: examples.removedBinding },
  },
  revealBinding: {
    method: 'POST',
    path: '/v1/bindings/{id}/reveal',
    tag: 'Bindings',
    summary: 'Reveal the payment token of a binding',
    description:
      'The token with which a payment is made, opened from where it is sealed. Audited and limited like the reveal of a card.',
    scopes: ['bindings:reveal'],
    effect: 'read',
    params: idOf('binding'),
    body: card.purposeSchema,
    success: { status: 200, description: 'The payment token.', schema: binding.revealedBindingSchema },
    problems: ['reveal-limit', 'not-supported', 'illegal-state', 'not-found'],
    example: { body: examples.purpose, answer: examples.revealedBinding },
  },
  checkBinding: {
    method: 'POST',
    path: '/v1/binding-checks',
    tag: 'Bindings',
    summary: 'Check whether a card needs binding',
    description:
      'Asks the provider whether this user must still bind this card. Changes nothing and sends no SMS. ' +
      'The answer confirms a card number to whoever guesses it, so it is limited per user and per key, and who asked is in the audit log ' +
      'before the provider is asked.',
    scopes: ['bindings:write'],
    effect: 'read',
    body: binding.checkBindingSchema,
    success: { status: 200, description: 'The provider’s answer.', schema: binding.bindingCheckSchema },
    problems: [...providerReads, 'guess-limit', 'not-found'],
    example: { body: examples.checkBinding, answer: examples.bindingCheck },
  },
  listBanks: {
    method: 'GET',
    path: '/v1/banks',
    tag: 'Bindings',
    summary: 'List supported banks',
    description: 'Banks whose cards this user can bind, with the limits the provider quotes.',
    scopes: ['bindings:read'],
    effect: 'read',
    query: binding.bankQuerySchema,
    success: { status: 200, description: 'The banks.', schema: binding.bankListSchema },
    problems: [...providerReads, 'not-found'],
    example: { answer: examples.banks },
  },
  lookUpIssuer: {
    method: 'POST',
    path: '/v1/issuer-lookups',
    tag: 'Bindings',
    summary: 'Look up the bank of a card number',
    description:
      'Asks the provider which bank issued a card. A POST, because a card number must not stand in a URL. ' +
      'Limited per key.',
    scopes: ['bindings:read'],
    effect: 'read',
    body: binding.lookUpIssuerSchema,
    success: { status: 200, description: 'The bank.', schema: binding.issuerSchema },
    problems: [...providerReads, 'guess-limit', 'not-found'],
    example: { body: examples.lookUpIssuer, answer: examples.issuer },
  },
  startSync: {
    method: 'POST',
    path: '/v1/syncs',
    tag: 'Syncs',
    summary: 'Start a sync',
    description:
      'Pulls an account’s cards, or one user’s bindings, into the gateway: page by page, resumed where it stopped after a restart. ' +
      'The same rows are found again by the provider’s ids, so a second sync changes nothing that has not changed. ' +
      'The answer is 202 because the work follows; `GET /v1/syncs/{id}` shows how far it is. ' +
      'While a sync of the same account, user and kind waits (`queued`), every further call is answered with it, whatever its ' +
      'Idempotency-Key: it shows all that was so when it was called. Beside one that is `running` another one waits.',
    scopes: ['cards:write', 'bindings:write'],
    effect: 'write',
    body: sync.startSyncSchema,
    success: { status: 202, description: 'The sync is queued.', schema: sync.syncSchema },
    problems: ['account-busy', 'not-supported', 'request-in-progress', 'idempotency-key-reused', 'not-found'],
    example: { body: examples.startSync, answer: examples.sync },
  },
  getSync: {
    method: 'GET',
    path: '/v1/syncs/{id}',
    tag: 'Syncs',
    summary: 'Get a sync',
    description:
      'How far it is. A sync of cards is shown to keys that read or write cards, one of bindings to those of bindings.',
    scopes: ['cards:read', 'cards:write', 'bindings:read', 'bindings:write'],
    effect: 'read',
    params: idOf('sync'),
    success: { status: 200, description: 'The sync.', schema: sync.syncSchema },
    problems: ['not-found'],
    example: { answer: examples.finishedSync },
  },
  listCallbacks: {
    method: 'GET',
    path: '/v1/callbacks',
    tag: 'Callbacks',
    summary: 'List callbacks',
    description:
      'Verified notifications of the providers, newest first. `state=failed` shows what could not be processed.',
    scopes: ['operations:resolve'],
    effect: 'read',
    query: callback.callbackQuerySchema,
    success: { status: 200, description: 'A page of callbacks.', schema: callback.callbackPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.callback], nextCursor: null } },
  },
  getCallback: {
    method: 'GET',
    path: '/v1/callbacks/{id}',
    tag: 'Callbacks',
    summary: 'Get a callback',
    description: 'One notification and what became of it.',
    scopes: ['operations:resolve'],
    effect: 'read',
    params: idOf('callback'),
    success: { status: 200, description: 'The callback.', schema: callback.callbackSchema },
    problems: ['not-found'],
    example: { answer: examples.callback },
  },
  replayCallback: {
    method: 'POST',
    path: '/v1/callbacks/{id}/replay',
    tag: 'Callbacks',
    summary: 'Process a callback again',
    description:
      'Puts a stored notification back on the queue. It says what it said, so that processing it again changes nothing that is newer.',
    scopes: ['operations:resolve'],
    effect: 'read',
    params: idOf('callback'),
    success: { status: 200, description: 'It is on the queue.', schema: callback.callbackSchema },
    problems: ['not-found'],
    example: { answer: { ...examples.callback, state: 'received', processedAt: null } },
  },
  listOperations: {
    method: 'GET',
    path: '/v1/operations',
    tag: 'Operations',
    summary: 'List operations',
    description:
      'Every write with its evidence, newest first. `outcome=unknown` shows what waits to be resolved, `resolvesBy=person` what ' +
      'waits for you (resolveOperation). Shown are the operations of the types that the key may read: with `cards:read` those on ' +
      'cards, cardholders and transfers, with `bindings:read` those on bindings, and of syncs those that getSync shows to it.',
    scopes: ['cards:read', 'bindings:read'],
    effect: 'read',
    query: operation.operationQuerySchema,
    success: { status: 200, description: 'A page of operations.', schema: operation.operationPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.operation], nextCursor: null, unresolved: [examples.unresolved] } },
  },
  getOperation: {
    method: 'GET',
    path: '/v1/operations/{id}',
    tag: 'Operations',
    summary: 'Get an operation',
    description:
      'One write: what was sent when, what the provider said, and how it was resolved. One of a type that the key may not read ' +
      '(listOperations) is answered like one that does not exist.',
    scopes: ['cards:read', 'bindings:read'],
    effect: 'read',
    params: idOf('operation'),
    success: { status: 200, description: 'The operation.', schema: operation.operationSchema },
    problems: ['not-found'],
    example: { answer: examples.operation },
  },
  resolveOperation: {
    method: 'POST',
    path: '/v1/operations/{id}/resolve',
    tag: 'Operations',
    summary: 'Resolve an operation',
    description:
      'Closes a write of unknown outcome by the word of a person who found out at the provider what became of it, with a ' +
      'reason. The provider is asked first, where it can be: what it shows counts, and a word that it contradicts is ' +
      'answered with `illegal-state`. The word is kept with the operation for good, and no order is sent again. An ' +
      'installation can require that another caller than the one who made the write resolves it (`forbidden`). Beside its own scope ' +
      'the key needs the one that reads the operation (listOperations). Repeating the same resolution ' +
      'answers the same; an operation whose outcome is known, or still awaited, cannot be resolved.',
    scopes: ['operations:resolve'],
    effect: 'write',
    resolvesAtOnce: true,
    params: idOf('operation'),
    body: operation.resolveOperationSchema,
    success: { status: 200, description: 'The operation, resolved.', schema: operation.operationSchema },
    problems: ['illegal-state', 'idempotency-key-reused', 'not-found', 'provider-unavailable'],
    example: { body: examples.resolveOperation, answer: examples.resolvedOperation },
  },
  createEventDestination: {
    method: 'POST',
    path: '/v1/event-destinations',
    tag: 'Event destinations',
    summary: 'Create an event destination',
    description:
      'From now on events are posted to its URL, signed by Standard Webhooks with the secret in this answer, which is shown once. ' +
      'Any 2xx within 10 seconds counts as received; anything else is tried again, at last every hour, until a destination without a success ' +
      'for 72 hours is disabled. A later event of a subject ' +
      'waits for the earlier one; use `subjectVersion` nevertheless, because an event can come twice. It gets what the key that ' +
      'creates it may read. If the answer is lost, a repeat is answered with `already-exists`: rotateEventDestinationSecret gives a new secret.',
    scopes: ['events:manage'],
    effect: 'read',
    body: destination.createDestinationSchema,
    success: { status: 201, description: 'It gets events.', schema: destination.destinationWithSecretSchema },
    problems: ['already-exists', 'illegal-state', 'not-found'],
    example: {
      body: examples.createDestination,
      answer: { ...examples.destination, lastSuccessAt: null, secret: examples.destinationSecret },
    },
  },
  listEventDestinations: {
    method: 'GET',
    path: '/v1/event-destinations',
    tag: 'Event destinations',
    summary: 'List event destinations',
    description: 'All of the tenant, newest first.',
    scopes: ['events:manage'],
    effect: 'read',
    query: destination.destinationQuerySchema,
    success: { status: 200, description: 'A page of destinations.', schema: destination.destinationPageSchema },
    problems: [],
    example: { answer: { data: [examples.destination], nextCursor: null } },
  },
  getEventDestination: {
    method: 'GET',
    path: '/v1/event-destinations/{id}',
    tag: 'Event destinations',
    summary: 'Get an event destination',
    description: 'One destination and how it fares.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: { status: 200, description: 'The destination.', schema: destination.destinationSchema },
    problems: ['not-found'],
    example: { answer: examples.destination },
  },
  updateEventDestination: {
    method: 'PATCH',
    path: '/v1/event-destinations/{id}',
    tag: 'Event destinations',
    summary: 'Change an event destination',
    description:
      'Its cursor and its secret stay. A new URL gets what the old one has not got yet, at once; for a second events may still be posted to ' +
      'the old one. A failing destination is active then, and a disabled one stays disabled. Where nothing is changed, `updatedAt` stays too.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    body: destination.updateDestinationSchema,
    success: { status: 200, description: 'The destination, changed.', schema: destination.destinationSchema },
    problems: ['already-exists', 'not-found'],
    example: { body: { types: ['card.*'] }, answer: { ...examples.destination, types: ['card.*'] } },
  },
  deleteEventDestination: {
    method: 'DELETE',
    path: '/v1/event-destinations/{id}',
    tag: 'Event destinations',
    summary: 'Delete an event destination',
    description:
      'Nothing is posted to it any more, and where it stopped is forgotten; disableEventDestination keeps it.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: { status: 200, description: 'The destination as it was.', schema: destination.destinationSchema },
    problems: ['not-found'],
    example: { answer: examples.destination },
  },
  enableEventDestination: {
    method: 'POST',
    path: '/v1/event-destinations/{id}/enable',
    tag: 'Event destinations',
    summary: 'Enable an event destination',
    description:
      'Goes on where it stopped, with what has happened since; one that fails is tried at once. Events that retention has ' +
      'removed in the meantime are skipped: `missedUntil` tells of them.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: { status: 200, description: 'The destination, active.', schema: destination.destinationSchema },
    problems: ['not-found'],
    example: { answer: examples.destination },
  },
  disableEventDestination: {
    method: 'POST',
    path: '/v1/event-destinations/{id}/disable',
    tag: 'Event destinations',
    summary: 'Disable an event destination',
    description: 'Nothing is posted to it until it is enabled; attempts that are under way end.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: { status: 200, description: 'The destination, disabled.', schema: destination.destinationSchema },
    problems: ['not-found'],
    example: { answer: { ...examples.disabledDestination, disabledReason: 'requested' } },
  },
  pingEventDestination: {
    method: 'POST',
    path: '/v1/event-destinations/{id}/ping',
    tag: 'Event destinations',
    summary: 'Ping an event destination',
    description:
      'Posts a signed event of the type `destination.ping` now, whatever its status, and answers what came of it. The event is ' +
      'in no feed. If it succeeds, a failing destination is tried at once.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: { status: 200, description: 'What came of it.', schema: destination.deliveryAttemptSchema },
    problems: ['not-found'],
    example: {
      answer: {
        ...examples.deliveryAttempt,
        type: 'destination.ping',
        delivered: true,
        httpStatus: 204,
        failure: null,
        answer: null,
        nextAttemptAt: null,
      },
    },
  },
  rotateEventDestinationSecret: {
    method: 'POST',
    path: '/v1/event-destinations/{id}/rotate-secret',
    tag: 'Event destinations',
    summary: 'Rotate the secret of an event destination',
    description:
      'Answers a new secret, which is shown once. For a day the old one signs too (`webhook-signature` has a signature of each), so that receivers ' +
      'can change over, and for the first seconds it may still sign alone; of several rotations within a day the last two secrets sign.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    success: {
      status: 200,
      description: 'The destination and its new secret.',
      schema: destination.destinationWithSecretSchema,
    },
    problems: ['not-found'],
    example: { answer: { ...examples.destination, secret: examples.destinationSecret } },
  },
  replayEvents: {
    method: 'POST',
    path: '/v1/event-destinations/{id}/replay',
    tag: 'Event destinations',
    summary: 'Replay events to a destination',
    description:
      'Posts events of the past once more, oldest first, beside those that come. A receiver that keeps to `subjectVersion` ignores ' +
      'them where it has that version of the subject, or a later one: what it is to take again it must forget first. A later replay takes the place of one that still runs. `replay` shows how far it is; with `onlyFailed` it stays null, and what does not get through is tried again like any other event.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    body: destination.replayEventsSchema,
    success: { status: 200, description: 'They will be posted.', schema: destination.destinationSchema },
    problems: ['illegal-state', 'not-found'],
    example: { body: examples.replayEvents, answer: { ...examples.destination, replay: examples.replay } },
  },
  listDestinationDeliveries: {
    method: 'GET',
    path: '/v1/event-destinations/{id}/deliveries',
    tag: 'Event destinations',
    summary: 'List the deliveries to a destination',
    description: 'Every attempt, newest first; kept for 30 days, if the installation does not say otherwise.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('destination'),
    query: destination.deliveryAttemptQuerySchema,
    success: { status: 200, description: 'A page of attempts.', schema: destination.deliveryAttemptPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.deliveryAttempt], nextCursor: null } },
  },
  listEventDeliveries: {
    method: 'GET',
    path: '/v1/events/{id}/deliveries',
    tag: 'Event destinations',
    summary: 'List the deliveries of an event',
    description: 'Every attempt at all destinations of the tenant, newest first.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('event'),
    query: destination.deliveryAttemptQuerySchema,
    success: { status: 200, description: 'A page of attempts.', schema: destination.deliveryAttemptPageSchema },
    problems: ['not-found'],
    example: { answer: { data: [examples.deliveryAttempt], nextCursor: null } },
  },
  resendEvent: {
    method: 'POST',
    path: '/v1/events/{id}/resend',
    tag: 'Event destinations',
    summary: 'Resend an event',
    description: 'Posts one event once more to a destination, whatever types that one gets.',
    scopes: ['events:manage'],
    effect: 'read',
    params: idOf('event'),
    body: destination.resendEventSchema,
    success: { status: 200, description: 'It will be posted there.', schema: destination.destinationSchema },
    problems: ['illegal-state', 'not-found'],
    example: { body: { destination: examples.destinationId }, answer: examples.destination },
  },
  listEvents: {
    method: 'GET',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Read the event feed',
    description:
      'What has changed, oldest first: every change of every resource, exactly once, in an order that is the same for all. Keep ' +
      '`nextCursor` and give it as `after`: you go on where you were, whatever happened to you meanwhile. With `wait` the request ' +
      'is held until an event comes. A page looks at some ten thousand events at most, so it may be empty though `hasMore` is true. ' +
      'A cursor of events that are no longer kept is answered with `cursor-expired`. The key sees the events of what its other scopes ' +
      'show it. `Accept: application/cloudevents-batch+json` gives the events as CloudEvents, and the next cursor in `Link`. So many ' +
      'requests may wait at once, for each key and in all; one more is answered with `wait-limit` if there is nothing to read.',
    scopes: ['events:read'],
    effect: 'read',
    heldBy: 'wait',
    query: event.eventQuerySchema,
    success: {
      status: 200,
      description: 'The events behind the cursor.',
      schema: event.eventPageSchema,
      otherwise: { mediaType: event.cloudEventsMediaType, schema: event.cloudEventsSchema },
    },
    problems: ['cursor-expired', 'wait-limit', 'not-found'],
    example: { answer: { data: eventExamples.slice(0, 1), nextCursor: eventExamples[0]?.cursor, hasMore: false } },
  },
  getEvent: {
    method: 'GET',
    path: '/v1/events/{id}',
    tag: 'Events',
    summary: 'Get an event',
    description:
      'One event. One of a thing that the key may not read (listEvents) is answered like one that does not exist.',
    scopes: ['events:read'],
    effect: 'read',
    params: idOf('event'),
    success: { status: 200, description: 'The event.', schema: event.eventSchema },
    problems: ['not-found'],
    example: { answer: { ...eventExamples[0], cursor: null } },
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
export type Operations = typeof operations;

/** Whether it creates a resource, whose path is the operation's path plus the id: `Location` names it. */
export function createsResource({ effect, params }: Operation): boolean {
  return effect === 'write' && params === undefined;
}
