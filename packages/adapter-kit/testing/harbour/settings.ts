import { z } from 'zod';
import { baseUrlSetting, secretSetting } from '../../index.ts';

/** One account at Harbour. */
export const harbourSettings = z.strictObject({
  baseUrl: baseUrlSetting,
  clientId: z.string().meta({ description: 'The OAuth client.' }),
  clientSecret: secretSetting('The secret of the OAuth client.'),
  programme: z
    .enum(['named', 'anonymous'])
    .default('named')
    .meta({ description: 'Whether cards have cardholders: "named", or gift cards that are issued to nobody.' }),
});

export type HarbourSettings = z.output<typeof harbourSettings>;
