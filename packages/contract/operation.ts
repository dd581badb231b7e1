import {
  isProviderId,
  type OperationType,
  type RefusalReason,
  type ResolvedBy,
  type UnknownReason,
} from '@card-gateway/core';
import { z } from 'zod';
import {
  accountName,
  hasNoCardNumber,
  isNoCardNumber,
  noCardNumberRule,
  operationOutcome,
  pageOf,
  pageQuery,
  printableText,
  publicId,
  resolvesBy,
  timestamp,
  words,
} from './common.ts';
import type { Scope } from './scope.ts';
import { syncReadScopes } from './sync.ts';

/**
 * The scopes that show the operations of a type, which are those that read their resources. The key needs one of them; for a
 * sync they depend on what it reads ({@link syncReadScopes}).
 */
export const operationReadScopes: Readonly<Record<OperationType, readonly Scope[]>> = {
  createCardholder: ['cards:read'],
  reapplyCardholder: ['cards:read'],
  issueCard: ['cards:read'],
  activateCard: ['cards:read'],
  freezeCard: ['cards:read'],
  unfreezeCard: ['cards:read'],
  cancelCard: ['cards:read'],
  setCardPin: ['cards:read'],
  createTransfer: ['cards:read'],
  startBinding: ['bindings:read'],
  verifyBinding: ['bindings:read'],
  removeBinding: ['bindings:read'],
  startSync: [...syncReadScopes.cards, ...syncReadScopes.bindings],
};

export const operationType = words<OperationType>('OperationType', 'Which write it is, by its operation id.', {
  createCardholder: 'An application for a cardholder.',
  reapplyCardholder: 'Another application for a rejected cardholder.',
  issueCard: 'An order for a card.',
  activateCard: 'A card is activated.',
  freezeCard: 'A card is frozen.',
  unfreezeCard: 'A card is unfrozen.',
  cancelCard: 'A card is cancelled.',
  setCardPin: 'A card gets a new PIN.',
  createTransfer: 'Value is moved to or from a cardholder.',
  startBinding: 'An SMS code is asked for.',
  verifyBinding: 'An SMS code is handed in.',
  removeBinding: 'A binding is removed.',
  startSync: 'A sync is started.',
});

const unknownReason = words<UnknownReason>('UnknownReason', 'Why an outcome is, or was, not known.', {
  no_answer: 'No answer came.',
  unreadable_answer: 'The answer does not say what was done: it is not as documented, or names nothing that was made.',
  unlisted_code: 'The answer had a code that no document lists.',
});

const refusalReason = words<RefusalReason>('RefusalReason', 'Why nothing happened, the same for every provider.', {
  not_sent: 'The request never left: no name, no connection, no TLS.',
  invalid_request: 'The provider finds the request faulty.',
  not_found: 'The provider does not have what the request names.',
  conflict: 'It exists already, or its state does not allow this.',
  declined: 'The provider does not want to.',
  wrong_code: 'The code is wrong.',
  rate_limited: 'The provider got too many requests.',
  unavailable: 'The provider cannot do it now.',
  configuration: 'The account is not set up for it; an operator mends that.',
  unsupported: 'The account cannot do this.',
});

const refusal = z
  .object({
    reason: refusalReason,
    code: z.string().nullable().meta({ description: "The provider's code; null where it gave none." }),
    message: z.string().nullable().meta({ description: "The provider's text, redacted." }),
  })
  .meta({ id: 'Refusal', description: 'Why the provider did nothing.' });

const resolvedBy = words<ResolvedBy>('ResolvedBy', 'What showed the outcome of a write.', {
  answer: 'The answer to the call itself.',
  'look-up': 'A look-up that was made for it.',
  callback: 'A verified callback.',
  list: 'A list that showed it.',
  person: 'A person; `resolution` has the word.',
});

const resolution = z
  .object({
    caller: z.string().meta({ description: 'The service whose API key it was.' }),
    apiKey: z.string().meta({ description: 'Id of that API key.' }),
    reason: z.string().meta({ description: 'How the person found out.' }),
    providerRef: z.string().nullable().meta({ description: "The provider's id that the person gave." }),
    resolvedAt: timestamp.meta({ description: 'When the person said it.' }),
  })
  .meta({ id: 'Resolution', description: 'The word of the person who resolved an operation.' });

const attemptKind = words<'send' | 'look-up' | 'callback' | 'list' | 'person'>(
  'AttemptKind',
  'Where evidence is from.',
  {
    send: 'The call itself.',
    'look-up': 'A look-up that was made for it.',
    callback: 'A verified callback.',
    list: 'A list that was read.',
    person: "A person's word.",
  },
);

const attemptOutcome = words<'done' | 'refused' | 'unknown' | 'absent'>('AttemptOutcome', 'What evidence shows.', {
  done: 'The provider did it.',
  refused: 'Nothing happened.',
  unknown: 'It shows neither.',
  absent: 'The look-up did not find it (yet), which proves nothing.',
});

