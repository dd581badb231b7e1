import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** One account of one company (harbour.md §1.1). */
export const harbourSettings = z.strictObject({
  baseUrl: baseUrlSetting,
  clientId: z.string().min(1).meta({ description: 'Id of the OAuth client.' }),
  clientSecret: secretSetting('Secret of the OAuth client.'),
});

export type HarbourSettings = z.output<typeof harbourSettings>;
