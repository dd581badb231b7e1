import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** One merchant account in one environment: sandbox and production have credentials of their own (onerway.md §1). */
export const onerwaySettings = z.strictObject({
  baseUrl: baseUrlSetting,
  merchantNo: z.string().min(1).max(20).meta({ description: 'Merchant number.' }),
  appId: z
    .string()
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'Store id. Without it the list shows the tokens of all stores of the merchant.' }),
  secretKey: secretSetting('Merchant secret key, which signs every request.'),
});

export type OnerwaySettings = z.output<typeof onerwaySettings>;
