import { z } from 'zod';
import { accountName, pageOf, pageQuery, publicId, timestamp } from './common.ts';

export const callbackStates = ['received', 'worked', 'failed'] as const;

export const callbackSchema = z
  .object({
    id: publicId('callback'),
    provider: z.string(),
    account: accountName,
    kind: z
      .string()
      .meta({ description: 'What it says: `card_changed`, `card_hint`, `transaction`, `authorization`, …' }),
    state: z.enum(callbackStates).meta({
      description:
        '`received`: stored and acknowledged, not worked yet. `failed`: working it failed; it can be replayed.',
    }),
    deliveries: z.int().meta({ description: 'How often the provider has sent it.' }),
    decision: z.enum(['approve', 'decline']).nullable().meta({ description: 'What an `authorization` was answered.' }),
    failure: z.string().nullable().meta({ description: 'Why working it failed.' }),
    receivedAt: timestamp,
    workedAt: timestamp.nullable(),
  })
  .meta({ id: 'Callback', description: 'A verified notification of a provider. Its content is sealed and not shown.' });

export const callbackPageSchema = pageOf(callbackSchema, 'CallbackPage');

export const callbackQuerySchema = z.strictObject({
  account: accountName.optional(),
  state: z.enum(callbackStates).optional(),
  ...pageQuery,
});
