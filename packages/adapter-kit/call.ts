import type { ProviderCall } from '@card-gateway/core';
import type { Exchange, ProviderRequest, Transport } from './exchange.ts';

/** Permission to send to one account's provider. The account recognises the permits that it issued, until they are returned. */
export interface Permit {
  /** A permit for a request that several calls share: it stays valid after this one was returned. */
  share(): Permit;
}

/** The terms of a {@link ProviderCall}. */
export interface CallTerms {
  /** Time by which the call must be over, by `performance.now()`. */
  readonly deadline: number;
  /** W3C `traceparent` of the request that caused the call. */
  readonly traceparent: string | undefined;
  readonly permit: Permit;
}

/**
 * Sends one request of a call, within its remaining time and its trace.
 *
 * @throws TypeError for a call that the account did not issue, or that is over: nothing was sent
 */
export type Send = (request: ProviderRequest, call: ProviderCall) => Promise<Exchange>;

/** Creates a call. Adapters receive theirs. */
export function openCall(terms: CallTerms): ProviderCall {
  return terms as unknown as ProviderCall;
}

export function termsOf(call: ProviderCall): CallTerms {
  return call as unknown as CallTerms;
}

/** Whole milliseconds left of a call, negative when overdue. */
export function timeLeftMs(call: ProviderCall): number {
  return Math.floor(termsOf(call).deadline - performance.now());
}

/** The same call with less time, to reserve some for a later step. */
export function shortened(call: ProviderCall, byMs: number): ProviderCall {
  const terms = termsOf(call);
  return openCall({ ...terms, deadline: terms.deadline - byMs });
}

/** Sends within the terms of each call, whoever issued it. */
export function sendBy(transport: Transport): Send {
  return async (request, call) => {
    const timeoutMs = timeLeftMs(call);
    if (timeoutMs <= 0) return { kind: 'not_sent', cause: 'TimeoutError' };
    return await transport({ ...request, timeoutMs, traceparent: termsOf(call).traceparent });
  };
}

const unbound: Permit = { share: () => unbound };

/**
 * A call without an account, for tests and proofs whose host sends any call ({@link sendBy}); an account rejects it. Its time
 * starts now.
 */
export function testCall(timeoutMs: number = 600_000, traceparent?: string): ProviderCall {
  return openCall({ deadline: performance.now() + timeoutMs, traceparent, permit: unbound });
}
