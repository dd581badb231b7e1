import { setTimeout } from 'node:timers/promises';
import { done, type Outcome, refused, type Secret } from '@card-gateway/core';

/** A token as the provider issued it. */
export interface AccessToken {
  readonly secret: Secret;
  /** Unix milliseconds by {@link AccessTokensOptions.now}; `Infinity` if the provider does not say. */
  readonly expiresAt: number;
}

/** The access token of one account. */
export interface AccessTokens {
  /**
   * Sends with the current token, or a fresh one, and once more with a new one if the provider certainly rejected only the
   * token. Concurrent callers share one token request. If no token is obtained, the result is `not_sent`, because the business
   * request certainly did not go out.
   *
   * @param left milliseconds that this caller can still wait; the token request itself continues for the others
   * @param isTokenRefused whether an outcome says for certain that only the token was rejected
   */
  use<T>(
    left: () => number,
    send: (token: AccessToken) => Promise<Outcome<T>>,
    isTokenRefused: (outcome: Outcome<T>) => boolean,
  ): Promise<Outcome<T>>;
}

export interface AccessTokensOptions {
  /** Sends the one request for a token. It has its own deadline, because callers with different deadlines share it. */
  readonly fetch: () => Promise<Outcome<AccessToken>>;
  /** The clock by which tokens expire, in Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds before expiry at which a token is renewed. */
  readonly marginMs: number;
}

export function accessTokens(options: AccessTokensOptions): AccessTokens {
  let current: { readonly token: AccessToken; readonly renewAt: number } | null = null;
  let running: Promise<Outcome<AccessToken>> | null = null;

  async function renew(): Promise<Outcome<AccessToken>> {
    try {
      const outcome = withoutDoubt(await options.fetch());
      if (outcome.kind === 'done') current = { token: outcome.value, renewAt: renewalOf(outcome.value) };
      return outcome;
    } finally {
      running = null;
    }
  }

  /** A token that lives hardly longer than the margin (its lifetime is undocumented) is still used for half its life. */
  function renewalOf(token: AccessToken): number {
    const lifetime = token.expiresAt - options.now();
    return token.expiresAt - Math.min(options.marginMs, lifetime / 2);
  }

  async function get(waitMs: number): Promise<Outcome<AccessToken>> {
    if (current !== null && options.now() < current.renewAt) return done(current.token);
    running ??= renew();
    return await within(running, waitMs);
  }

  return {
    async use(left, send, isTokenRefused) {
      const first = await get(left());
      if (first.kind !== 'done') return first;
      const outcome = await send(first.value);
      if (!isTokenRefused(outcome)) return outcome;
      // Keep a newer token that was fetched meanwhile.
      if (current?.token === first.value) current = null;
      const second = await get(left());
      return second.kind === 'done' ? await send(second.value) : second;
    },
  };
}

/** Whatever happened to the token request, the business request was not sent, so nothing about it is unknown. */
function withoutDoubt(outcome: Outcome<AccessToken>): Outcome<AccessToken> {
  if (outcome.kind !== 'unknown') return outcome;
  const { code, message, httpStatus } = outcome.evidence ?? { code: null, message: null, httpStatus: null };
  return refused('not_sent', { code, httpStatus, message: message ?? 'no access token' });
}

async function within(running: Promise<Outcome<AccessToken>>, waitMs: number): Promise<Outcome<AccessToken>> {
  const settled = new AbortController();
  const late = refused('not_sent', { message: 'no access token in time' });
  try {
    return await Promise.race([running, setTimeout(waitMs, late, { signal: settled.signal })]);
  } finally {
    settled.abort();
  }
}

/** What is left of a time limit, in whole milliseconds, by the monotonic clock. */
export function countdown(limitMs: number): () => number {
  const end = performance.now() + limitMs;
  return () => Math.floor(end - performance.now());
}
