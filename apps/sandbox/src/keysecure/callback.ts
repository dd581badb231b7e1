import { createHmac } from 'node:crypto';
import type { Signed } from '../callbacks/delivery.ts';
import type { Merchant } from './state.ts';

/** keysecure.md §11. A member of `data` that must keep its literal is a `numberLiteral`. */
export interface KeysecureCallback {
  /** The merchant; default the first. */
  apiKey?: string | undefined;
  action: string;
  data: Record<string, unknown>;
  id?: string | undefined;
  timestamp?: string | undefined;
}

/** Order of a nested object's members in the signed text: keysecure.md §4.2 leaves it open. */
export type NestedOrder = 'document' | 'hash-map' | 'sorted';

export function signedCallback(
  merchant: Merchant,
  callback: KeysecureCallback & { id: string },
  order: NestedOrder,
  wall: number,
): Signed {
  const { action, data, id, timestamp = String(wall) } = callback;
  const signature = keysecureSign(data, { appId: merchant.apiKey, timestamp, secretKey: merchant.apiSecret, order });
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
 * keysecure.md §4.2: only `data` is covered. Nulls are skipped, empty strings kept, and non-strings added as their JSON text.
 * That appId is the Api-Key and the secret the apiSecret is [ASSUMED] there.
 */
export function keysecureSign(
  data: Readonly<Record<string, unknown>>,
  key: { appId: string; timestamp: string; secretKey: string; order?: NestedOrder | undefined },
): string {
  const { appId, timestamp, secretKey, order = 'document' } = key;
  const map: Record<string, unknown> = { appId, timestamp, ...data };
  const message = Object.keys(map)
    .filter((name) => map[name] !== null && map[name] !== undefined)
    .sort()
    .map((name) => {
      const value = map[name];
      return `${name}=${typeof value === 'string' ? value : JSON.stringify(arranged(value, order))}`;
    })
    .join('&');
  return createHmac('sha256', secretKey).update(message, 'utf8').digest('hex');
}

function arranged(value: unknown, order: NestedOrder): unknown {
  if (order === 'document' || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => arranged(one, order));
  // A number literal is an object too, and must stay unchanged.
  if ((JSON as unknown as { isRawJSON: (one: object) => boolean }).isRawJSON(value)) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, arranged(inner, order)] as const);
  const sorted =
    order === 'sorted'
      ? members.toSorted(([one], [other]) => (one < other ? -1 : 1))
      : members.toSorted(([one], [other]) => bucketOf(one) - bucketOf(other));
  return Object.fromEntries(sorted);
}

/** The bucket of a name in Java's `HashMap(16)`: iteration follows buckets, and insertion order within one. */
function bucketOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
  return (hash ^ (hash >>> 16)) & 15;
}
