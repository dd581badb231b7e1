import { setTimeout } from 'node:timers/promises';
import { done, type Outcome, refused, type Secret } from '@card-gateway/core';

/** A token as the provider gave it out. */
export interface AccessToken {
  readonly secret: Secret;
  /** Unix milliseconds of the clock that {@link AccessTokensOptions.now} reads; `Infinity` where the provider does not say. */
  readonly expiresAt: number;
}

/** The access token of one account. */
export interface AccessTokens {
  /**
   * Sends with the token in use, or a fresh one, and once more with a new one where the provider refused the first before it
   * did anything. However many callers wait for a token, one request fetches it. Refused as `not_sent` where none came:
   * what was to be sent with it certainly was not.
   *
   * @param left milliseconds that this caller can still wait; the fetch itself goes on for the others
   * @param isTokenRefused whether an outcome says for certain that the token alone was refused
   */
  use<T>(
    left: () => number,
    send: (token: AccessToken) => Promise<Outcome<T>>,
    isTokenRefused: (outcome: Outcome<T>) => boolean,
  ): Promise<Outcome<T>>;
}

export interface AccessTokensOptions {
  /** Sends the one request for a token. It has a deadline of its own, for callers with other ones share it. */
  readonly fetch: () => Promise<Outcome<AccessToken>>;
  /** The clock by which tokens expire, Unix milliseconds. */
  readonly now: () => number;
  /** A token is renewed so many milliseconds before it expires. */
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

  /** A token that lives hardly longer than the margin (its lifetime is not documented) is still used for half its life. */
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
      // A newer one, fetched meanwhile, stays.
      if (current?.token === first.value) current = null;
      const second = await get(left());
      return second.kind === 'done' ? await send(second.value) : second;
    },
  };
}

/** Whatever became of a token request, the business request behind it was not sent: there is nothing unknown about it. */
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

/** What is left of a time limit, in whole milliseconds. Real time counts, not a clock's that may be set meanwhile. */
export function countdown(limitMs: number): () => number {
  const end = performance.now() + limitMs;
  return () => Math.floor(end - performance.now());
}
