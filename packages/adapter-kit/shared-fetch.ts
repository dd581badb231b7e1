import type { ProviderCall } from '@card-gateway/core';
import { openCall, termsOf, timeLeftMs } from './call.ts';
import { within } from './within.ts';

/** Each waiting call may give up earlier. */
const longestMs = 10_000;

/**
 * Fetches what several calls need, with one request for all concurrent callers. The request belongs to none of them: it has its
 * own ten seconds and no trace, and continues under a shared permit when the call that began it is over.
 *
 * @returns null to a call whose own time ended first
 */
export function sharedFetch<T>(fetch: (call: ProviderCall) => Promise<T>): (call: ProviderCall) => Promise<T | null> {
  let running: Promise<T> | null = null;

  function begin(call: ProviderCall): Promise<T> {
    const permit = termsOf(call).permit.share();
    const own = openCall({ deadline: performance.now() + longestMs, traceparent: undefined, permit });
    return Promise.try(fetch, own).finally(() => (running = null));
  }

  return async (call) => {
    running ??= begin(call);
    return within(timeLeftMs(call), running, null);
  };
}
