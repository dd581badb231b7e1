import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers in Node's form (`request.headers`, `request.headersDistinct`), or those of a `Request`. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

const toleranceSeconds = 300;

/**
 * What is wrong with the signature of a received message (Standard Webhooks 1.0.0, scheme `v1`); null if it is signed with one
 * of the secrets, and within five minutes of `now`.
 *
 * @throws TypeError for an invalid secret
 */
export function signatureFault(
  headers: ReceivedHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  now: Date,
): string | null {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  );
  if (!id || !timestamp || !signatures) {
    return 'expected the headers webhook-id, webhook-timestamp and webhook-signature';
  }
  const keys = [secrets].flat().map(keyOf);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  const given = signatures.split(' ').flatMap((signature) => (signature.startsWith('v1,') ? [signature.slice(3)] : []));
  // Every pair is compared, so the time reveals neither which secret matched nor how much of it did.
  const matches = keys.flatMap((key) => {
    const expected = createHmac('sha256', key).update(signed).digest();
    return given.map((signature) => isSame(expected, Buffer.from(signature, 'base64')));
  });
  if (!matches.includes(true)) return 'expected the signature of one of the secrets';
  const age = /^\d{1,12}$/.test(timestamp) ? now.getTime() / 1000 - Number(timestamp) : NaN;
  return Math.abs(age) <= toleranceSeconds
    ? null
    : `expected a webhook-timestamp of the last ${toleranceSeconds} seconds`;
}

/** What a message contains; null if it is no JSON. A parser's own error would quote it in the receiver's logs. */
export function jsonIn(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}

/** Null if there is none, or more than one. Some frameworks keep the case in which names were sent, and lists of values. */
function headerOf(headers: ReceivedHeaders, name: string): string | null {
  if (isHeaders(headers)) return headers.get(name);
  const values = Object.entries(headers).flatMap(([each, value]) => (each.toLowerCase() === name ? (value ?? []) : []));
  return values.length === 1 ? (values[0] ?? null) : null;
}

function isHeaders(headers: ReceivedHeaders): headers is Pick<Headers, 'get'> {
  return typeof headers['get'] === 'function';
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(/^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] ?? '', 'base64');
  if (key.length >= 24) return key;
  throw new TypeError('expected secrets of the form "whsec_" and the base64 of at least 24 bytes');
}

function isSame(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
