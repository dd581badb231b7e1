import { done, type Outcome, type ProviderCall, refused, type Secret } from '@card-gateway/core';
import { sharedFetch } from './shared-fetch.ts';

/** A token as the provider issued it. */
export interface AccessToken {
  readonly secret: Secret;
  /** Unix milliseconds by {@link AccessTokensOptions.now}; `Infinity` if the provider does not say. */
  readonly expiresAt: number;
}

export interface AccessTokens {
  /**
   * Sends with the current token, or a fresh one, and once more with a new one if the provider certainly rejected only the
   * token. Concurrent calls share one token request, which continues when they are over. If no token is obtained, the result
   * is `not_sent`, because the business request certainly did not go out.
   *
   * @param isTokenRefused whether an outcome says for certain that only the token was rejected
   */
  use<T>(
    call: ProviderCall,
    send: (token: AccessToken) => Promise<Outcome<T>>,
    isTokenRefused: (outcome: Outcome<T>) => boolean,
  ): Promise<Outcome<T>>;
}

export interface AccessTokensOptions {
  /** Sends the one request for a token, in a call of its own, because calls with different deadlines share it. */
  readonly fetch: (call: ProviderCall) => Promise<Outcome<AccessToken>>;
  /** The clock by which tokens expire, in Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds before expiry at which a token is renewed. */
  readonly marginMs: number;
}

export function accessTokens(options: AccessTokensOptions): AccessTokens {
  let current: { readonly token: AccessToken; readonly renewAt: number } | null = null;

  const renew = sharedFetch(async (call) => {
    const outcome = withoutDoubt(await options.fetch(call));
    if (outcome.kind === 'done') current = { token: outcome.value, renewAt: renewalOf(outcome.value) };
    return outcome;
  });

  /** A token that lives hardly longer than the margin (its lifetime is undocumented) is still used for half its life. */
  function renewalOf(token: AccessToken): number {
    const lifetime = token.expiresAt - options.now();
    return token.expiresAt - Math.min(options.marginMs, lifetime / 2);
  }

  async function get(call: ProviderCall): Promise<Outcome<AccessToken>> {
    if (current !== null && options.now() < current.renewAt) return done(current.token);
    return (await renew(call)) ?? refused('not_sent', { message: 'no access token in time' });
  }

  return {
    async use(call, send, isTokenRefused) {
      const first = await get(call);
      if (first.kind !== 'done') return first;
      const outcome = await send(first.value);
      if (!isTokenRefused(outcome)) return outcome;
      // Keep a newer token that was fetched meanwhile.
      if (current?.token === first.value) current = null;
      const second = await get(call);
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
