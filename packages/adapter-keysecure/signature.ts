import { createHmac, timingSafeEqual } from 'node:crypto';
import { NumberLiteral } from '@card-gateway/adapter-kit';
import type { Secret } from '@card-gateway/core';

/** What one callback brings, and the account's side of its signature (keysecure.md §4.2). */
export interface SignedCallback {
  /** `data` with its numbers as they stood on the wire: `100.00` is signed as `100.00`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The headers `Timestamp` and `Signature`, as they came. */
  readonly timestamp: string;
  readonly signature: string;
  readonly appId: Secret;
  /** The current secret, and the one before it while it changes. */
  readonly secrets: readonly Secret[];
}

/** These two join the members of `data` in the text that is signed. */
const ownNames = ['appId', 'timestamp'];

/**
 * Verifies a callback of signature version V1 and returns the part of the signed text that comes from `data`; null when
 * it does not fit. Two callbacks with one signature have one such text, whatever else about them was rewritten.
 */
export function verifiedContent(callback: SignedCallback): string | null {
  // A member of `data` with such a name would take the place of ours, and leave the `Timestamp` unsigned; none is documented.
  if (ownNames.some((name) => Object.hasOwn(callback.data, name))) return null;
  const fits = (order: MemberOrder): boolean => {
    const text = joined({
      ...textsOf(callback.data, order),
      appId: callback.appId.reveal(),
      timestamp: callback.timestamp,
    });
    return callback.secrets.some((secret) => isSameText(hmac(secret, text), callback.signature));
  };
  const order = memberOrders.find(fits);
  return order === undefined ? null : joined(textsOf(callback.data, order));
}

/** The order of members within a nested object. */
type MemberOrder = (names: readonly string[]) => readonly string[];

/** Which order the provider's serialiser takes is not published; tried one after another (keysecure.md §4.2). */
const memberOrders: readonly MemberOrder[] = [(names) => names, hashMapOrder, (names) => names.toSorted()];

/** A text stands for itself and everything else in compact JSON; null members take no part, empty texts do. */
function textsOf(data: Readonly<Record<string, unknown>>, order: MemberOrder): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : compactJson(value, order)]),
  );
}

/** Sorted by UTF-16 code units, as Java sorts a `String` too. Nothing is URL-encoded. */
function joined(texts: Readonly<Record<string, string>>): string {
  return Object.keys(texts)
    .sort()
    .map((name) => `${name}=${texts[name]}`)
    .join('&');
}

/** Without blanks, numbers as they came, and without the null members of objects, as fastjson writes it. */
function compactJson(value: unknown, order: MemberOrder): string {
  if (value instanceof NumberLiteral) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, order)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = new Map(Object.entries(value).filter(([, member]) => member !== null));
  const texts = order([...members.keys()]).map(
    (name) => `${JSON.stringify(name)}:${compactJson(members.get(name), order)}`,
  );
  return `{${texts.join(',')}}`;
}

/** The order in which Java's `HashMap` walks its keys: by bucket of a table that is at most three quarters full. */
export function hashMapOrder(names: readonly string[]): readonly string[] {
  let size = 16;
  while (names.length > size * 0.75) size *= 2;
  const bucket = (name: string): number => {
    let hash = 0;
    for (let index = 0; index < name.length; index += 1) hash = (Math.imul(31, hash) + name.charCodeAt(index)) | 0;
    return (hash ^ (hash >>> 16)) & (size - 1);
  };
  return names.toSorted((one, other) => bucket(one) - bucket(other));
}

function hmac(secret: Secret, text: string): string {
  return createHmac('sha256', Buffer.from(secret.reveal(), 'utf8')).update(text, 'utf8').digest('hex');
}

/** In constant time, and to the letter: the signature is written in small letters. */
function isSameText(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8')];
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}
