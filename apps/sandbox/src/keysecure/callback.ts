import { createHmac, randomUUID } from 'node:crypto';
import type { Merchant } from './state.ts';

/** keysecure.md §11. A member of `data` that must keep its digits is a `numberLiteral`. */
export interface KeysecureCallback {
  /** Which merchant; the first where absent. */
  apiKey?: string | undefined;
  action: string;
  data: Record<string, unknown>;
  id?: string | undefined;
  timestamp?: string | undefined;
}

/** What would be POSTed to a merchant: made here, sent by whoever asked. */
export interface Signed {
  headers: Record<string, string>;
  body: string;
}

export function signedCallback(merchant: Merchant, callback: KeysecureCallback, wall: number): Signed {
  const { action, data, id = randomUUID(), timestamp = String(wall) } = callback;
  const signature = keysecureSign(data, { appId: merchant.apiKey, timestamp, secretKey: merchant.apiSecret });
  return {
    headers: {
      'Content-Type': 'application/json',
      Timestamp: timestamp,
      Signature: signature,
      'Sign-Version': 'V1',
      Timezone: 'UTC+8',
    },
    body: JSON.stringify({ id, action, data }),
  };
}

/**
 * keysecure.md §4.2: only `data` is covered. Nulls are skipped, empty strings kept, whatever is no string goes in as its
 * JSON text. That appId is the Api-Key and the secret the apiSecret is [ASSUMED] there.
 */
export function keysecureSign(
  data: Readonly<Record<string, unknown>>,
  { appId, timestamp, secretKey }: { appId: string; timestamp: string; secretKey: string },
): string {
  const map: Record<string, unknown> = { appId, timestamp, ...data };
  const message = Object.keys(map)
    .filter((name) => map[name] !== null && map[name] !== undefined)
    .sort()
    .map((name) => {
      const value = map[name];
      return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
    })
    .join('&');
  return createHmac('sha256', secretKey).update(message, 'utf8').digest('hex');
}
