import type { ProviderCall } from '@card-gateway/core';
import type { Exchange, ProviderRequest, Transport } from './exchange.ts';

/** Leave to send to one account's provider. The account knows those that it gave out, until they are given back. */
export interface Permit {
  /** Leave for a request that several calls wait for: it holds after this permit was given back. */
  share(): Permit;
}

/** What a {@link ProviderCall} stands for. */
export interface CallTerms {
  /** When the call must be over, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** W3C `traceparent` of the request that caused the call. */
  readonly traceparent: string | undefined;
  readonly permit: Permit;
}

/**
 * Sends one request for a call, within the time that the call has left, and in its trace.
 *
 * @throws TypeError for a call that the account did not give out, or that is over: nothing was sent
 */
export type Send = (request: ProviderRequest, call: ProviderCall) => Promise<Exchange>;

/** Makes a call. Adapters are handed theirs. */
export function openCall(terms: CallTerms): ProviderCall {
  return terms as unknown as ProviderCall;
}

export function termsOf(call: ProviderCall): CallTerms {
  return call as unknown as CallTerms;
}

/** Whole milliseconds that a call has left; less than 0 when its time is over. */
export function timeLeftMs(call: ProviderCall): number {
  return Math.floor(termsOf(call).deadline - performance.now());
}

/** The same call with less time, where some is kept for what follows. */
export function shortened(call: ProviderCall, byMs: number): ProviderCall {
  const terms = termsOf(call);
  return openCall({ ...terms, deadline: terms.deadline - byMs });
}

/** Sends within the terms of each call, whoever gave it out. */
export function sendBy(transport: Transport): Send {
  return async (request, call) => {
    const timeoutMs = timeLeftMs(call);
    if (timeoutMs <= 0) return { kind: 'not_sent', cause: 'TimeoutError' };
    return await transport({ ...request, timeoutMs, traceparent: termsOf(call).traceparent });
  };
}

const unbound: Permit = { share: () => unbound };

/**
 * A call that no account gave out, for tests and proofs whose host sends whatever it is handed ({@link sendBy}); an account
 * refuses it. Its time runs from here on.
 */
export function testCall(timeoutMs: number = 600_000, traceparent?: string): ProviderCall {
  return openCall({ deadline: performance.now() + timeoutMs, traceparent, permit: unbound });
}
