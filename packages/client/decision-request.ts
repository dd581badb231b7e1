import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DecisionRequest } from './api.ts';

/** The request was not signed by the gateway, or not recently. Answer 401 and do not decide. */
export class DecisionRequestRefused extends Error {
  override readonly name = 'DecisionRequestRefused';
}

/** The headers in Node's form (`request.headers`), or those of a `Request`. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

const toleranceSeconds = 300;

/**
 * The decision request in a POST, after verifying the gateway's signature (Standard Webhooks 1.0.0, scheme `v1`).
 *
 * A repeated question about a payment has the same `webhook-id`: give it the same answer.
 *
 * @param message its `body` is the raw body as received, before any parser, because every byte is signed
 * @param secrets the account's `authorization.secret` (`whsec_…`); during rotation, the old and the new one
 * @param now for tests; default this machine's clock. A request more than five minutes off is refused
 * @throws DecisionRequestRefused if the request cannot be trusted; TypeError for an invalid secret
 */
export function verifyDecisionRequest(
  message: { readonly headers: ReceivedHeaders; readonly body: string | Uint8Array },
  secrets: string | readonly string[],
  now: Date = new Date(),
): DecisionRequest {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(message.headers, name),
  );
  if (!id || !timestamp || !signatures) {
    throw new DecisionRequestRefused('expected the headers webhook-id, webhook-timestamp and webhook-signature');
  }
  const keys = [secrets].flat().map(keyOf);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(message.body)]);
  const given = signatures.split(' ').flatMap((signature) => (signature.startsWith('v1,') ? [signature.slice(3)] : []));
  // Every pair is compared, so the time reveals neither which secret matched nor how much of it did.
  const matches = keys.flatMap((key) => {
    const expected = createHmac('sha256', key).update(signed).digest();
    return given.map((signature) => isSame(expected, Buffer.from(signature, 'base64')));
  });
  if (!matches.includes(true)) throw new DecisionRequestRefused('expected the signature of one of the secrets');
  const age = /^\d{1,12}$/.test(timestamp) ? now.getTime() / 1000 - Number(timestamp) : NaN;
  if (!(Math.abs(age) <= toleranceSeconds)) {
    throw new DecisionRequestRefused(`expected a webhook-timestamp of the last ${toleranceSeconds} seconds`);
  }
  return requestIn(Buffer.from(message.body).toString('utf8'));
}

function requestIn(body: string): DecisionRequest {
  const request: unknown = JSON.parse(body);
  if ((request as DecisionRequest | null)?.type === 'authorization.requested') return request as DecisionRequest;
  throw new DecisionRequestRefused('expected a message of the type authorization.requested');
}

function headerOf(headers: ReceivedHeaders, name: string): string | null {
  const value = typeof headers['get'] === 'function' ? headers.get(name) : (headers as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : null;
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(/^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] ?? '', 'base64');
  if (key.length >= 24) return key;
  throw new TypeError('expected secrets of the form "whsec_" and the base64 of at least 24 bytes');
}

function isSame(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