const attempt = z
  .object({
    kind: attemptKind,
    startedAt: timestamp.meta({ description: 'When it began.' }),
    finishedAt: timestamp.meta({ description: 'When it ended.' }),
    outcome: attemptOutcome,
    httpStatus: z.int().nullable().meta({ description: 'HTTP status of the provider; null where none came.' }),
    providerCode: z.string().nullable().meta({ description: "The provider's code; null where it gave none." }),
    providerMessage: z.string().nullable().meta({ description: "The provider's text, redacted." }),
  })
  .meta({ id: 'Attempt', description: 'One piece of evidence about a write.' });

export const operationSchema = z
  .object({
    id: publicId('operation'),
    type: operationType,
    provider: z.string().meta({ description: 'The provider behind the account.' }),
    account: accountName,
    caller: z.string().meta({ description: 'The service that asked for it.' }),
    outcome: operationOutcome,
    resource: z.string().meta({ description: 'Id of the card, cardholder, transfer, binding or sync it is about.' }),
    unknownBecause: unknownReason.nullable().meta({ description: 'Null where the outcome was never unknown.' }),
    refusal: refusal.nullable().meta({ description: 'Null where it was not refused.' }),
    unknownSince: timestamp
      .nullable()
      .meta({ description: 'Since when the outcome is not known; null when it is, or is still awaited.' }),
    resolvesBy: resolvesBy.nullable().meta({ description: 'Null where the outcome is not unknown.' }),
    nextLookUpAt: timestamp
      .nullable()
      .meta({ description: 'When the provider is asked next; null where it is not asked.' }),
    resolvedBy: resolvedBy.nullable().meta({ description: 'Null until the outcome is known.' }),
    resolution: resolution.nullable().meta({ description: 'The word of the person who resolved it.' }),
    supersededBy: publicId('operation').nullable().meta({
      description:
        'A later write of the same thing, which succeeded while the outcome of this one was unknown. Nothing is asked about this one any more.',
    }),
    createdAt: timestamp.meta({ description: 'When it was recorded, before it was sent.' }),
    resolvedAt: timestamp.nullable().meta({ description: 'When its outcome became known; null before.' }),
    attempts: z.array(attempt).meta({
      description:
        'The evidence: every call about this write and what else showed its outcome, oldest first; look-ups that ' +
        'showed the same are one entry.',
    }),
  })
  .meta({ id: 'Operation', description: 'One write, what was sent, what was said, and how it was resolved.' });

const unresolvedAccount = z
  .object({
    account: accountName,
    unknown: z.int().meta({ description: 'Writes whose outcome nobody knows.' }),
    waitingForPerson: z.int().meta({ description: 'Of those, the ones that a person must resolve.' }),
    oldestUnknownSince: timestamp.meta({ description: 'Since when the oldest of them is unknown.' }),
  })
  .meta({ id: 'UnresolvedAccount', description: 'How many writes of an account are unknown.' });

export const operationPageSchema = pageOf(operationSchema, 'OperationPage')
  .extend({
    unresolved: z.array(unresolvedAccount).meta({
      description:
        'What is unknown at each account that has any, of the types that the key may read, whatever this page shows.',
    }),
  })
  .meta({ id: 'OperationPage', description: 'One page of operations, and how many are unknown in all.' });

export const operationQuerySchema = z.strictObject({
  outcome: operationOutcome.optional().meta({ description: 'Only writes of this outcome.' }),
  resolvesBy: resolvesBy.optional().meta({ description: 'Only writes of unknown outcome that wait for this.' }),
  type: operationType.optional().meta({ description: 'Only writes of this type.' }),
  account: accountName.optional().meta({ description: 'Only writes of this account.' }),
  ...pageQuery,
});

const providerIdRule = 'expected an id of the provider: 1 to 128 characters, no control characters, not "." or ".."';

const resolvedOutcome = words<'succeeded' | 'refused'>('ResolvedOutcome', 'What a person found out.', {
  succeeded: 'The provider did it.',
  refused: 'Nothing happened at the provider.',
});

export const resolveOperationSchema = z
  .strictObject({
    outcome: resolvedOutcome,
    reason: printableText(1, 500)
      .trim()
      .min(1)
      .refine(hasNoCardNumber, noCardNumberRule)
      .meta({ description: 'How you found out. Kept with the operation; one with a card number is refused.' }),
    providerRef: z
      .string()
      .min(1, { error: providerIdRule, abort: true })
      .max(128, { error: providerIdRule, abort: true })
      .refine(isProviderId, providerIdRule)
      .optional()
      .meta({
        description:
          'The provider’s id of what came of the write; needed for a success whose resource has none yet. Of a `startBinding` the id of the SMS. ' +
          isNoCardNumber,
      }),
  })
  .meta({ id: 'ResolveOperation', description: 'What a person found out about a write of unknown outcome.' });
