import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** The documents show Apifox's placeholder host and template variable; neither may remain (open-api-issuer.md, trap 16). */
const placeholder = /your-api-server\.com|\{\{/i;

/** Ids are `long` on the wire (§1). Up to 15 digits, which a JSON number represents exactly. */
const numericId = z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,14}$/, 'expected up to 15 digits')]);

/** One account's settings. Host and version are not published, so both are required (open-api-issuer.md §1). */
export const openApiSettings = z.strictObject({
  baseUrl: baseUrlSetting.refine((url) => !placeholder.test(url), {
    error: "this is the documents' placeholder; the provider tells each customer the host",
  }),
  version: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, 'expected one path segment; the documents show only the variable {{version}}')
    .meta({ description: 'First path segment, the {{version}} of the documents.' }),
  customerId: numericId.meta({ description: 'customer_id of every request.' }),
  appId: numericId.meta({ description: 'app_id of every request.' }),
  key: secretSetting('key of every request: the authorisation key.'),
  pageSize: z
    .int()
    .min(1)
    .max(100)
    .default(100)
    .meta({ description: 'Rows requested per page. The documents state no maximum; 100 is assumed.' }),
  maxPages: z
    .int()
    .min(1)
    .default(10_000)
    .meta({ description: 'A list ends after this many pages whatever the provider answers.' }),
  timeZone: z
    .string()
    .refine(isTimeZone, { error: 'expected an IANA name (Asia/Shanghai) or an offset (+08:00)' })
    .default('UTC')
    .meta({ description: 'Zone of the provider\'s zone-less times: an IANA name or an offset such as "+08:00".' }),
  walletTransactionPath: z
    .string()
    .regex(/^[A-Za-z0-9][\w./-]*$/, 'expected a path behind <version>/openApi/, without a leading slash')
    .optional()
    .meta({
      description:
        'Path of the wallet transaction detail after <version>/openApi/. Not published; without it the operation is unavailable.',
    }),
  eventTagHeader: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'expected the name of a header')
    .optional()
    .meta({ description: 'Header with the eventTag of a callback, if the body lacks it. Not published.' }),
  acknowledgement: z
    .string()
    .max(1000)
    .default('{"code":0,"message":"success"}')
    .meta({ description: 'Body of the answer to a callback. Not published; the default is assumed.' }),
});

export type OpenApiSettings = z.output<typeof openApiSettings>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
