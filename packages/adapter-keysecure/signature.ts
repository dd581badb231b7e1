import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@card-gateway/core';
import { compactJson, fastjson1, fastjson2, type Generation, type MemberOrder } from './fastjson.ts';

/** The parts of a callback that are signed, and the account's side of the signature (keysecure.md §4.2). */
export interface SignedCallback {
  /** `data` with its numbers as wire literals: `100.00` is signed as `100.00`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The headers `Timestamp` and `Signature`, as received. */
  readonly timestamp: string;
  readonly signature: string;
  readonly appId: Secret;
  /** The current secret, and the previous one during rotation. */
  readonly secrets: readonly Secret[];
}

/** The content that a matching signature covers. */
export interface SignedContent {
  /** The part of the signed text that comes from `data`: the same for repeats, whatever else was rewritten. */
  readonly text: string;
  /** Whether the text can be split in only one way, so that the members of `data` are those that were signed. */
  readonly isUnambiguous: boolean;
}

/** The form of a signature; anything else cannot match, so nothing else is read. */
export const signatureShape: RegExp = /^[0-9a-f]{64}$/;

/** These two join the members of `data` in the signed text. */
const ownNames = ['appId', 'timestamp'];

/** Verifies a callback of signature version V1; null if its signature does not match. */
export function verifiedContent(callback: SignedCallback): SignedContent | null {
  // A member of `data` with such a name would replace ours, and leave the `Timestamp` unsigned; none is documented.
  if (ownNames.some((name) => Object.hasOwn(callback.data, name))) return null;
  const own = { appId: callback.appId.reveal(), timestamp: callback.timestamp };
  const tried = new Set<string>();
  // Each form is computed only if the previous ones did not match: most callbacks have only one.
  for (const [generation, order] of forms) {
    const texts = textsOf(callback.data, generation, order);
    const signed = joined({ ...texts, ...own });
    if (tried.has(signed)) continue;
    tried.add(signed);
    if (callback.secrets.some((secret) => isSameText(hmac(secret, signed), callback.signature))) {
      return { text: joined(texts), isUnambiguous: isUnambiguous(texts) };
    }
  }
  return null;
}

/** The provider's serialization order is not published; these are tried in turn (keysecure.md §4.2). */
const memberOrders: readonly MemberOrder[] = [(names) => names, hashMapOrder, (names) => names.toSorted()];
const forms: readonly (readonly [Generation, MemberOrder])[] = [fastjson2, fastjson1].flatMap((generation) =>
  memberOrders.map((order) => [generation, order] as const),
);

/** A text is signed as it is, anything else as compact JSON; null members are omitted, empty texts are not. */
function textsOf(
  data: Readonly<Record<string, unknown>>,
  generation: Generation,
  order: MemberOrder,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : compactJson(value, generation, order)]),
  );
}

/** Sorted by UTF-16 code units, like Java's `String`. Nothing is URL-encoded. */
function joined(texts: Readonly<Record<string, string>>): string {
  return Object.keys(texts)
    .sort()
    .map((name) => `${name}=${texts[name]}`)
    .join('&');
}

/**
 * Whether the joined text, split wherever a member can begin, yields these members again. It is joined without escaping (§12,
 * trap 22): `&fee=1.50` within a value may have been a member, and a member may have been part of a value.
 */
function isUnambiguous(texts: Readonly<Record<string, string>>): boolean {
  return Object.entries(texts).every(([name, text]) => /^[A-Za-z_]\w*$/.test(name) && !/&[A-Za-z_]\w*=/.test(text));
}

/** Java's `HashMap` iteration order: by bucket of a table that is at most three quarters full. */
export function hashMapOrder(names: readonly string[]): readonly string[] {
  let size = 16;
  while (names.length > size * 0.75) size *= 2;
  const bucketOf = (name: string): number => {
    let hash = 0;
    for (let index = 0; index < name.length; index += 1) hash = (Math.imul(31, hash) + name.charCodeAt(index)) | 0;
    return (hash ^ (hash >>> 16)) & (size - 1);
  };
  return names
    .map((name) => ({ name, bucket: bucketOf(name) }))
    .toSorted((one, other) => one.bucket - other.bucket)
    .map(({ name }) => name);
}

function hmac(secret: Secret, text: string): string {
  return createHmac('sha256', secret.reveal()).update(text, 'utf8').digest('hex');
}

/** Compares in constant time, and case-sensitively: the signature is in lower case. */
function isSameText(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8')];
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes);
}
