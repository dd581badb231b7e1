import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DecisionRequest } from './api.ts';

/** A request that the gateway did not sign, or not just now. Answer 401 and decide nothing. */
export class DecisionRequestRefused extends Error {
  override readonly name = 'DecisionRequestRefused';
}

/** The headers as Node has them (`request.headers`), or those of a `Request`. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

const toleranceSeconds = 300;

/**
 * The decision request in a POST, once its signature is found to be the gateway's (Standard Webhooks 1.0.0, scheme `v1`).
 *
 * A payment that is asked about again has the same `webhook-id`: give it the answer that you gave first.
 *
 * @param message its `body` is the body as it was received, before any parser: each of its bytes is signed
 * @param secrets the account's `authorization.secret` (`whsec_…`); while it is changed, the old and the new one
 * @param now for tests; this machine's clock otherwise. A request that is more than five minutes from it is refused
 * @throws DecisionRequestRefused when the request is not to be believed; TypeError when a secret cannot be one
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
  // Every pair is compared, so that the time tells neither which secret it was nor how much was right.
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
