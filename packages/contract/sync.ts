import { bindingKinds } from '@card-gateway/core';
import { z } from 'zod';
import { accountName, operationReference, publicId, timestamp, userIp, userReference } from './common.ts';

export const syncStates = ['queued', 'running', 'succeeded', 'failed'] as const;

export const syncSchema = z
  .object({
    id: publicId('sync'),
    provider: z.string(),
    account: accountName,
    kind: z.enum(['cards', ...bindingKinds]),
    user: z.string().nullable(),
    status: z.enum(syncStates),
    pages: z
      .int()
      .meta({ description: 'Pages read so far. A list of more than one is read again until that brings nothing new.' }),
    seen: z.int().meta({ description: 'Different rows read so far.' }),
    unreadable: z.int().meta({ description: 'Rows that could not be read, not even their id; they are not stored.' }),
    total: z.int().nullable().meta({ description: 'Rows there are, where the provider says so.' }),
    failure: z.string().nullable().meta({ description: 'Why it failed; a new sync starts afresh.' }),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    operation: operationReference.nullable(),
  })
  .meta({ id: 'Sync', description: "A pull of an account's cards, or of one user's bindings, with its progress." });

export const startSyncSchema = z
  .strictObject({
    account: accountName,
    user: userReference.optional().meta({ description: "Given: this user's bindings. Absent: the account's cards." }),
    kind: z
      .enum(bindingKinds)
      .optional()
      .meta({ description: "Which of the user's bindings; the account's first kind otherwise." }),
    userIp: userIp.optional(),
  })
  .superRefine((order, context) => {
    if (order.kind !== undefined && order.user === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['user'],
        message: 'expected a user, because a kind of binding is named',
      });
    }
  })
  .meta({ id: 'StartSync', description: 'What to pull from the provider.' });
