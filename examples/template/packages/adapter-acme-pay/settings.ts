import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** One account of one company (acme-pay.md §1). */
export const acmePaySettings = z.strictObject({
  baseUrl: baseUrlSetting,
  apiKey: secretSetting('API key, which goes with every request.'),
});

export type AcmePaySettings = z.output<typeof acmePaySettings>;
