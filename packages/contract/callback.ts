import { z } from 'zod';
import { decision } from './decision.ts';
import { accountName, pageOf, pageQuery, publicId, timestamp, words } from './common.ts';

export const callbackState = words<'received' | 'processed' | 'failed'>('CallbackState', 'What became of a callback.', {
  received: 'Stored and acknowledged, not processed yet. Then one of the others.',
  processed: 'What it says has been taken over. Final, unless it is replayed.',
  failed: 'Processing it failed each time; `failure` says why. `received` again after replayCallback.',
});

export const callbackSchema = z
  .object({
    id: publicId('callback'),
    provider: z.string().meta({ description: 'The provider that sent it.' }),
    account: accountName,
    kind: z
      .string()
      .meta({ description: 'What it says: `card_changed`, `card_hint`, `transaction`, `authorization`, …' }),
    state: callbackState,
    deliveries: z.int().meta({ description: 'How often the provider has sent it.' }),
    decision: decision.nullable().meta({ description: 'What an `authorization` was answered; null for all others.' }),
    failure: z.string().nullable().meta({ description: 'Why processing it failed.' }),
    receivedAt: timestamp.meta({ description: 'When it first came.' }),
    processedAt: timestamp.nullable().meta({ description: 'When it was processed; null before.' }),
  })
  .meta({ id: 'Callback', description: 'A verified notification of a provider. Its content is sealed and not shown.' });

export const callbackPageSchema = pageOf(callbackSchema, 'CallbackPage');

export const callbackQuerySchema = z.strictObject({
  account: accountName.optional().meta({ description: 'Only callbacks of this account.' }),
  state: callbackState.optional().meta({ description: 'Only callbacks in this state.' }),
  ...pageQuery,
});
