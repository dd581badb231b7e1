import { isProviderId, operationStates, type OperationType, operationTypes, settledBy } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, pageOf, pageQuery, printable, printableRule, publicId, timestamp } from './common.ts';
import type { Scope } from './scope.ts';

/** Who sees the operations of a type: whoever may read what they are about. The key must have one of the scopes. */
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
  startSync: ['cards:read', 'bindings:read'],
};

export const operationSchema = z
  .object({
    id: publicId('operation'),
    type: z.enum(operationTypes),
    provider: z.string(),
    account: accountName,
    caller: z.string().meta({ description: 'The service that asked for it.' }),
    outcome: z.enum(operationStates).meta({
      description:
        '`superseded`: it was unknown when a later write of the same thing succeeded. Whether it did anything stays unknown; nobody has to find out.',
    }),
    resource: z.string().meta({ description: 'Id of the card, cardholder, binding or sync it is about.' }),
    unknownBecause: z
      .enum(['no_answer', 'unreadable_answer', 'unlisted_code'])
      .nullable()
      .meta({ description: 'Why the outcome is, or was, not known.' }),
    refusal: z.object({ reason: z.string(), code: z.string().nullable(), message: z.string().nullable() }).nullable(),
    unknownSince: timestamp
      .nullable()
      .meta({ description: 'Since when the outcome is not known; null when it is, or is still awaited.' }),
    settlesBy: z
      .enum(['look-up', 'person'])
      .nullable()
      .meta({ description: 'What an unknown outcome waits for: the next look-up, or a person (resolveOperation).' }),
    nextLookUpAt: timestamp.nullable(),
    settledBy: z.enum(settledBy).nullable().meta({
      description: 'The answer itself, a look-up made for it, a verified callback, a list that showed it, or a person.',
    }),
    resolution: z
      .object({
        resolvedBy: z.string().meta({ description: 'The service whose API key it was.' }),
        apiKey: z.string(),
        reason: z.string(),
        providerRef: z.string().nullable(),
        resolvedAt: timestamp,
      })
      .nullable()
      .meta({ description: 'The word of the person who settled it.' }),
    supersededBy: publicId('operation').nullable().meta({
      description:
        'A later write of the same thing, which succeeded while the outcome of this one was unknown. Nothing is asked about this one any more.',
    }),
    createdAt: timestamp,
    settledAt: timestamp.nullable(),
    attempts: z
      .array(
        z.object({
          kind: z.enum(['send', 'look-up', 'callback', 'list', 'person']),
          startedAt: timestamp,
          finishedAt: timestamp,
          outcome: z
            .enum(['done', 'refused', 'unknown', 'absent'])
            .meta({ description: '`absent`: the look-up did not find it (yet).' }),
          httpStatus: z.int().nullable(),
          providerCode: z.string().nullable(),
          providerMessage: z.string().nullable(),
        }),
      )
      .meta({
        description:
          'The evidence: every call about this write and what else showed its outcome, oldest first; look-ups that ' +
          'showed the same are one entry.',
      }),
  })
  .meta({ id: 'Operation', description: 'One write, what was sent, what was said, and how it settled.' });

export const operationPageSchema = pageOf(operationSchema, 'OperationPage')
  .extend({
    unsettled: z
      .array(
        z.object({
          account: accountName,
          unknown: z.int().meta({ description: 'Writes whose outcome nobody knows.' }),
          waitingForPerson: z.int().meta({ description: 'Of those, the ones that a person must settle.' }),
          oldestUnknownSince: timestamp,
        }),
      )
      .meta({
        description:
          'What is unknown at each account that has any, of the types that the key may read, whatever this page shows.',
      }),
  })
  .meta({ id: 'OperationPage', description: 'One page of operations, and how many are unknown in all.' });

export const operationQuerySchema = z.strictObject({
  outcome: z.enum(operationStates).optional(),
  settlesBy: z
    .enum(['look-up', 'person'])
    .optional()
    .meta({ description: 'Only writes of unknown outcome that wait for this.' }),
  type: z.enum(operationTypes).optional(),
  account: accountName.optional(),
  ...pageQuery,
});

export const resolveOperationSchema = z.strictObject({
  outcome: z.enum(['succeeded', 'refused']).meta({ description: '`refused`: nothing happened at the provider.' }),
  reason: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(printable, printableRule)
    .meta({ description: 'How you found out. Kept with the operation; put no card data into it.' }),
  providerRef: z
    .string()
    .refine(isProviderId, 'expected an id of the provider: 1 to 128 characters, no control characters, not "." or ".."')
    .optional()
    .meta({
      description:
        'The provider’s id of what came of the write; needed for a success whose resource has none yet. Of a `startBinding` the id of the SMS.',
    }),
});
