import { baseUrlSetting, secretSetting } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import {
  assumedDerivation,
  type FieldCipher,
  fieldCipher,
  type KeyDerivation,
  keyDerivations,
  keyOf,
} from './encryption.ts';
import { timeZoneShape } from './window.ts';

/** The settings of one KeySecure account, including what the documents leave open, with defaults. */
export interface KeySecureSettings {
  readonly baseUrl: string;
  /** How the merchant is integrated (keysecure.md §1): `credit` orders by package, `authorization` by BIN. */
  readonly mode: 'credit' | 'authorization';
  readonly apiKey: Secret;
  /** Encrypts CVV, PIN and private card data and verifies callbacks (§4); without it these are unavailable. */
  readonly apiSecret?: Secret | undefined;
  /** The previous secret, still accepted during rotation (§12, trap 17). */
  readonly previousApiSecret?: Secret | undefined;
  /** How `apiSecret` becomes an AES key (§4.1); {@link assumedDerivation} until one is confirmed. */
  readonly keyDerivation?: KeyDerivation | undefined;
  /** Milliseconds by which a callback's `Timestamp` may be off (§4.2 leaves it open). */
  readonly callbackWindowMs: number;
  /** Milliseconds by which timestamps stay behind the provider's clock (§2.3). */
  readonly clockLagMs: number;
  /** Milliseconds before its expiry at which an access token is renewed (§2.2). */
  readonly tokenMarginMs: number;
  /** The zone named in the `Timezone` header, in which list filters are written (§7). */
  readonly timeZone: string;
  /** `YYYY-MM-DD`: how far back a card sync reaches, because the lists require a time range (§7). */
  readonly listedSince: string;
  /** Rows requested per page of a list (§7). */
  readonly pageSize: number;
  /** Milliseconds within which an accepted change of a card becomes visible (§6.10 leaves it open; §12, trap 23). */
  readonly changesTakeMs: number;
}

export const keysecureSettings: z.ZodType<KeySecureSettings> = z
  .strictObject({
    baseUrl: baseUrlSetting,
    mode: z
      .enum(['credit', 'authorization'])
      .meta({ description: 'The merchant\'s integration mode: "credit" (CREDIT_EXTENSION) or "authorization".' }),
    apiKey: secretSetting("The merchant's Api-Key."),
    apiSecret: secretSetting(
      "The merchant's apiSecret: for activating cards, PINs, card numbers and callbacks, which are off without it.",
    ).optional(),
    previousApiSecret: secretSetting(
      'The previous apiSecret, during rotation: still accepted, never used for sending.',
    ).optional(),
    keyDerivation: z.enum(keyDerivations).optional().meta({
      description:
        'How apiSecret becomes an AES key, as confirmed by KeySecure. Without it "utf8" is assumed, in a sandbox only.',
    }),
    callbackWindowMs: z
      .int()
      .min(1000)
      .max(604_800_000)
      .default(300_000)
      .meta({ description: "Milliseconds by which a callback's timestamp may be older or newer than its arrival." }),
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
      .meta({ description: 'The time zone sent with requests, in which list filters are written, e.g. "UTC+8".' }),
    listedSince: z.iso
      .date()
      .default('2020-01-01')
      .meta({ description: 'The day (YYYY-MM-DD) from which a card sync reads cards.' }),
    pageSize: z.int().min(1).max(100).default(100).meta({ description: 'Rows requested per page of a list.' }),
    changesTakeMs: z.int().min(0).max(3_600_000).default(30_000).meta({
      description:
        'Milliseconds within which a change of a card becomes visible, which KeySecure does not document: until then the card may still show an earlier state.',
    }),
  })
  .superRefine(crossFaults, { when: () => true });

/** Checked even if other settings are wrong, so that all faults are reported at once: any value may be here. */
function crossFaults(settings: Partial<Record<keyof KeySecureSettings, unknown>>, context: z.RefinementCtx): void {
  const { apiSecret, previousApiSecret } = settings;
  const derivation = keyDerivations.find((one) => one === settings.keyDerivation) ?? assumedDerivation;
  const fault = (path: 'apiSecret' | 'previousApiSecret', message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (previousApiSecret !== undefined && apiSecret === undefined) {
    fault('previousApiSecret', 'expected apiSecret beside it');
  }
  for (const [path, secret] of Object.entries({ apiSecret, previousApiSecret })) {
    if (secret instanceof Secret && keyOf(secret, derivation) === null) {
      fault(
        path as 'apiSecret' | 'previousApiSecret',
        'makes no AES key of 16, 24 or 32 bytes this way: keyDerivation says how KeySecure reads it',
      );
    }
  }
}

/** The account's secrets, the current one first; none without `apiSecret`. */
export function apiSecretsOf(settings: KeySecureSettings): readonly Secret[] {
  return [settings.apiSecret, settings.previousApiSecret].filter((secret) => secret !== undefined);
}

/** Field encryption with the account's secrets; null without `apiSecret`. */
export function fieldCipherOf(settings: KeySecureSettings): FieldCipher | null {
  const derivation = settings.keyDerivation ?? assumedDerivation;
  const [current, ...earlier] = apiSecretsOf(settings)
    .map((secret) => keyOf(secret, derivation))
    .filter((key) => key !== null);
  return current === undefined ? null : fieldCipher([current, ...earlier]);
}
