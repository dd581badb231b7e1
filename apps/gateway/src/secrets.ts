import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
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
  const { length } = webhookKey(secret);
  return length >= 24 && length <= 64;
}

function webhookKey(secret: Secret): Buffer {
  const [, base64 = ''] = /^whsec_((?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2,4}={0,2})$/.exec(secret.reveal()) ?? [];
  return Buffer.from(base64, 'base64');
}

/**
 * The headers that sign a message by Standard Webhooks 1.0.0, scheme v1 (HMAC-SHA-256 over `id.timestamp.body`). See
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param message its `id` is the same for each attempt, and contains no full stop
 */
export function signWebhook(
  secret: Secret,
  message: { readonly id: string; readonly at: Date; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(message.at.getTime() / 1000));
  const signature = createHmac('sha256', webhookKey(secret))
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest('base64');
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
