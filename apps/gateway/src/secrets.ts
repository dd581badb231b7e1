import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@card-gateway/core';

/** Format of the last segment of a secret callback URL: too long to guess, and without characters that need encoding. */
export const secretPathRule = 'expected 24 to 128 letters, digits, "-" and "_"; make one with: openssl rand -hex 24';

export function isSecretPath(secret: Secret): boolean {
  return /^[\w-]{24,128}$/.test(secret.reveal());
}

/** Compares a text with the secret in constant time. */
export function isSameSecret(secret: Secret, text: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(secret.reveal()), digest(text));
}

/** Standard Webhooks writes a symmetric secret as `whsec_` followed by the base64 of 24 to 64 random bytes. */
export const webhookSecretRule =
  'expected "whsec_" and the base64 of 24 to 64 random bytes; make one with: echo whsec_$(openssl rand -base64 32)';

export function isWebhookSecret(secret: Secret): boolean {
  const { length } = webhookBytes(secret);
  return length >= 24 && length <= 64;
}

/** The key in a secret that {@link isWebhookSecret}. */
export function webhookKey(secret: Secret): KeyObject {
  return createSecretKey(webhookBytes(secret));
}

function webhookBytes(secret: Secret): Buffer {
  const [, base64 = ''] = /^whsec_((?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,4}={0,2})$/.exec(secret.reveal()) ?? [];
  return Buffer.from(base64, 'base64');
}

/**
 * The headers that sign a message by Standard Webhooks 1.0.0, scheme v1 (HMAC-SHA-256 over `id.timestamp.body`). See
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param keys each makes a signature
 * @param message its `id` is the same for each attempt, and contains no full stop; `at` is in Unix milliseconds
 */
export function signWebhook(
  keys: readonly KeyObject[],
  { id, at, body }: { readonly id: string; readonly at: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
