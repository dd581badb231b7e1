import { operationStates, operationTypes } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, pageOf, pageQuery, publicId, timestamp } from './common.ts';

export const operationSchema = z
  .object({
    id: publicId('operation'),
    type: z.enum(operationTypes),
    provider: z.string(),
    account: accountName,
    caller: z.string().meta({ description: 'The service that asked for it.' }),
    outcome: z.enum(operationStates),
    resource: z.string().meta({ description: 'Id of the card, cardholder, binding or sync it is about.' }),
    unknownBecause: z
      .enum(['no_answer', 'unreadable_answer', 'unlisted_code'])
      .nullable()
      .meta({ description: 'Why the outcome is, or was, not known.' }),
    refusal: z.object({ reason: z.string(), code: z.string().nullable(), message: z.string().nullable() }).nullable(),
    settlesBy: z.enum(['look-up', 'person']).nullable(),
    nextLookUpAt: timestamp.nullable(),
    settledBy: z.enum(['answer', 'look-up', 'person']).nullable(),
    createdAt: timestamp,
    settledAt: timestamp.nullable(),
    attempts: z
      .array(
        z.object({
          kind: z.enum(['send', 'look-up']),
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
          'The evidence: every call about this write, oldest first; look-ups that showed the same are one entry.',
      }),
  })
  .meta({ id: 'Operation', description: 'One write, what was sent, what was said, and how it settled.' });

export const operationPageSchema = pageOf(operationSchema, 'OperationPage');

export const operationQuerySchema = z.strictObject({
  outcome: z.enum(operationStates).optional(),
  type: z.enum(operationTypes).optional(),
  account: accountName.optional(),
  ...pageQuery,
});
