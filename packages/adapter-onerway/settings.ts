import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** One merchant account in one environment: sandbox and production have separate credentials (onerway.md §1). */
export const onerwaySettings = z.strictObject({
  baseUrl: baseUrlSetting,
  merchantNo: z.string().min(1).max(20).meta({ description: 'Merchant number.' }),
  appId: z
    .string()
    .min(1)
    .max(20)
    .optional()
    .meta({ description: "Store id. Without it the list shows the tokens of all the merchant's stores." }),
  secretKey: secretSetting('Merchant secret key, which signs every request and every notification.'),
  deleteTokenPath: z
    .string()
    .regex(/^\/[\w./-]+$/, 'expected an absolute path, e.g. /v1/txn/…')
    .optional()
    .meta({ description: 'Path of the token delete. Not published; without it a binding cannot be removed.' }),
  notificationUnsignedFields: z
    .array(z.string().min(1))
    .default([
      'originTransactionId',
      'originMerchantTxnId',
      'customsDeclarationAmount',
      'customsDeclarationCurrency',
      'paymentMethod',
      'walletTypeName',
      'periodValue',
      'tokenExpireTime',
    ])
    .meta({ description: 'Fields of a notification that its signature does not cover, beside sign (§6.1).' }),
  notificationOtherFields: z.array(z.string().min(1)).default([]).meta({
    description:
      'Fields of a notification beyond those of §6.2, in case Onerway adds some: a notification with any other field is refused as "undocumented".',
  }),
  notificationTokens: z.enum(['hex64', 'any']).default('hex64').meta({
    description:
      'Form of the tokens in notifications: 64 hexadecimal digits, as in every sample, or "any". The signature does not delimit fields: with "any", part of a neighbouring field can pass for part of a token.',
  }),
  notificationWindowMs: z.int().min(1000).max(2_592_000_000).default(86_400_000).meta({
    description:
      'Milliseconds by which the latest time in a notification may differ from its arrival; a notification without times has an unknown age.',
  }),
  notificationCustomerField: z.string().min(1).optional().meta({
    description:
      'Field of a notification that contains the customer id. No document names one; without it a notification updates only bindings of users whose token is known already.',
  }),
});

export type OnerwaySettings = z.output<typeof onerwaySettings>;
