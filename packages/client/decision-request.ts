import type { DecisionRequest } from './api.ts';
import { jsonIn, type ReceivedHeaders, signatureFault } from './signature.ts';

/** The request was not signed by the gateway, or not recently. Answer 401 and do not decide. */
export class DecisionRequestRefused extends Error {
  override readonly name = 'DecisionRequestRefused';
}

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
  const fault = signatureFault(message.headers, message.body, secrets, now);
  if (fault !== null) throw new DecisionRequestRefused(fault);
  const request = jsonIn(message.body) as DecisionRequest | null;
  if (request?.type === 'authorization.requested') return request;
  throw new DecisionRequestRefused('expected a message of the type authorization.requested');
}
