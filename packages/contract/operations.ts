import { z } from 'zod';
import * as binding from './binding.ts';
import * as card from './card.ts';
import * as cardholder from './cardholder.ts';
import * as product from './card-product.ts';
import { publicId, refreshQuery } from './common.ts';
import * as examples from './examples.ts';
import * as operation from './operation.ts';
import type { ProblemCode } from './problem.ts';
import { providerListSchema } from './provider.ts';
import type { Scope } from './scope.ts';
import * as sync from './sync.ts';

/** One operation of the API. Routes, OpenAPI, the portal and the client are all made from it. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** The key must have one of these; an empty list takes any valid key. */
  readonly scopes: readonly Scope[];
  /**
   * `write` needs an Idempotency-Key and answers 202 while its outcome is unknown; `read` changes nothing at a provider,
   * also where it is a POST because a card number must not stand in a URL.
   */
  readonly effect: 'read' | 'write';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly success: { readonly status: 200 | 201 | 202; readonly description: string; readonly schema: z.ZodType };
  /** Problems beyond those of every operation (authentication, malformed input, failure of the gateway). */
  readonly problems: readonly ProblemCode[];
  readonly example: { readonly body?: unknown; readonly answer: unknown };
}

const idOf = (kind: Parameters<typeof publicId>[0]) => z.strictObject({ id: publicId(kind) });

const providerReads = ['provider-error', 'provider-unavailable', 'not-supported'] as const;
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
      'OPEN-API BINs and KeySecure packages or BINs in one shape. They are kept as last seen: an account is asked when it ' +
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
      'Hands a Sumsub share token to the provider (KeySecure), which then checks the identity: poll the cardholder with ' +
      '`refresh=true` until it is `approved` or `rejected`. One `reference` has one cardholder per account.',
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
    problems: [],
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
    problems: [],
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
  startBinding: {
    method: 'POST',
    path: '/v1/bindings',
    tag: 'Bindings',
    summary: 'Start binding a bank card',
    description:
      'Asks the provider (Yixin) to send the user an SMS code: `awaiting_code`, or `not_required` when the card needs no binding. ' +
      'Each call with a new key can send a person another SMS, so limits apply per card and phone number.',
    scopes: ['bindings:write'],
    effect: 'write',
    body: binding.startBindingSchema,
    success: { status: 201, description: 'The SMS is on its way, or none is needed.', schema: binding.bindingSchema },
    problems: [...providerWrites, 'sms-limit', 'not-found'],
    example: { body: examples.startBinding, answer: examples.binding },
  },
  verifyBinding: {
    method: 'POST',
    path: '/v1/bindings/{id}/verify',
    tag: 'Bindings',
    summary: 'Verify a binding with the SMS code',
    description:
      'Hands the code to the provider: `bound`; `expired` when it came too late (start again); a wrong code is refused and the ' +
      'binding still awaits the right one. Give each code its own Idempotency-Key.',
    scopes: ['bindings:write'],
    effect: 'write',
    params: idOf('binding'),
    body: binding.verifyBindingSchema,
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
      'Bank cards (Yixin) and card tokens (Onerway) in one shape, newest first, from the gateway’s own records. ' +
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
  checkBinding: {
    method: 'POST',
    path: '/v1/binding-checks',
    tag: 'Bindings',
    summary: 'Check whether a card needs binding',
    description:
      'Asks the provider (Yixin) whether this user must still bind this card. Changes nothing and sends no SMS.',
    scopes: ['bindings:read'],
    effect: 'read',
    body: binding.checkBindingSchema,
    success: { status: 200, description: 'The provider’s answer.', schema: binding.bindingCheckSchema },
    problems: [...providerReads, 'not-found'],
    example: { body: examples.checkBinding, answer: examples.bindingCheck },
  },
  listBanks: {
    method: 'GET',
    path: '/v1/banks',
    tag: 'Bindings',
    summary: 'List supported banks',
    description: 'Banks whose cards this user can bind, with the limits the provider quotes (Yixin).',
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
      'Asks the provider (Yixin) which bank issued a card. A POST, because a card number must not stand in a URL.',
    scopes: ['bindings:read'],
    effect: 'read',
    body: binding.lookUpIssuerSchema,
    success: { status: 200, description: 'The bank.', schema: binding.issuerSchema },
    problems: [...providerReads, 'not-found'],
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
      'The answer is 202 because the work follows; `GET /v1/syncs/{id}` shows how far it is.',
    scopes: ['cards:write', 'bindings:write'],
    effect: 'write',
    body: sync.startSyncSchema,
    success: { status: 202, description: 'The sync is queued.', schema: sync.syncSchema },
    problems: ['not-supported', 'request-in-progress', 'idempotency-key-reused', 'not-found'],
    example: { body: examples.startSync, answer: examples.sync },
  },
  getSync: {
    method: 'GET',
    path: '/v1/syncs/{id}',
    tag: 'Syncs',
    summary: 'Get a sync',
    description: 'How far it is.',
    scopes: ['cards:read', 'cards:write', 'bindings:read', 'bindings:write'],
    effect: 'read',
    params: idOf('sync'),
    success: { status: 200, description: 'The sync.', schema: sync.syncSchema },
    problems: ['not-found'],
    example: { answer: examples.finishedSync },
  },
  listOperations: {
    method: 'GET',
    path: '/v1/operations',
    tag: 'Operations',
    summary: 'List operations',
    description: 'Every write with its evidence, newest first. `outcome=unknown` shows what waits to be settled.',
    scopes: [],
    effect: 'read',
    query: operation.operationQuerySchema,
    success: { status: 200, description: 'A page of operations.', schema: operation.operationPageSchema },
    problems: [],
    example: { answer: { data: [examples.operation], nextCursor: null } },
  },
  getOperation: {
    method: 'GET',
    path: '/v1/operations/{id}',
    tag: 'Operations',
    summary: 'Get an operation',
    description: 'One write: what was sent when, what the provider said, and how it settled.',
    scopes: [],
    effect: 'read',
    params: idOf('operation'),
    success: { status: 200, description: 'The operation.', schema: operation.operationSchema },
    problems: ['not-found'],
    example: { answer: examples.operation },
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
export type Operations = typeof operations;
