import type { BindingKind } from '@card-gateway/core';
import { z } from 'zod';
import { bindingKind } from './binding.ts';
import { accountName, operationReference, publicId, timestamp, userIp, userReference, words } from './common.ts';
import type { Scope } from './scope.ts';

export const syncStatus = words<'queued' | 'running' | 'succeeded' | 'failed'>('SyncStatus', 'How far a sync is.', {
  queued: 'It waits for its turn. Then `running`.',
  running: 'Pages are read; after a restart it goes on where it stopped. Then `succeeded` or `failed`.',
  succeeded: 'All there is has been read. Final.',
  failed: 'It was given up; `failure` says why, and what was read stays. Final; start another.',
});

export const syncKind = words<'cards' | BindingKind>('SyncKind', 'What a sync pulls.', {
  cards: 'All cards of the account.',
  bank_card: 'The bank cards of one user.',
  token: 'The card tokens of one user.',
  subscription: 'The subscription tokens of one user.',
});

/** The scopes that show a sync and the operation that started it, by what it reads. The key needs one of them. */
export const syncReadScopes: Readonly<Record<'cards' | 'bindings', readonly Scope[]>> = {
  cards: ['cards:read', 'cards:write'],
  bindings: ['bindings:read', 'bindings:write'],
};

export const syncSchema = z
  .object({
    id: publicId('sync'),
    provider: z.string().meta({ description: 'The provider behind the account.' }),
    account: accountName,
    kind: syncKind,
    user: z.string().nullable().meta({ description: 'Whose bindings are pulled; null for a sync of cards.' }),
    status: syncStatus,
    pages: z
      .int()
      .meta({ description: 'Pages read so far. A list of more than one is read again until that brings nothing new.' }),
    seen: z.int().meta({ description: 'Different rows read so far.' }),
    unreadable: z.int().meta({ description: 'Rows that could not be read, not even their id; they are not stored.' }),
    total: z.int().nullable().meta({ description: 'Rows there are, where the provider says so.' }),
    failure: z.string().nullable().meta({ description: 'Why it failed; a new sync starts afresh.' }),
    createdAt: timestamp.meta({ description: 'When it was asked for.' }),
    startedAt: timestamp.nullable().meta({ description: 'When its first page was asked for; null before.' }),
    finishedAt: timestamp.nullable().meta({ description: 'When it ended; null before.' }),
    operation: operationReference
      .nullable()
      .meta({ description: 'The request that started it; null where a schedule did.' }),
  })
  .meta({ id: 'Sync', description: "A pull of an account's cards, or of one user's bindings, with its progress." });

export const startSyncSchema = z
  .strictObject({
    account: accountName,
    user: userReference.optional().meta({ description: "Given: this user's bindings. Absent: the account's cards." }),
    kind: bindingKind
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
  .meta({
    id: 'StartSync',
    description:
      "What to pull from the provider: the account's cards, or with `user` the bindings of that user. `kind` needs a `user`.",
  });
