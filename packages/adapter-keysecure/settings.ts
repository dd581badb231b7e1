import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import type { Secret } from '@card-gateway/core';
import { z } from 'zod';
import { timeZoneShape } from './window.ts';

/** The settings of one KeySecure account. What the documents leave open stands here with its default. */
export interface KeySecureSettings {
  readonly baseUrl: string;
  /** How the merchant is integrated (keysecure.md §1): `credit` orders by package, `authorization` by BIN. */
  readonly mode: 'credit' | 'authorization';
  readonly apiKey: Secret;
  /** Milliseconds by which timestamps stay behind the provider's clock (§2.3). */
  readonly clockLagMs: number;
  /** Milliseconds before its expiry at which an access token is renewed (§2.2). */
  readonly tokenMarginMs: number;
  /** The zone named in the `Timezone` header, in which list filters are written (§7). */
  readonly timeZone: string;
  /** `YYYY-MM-DD`: how far back a card sync reaches, because the lists demand a time range (§7). */
  readonly listedSince: string;
  /** Rows asked for per page of a list (§7). */
  readonly pageSize: number;
}

export const keysecureSettings: z.ZodType<KeySecureSettings> = z.strictObject({
  baseUrl: baseUrlSetting,
  mode: z
    .enum(['credit', 'authorization'])
    .meta({ description: 'The merchant\'s integration mode: "credit" (CREDIT_EXTENSION) or "authorization".' }),
  apiKey: secretSetting("The merchant's Api-Key."),
  clockLagMs: z
    .int()
    .min(0)
    .max(30_000)
    .default(2000)
    .meta({ description: "Milliseconds by which timestamps stay behind the provider's clock." }),
  tokenMarginMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(60_000)
    .meta({ description: 'Milliseconds before its expiry at which an access token is renewed.' }),
  timeZone: z
    .string()
    .regex(timeZoneShape, 'expected the form "UTC+8"')
    .default('UTC+8')
    .meta({ description: 'The time zone sent along, in which list filters are written, e.g. "UTC+8".' }),
  listedSince: z.iso
    .date()
    .default('2020-01-01')
    .meta({ description: 'The day (YYYY-MM-DD) from which on a card sync asks for cards.' }),
  pageSize: z.int().min(1).max(100).default(100).meta({ description: 'Rows asked for per page of a list.' }),
});
