import { setTimeout } from 'node:timers/promises';
import { type Outcome, refused, type Secret } from '@card-gateway/core';

/** A token as the provider gave it out; `expiresAt` is in Unix milliseconds of the provider's clock (keysecure.md §6.1). */
export interface AccessToken {
  readonly secret: Secret;
  readonly expiresAt: number;
}

/** The access token of one account. */
export interface AccessTokens {
  /**
   * The token in use, or a fresh one. However many callers wait for it, one request fetches it. Refused means that no
   * token came, so that what was to be sent with it certainly was not.
   *
   * @param waitMs how long this caller can wait; the fetch itself goes on for the others
   */
  get(waitMs: number): Promise<Outcome<AccessToken>>;
  /** Gives up a token that the provider refused (1007). A newer one, fetched meanwhile, stays. */
  drop(token: AccessToken): void;
}

export interface AccessTokensOptions {
  /** Sends the one request for a token (keysecure.md §6.1). */
  readonly fetch: () => Promise<Outcome<AccessToken>>;
  /** The provider's time, Unix milliseconds. */
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

  return {
    async get(waitMs) {
      if (current !== null && options.now() < current.renewAt)
        return { kind: 'done', value: current.token, evidence: null };
      running ??= renew();
      return await within(running, waitMs);
    },
    drop(token) {
      if (current?.token === token) current = null;
    },
  };
}

/** Whatever became of a token request, the business request behind it was not sent: there is nothing unknown about it. */
function withoutDoubt(outcome: Outcome<AccessToken>): Outcome<AccessToken> {
  if (outcome.kind !== 'unknown') return outcome;
  const { code, message, httpStatus } = outcome.evidence ?? { code: null, message: null, httpStatus: null };
  return refused('unavailable', { code, httpStatus, message: message ?? 'no access token' });
}

async function within(running: Promise<Outcome<AccessToken>>, waitMs: number): Promise<Outcome<AccessToken>> {
  const settled = new AbortController();
  const late = refused('unavailable', { message: 'no access token in time' });
  try {
    return await Promise.race([running, setTimeout(waitMs, late, { signal: settled.signal })]);
  } finally {
    settled.abort();
  }
}
