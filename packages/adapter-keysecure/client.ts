import {
  type AccessToken,
  accessTokens,
  type AdapterHost,
  type AskOf,
  type Exchange,
  pathWith,
  type Question,
  readEnvelope,
  refusedWith,
  timeLeftMs,
} from '@card-gateway/adapter-kit';
import { done, type Outcome, type ProviderCall, refused, Secret } from '@card-gateway/core';
import type { z } from 'zod';
import { type Effect, reasonOf, type Refusals, timestampRefused, tokenRefused } from './refusals.ts';
import type { KeySecureSettings } from './settings.ts';
import { envelope, tokenData } from './wire.ts';

/** The path and contents of a business request. */
export interface KeySecureRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/open-api/v1/`; `{id}` in it stands for {@link id}, which logs do not show. */
  readonly path: string;
  readonly id?: string;
  readonly effect: Effect;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Codes that are certain refusals of this very call, in addition to those of every call. */
  readonly refusals?: Refusals;
}

/**
 * Sends one business request within the call's time, fetching an access token first if necessary. It is resent only if the
 * provider rejected it before execution (keysecure.md §10): after 1007 once with a new token, after 1005 with a new timestamp,
 * once per token. Without a token it is refused, because it was certainly not sent.
 */
export type Ask = AskOf<KeySecureRequest>;

const tokenRequest: KeySecureRequest & Question<typeof tokenData, AccessToken> = {
  method: 'GET',
  path: 'merchant/token',
  effect: 'read',
  data: tokenData,
  // `expiresAt` is by the provider's clock (keysecure.md §6.1).
  interpret: (data) => done({ secret: new Secret(data.access_token), expiresAt: data.expired_time }),
};

/** Opens an account's single client: all its calls share its clock and its access token. */
export function openClient(settings: KeySecureSettings, host: AdapterHost): Ask {
  /** The lower bound of the provider's time, which is never ahead of it once one of its answers was seen. */
  const earliest = (): number => host.now() + (host.clock.ahead()?.least ?? 0);
  const tokens = accessTokens({
    fetch: (call) => stamped({ request: tokenRequest, path: tokenRequest.path, token: null, call }),
    now: earliest,
    marginMs: settings.tokenMarginMs,
  });

  /** Sends with a current timestamp, and once more if the provider finds it too old or in its future. */
  async function stamped<Schema extends z.ZodType, T>(sending: Sending<Schema, T>): Promise<Outcome<T>> {
    const outcome = await attempt(sending);
    return refusedWith(outcome, timestampRefused) && timeLeftMs(sending.call) > 0 ? await attempt(sending) : outcome;
  }

  async function attempt<Schema extends z.ZodType, T>(sending: Sending<Schema, T>): Promise<Outcome<T>> {
    const { request, path } = sending;
    const headers = headersWith(sending.token);
    const sentAt = host.now();
    const outgoing = {
      operation: request.path.replace('/{id}', ''),
      method: request.method,
      url: `${settings.baseUrl}/open-api/v1/${path}`,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
    };
    const exchange = await host.send(outgoing, sending.call);
    const outcome = read(exchange, request, [headers['Api-Key'] ?? '', headers['Access-Token'] ?? '']);
    if (exchange.kind === 'answered' && refusedWith(outcome, timestampRefused)) {
      // The estimate of its clock has just produced a rejected timestamp: only this answer counts now.
      host.clock.forget();
      host.clock.observe(sentAt, exchange.date);
    }
    return outcome;
  }

  /** keysecure.md §2.1: GET requests have the content type too, and `Timezone` is always sent instead of relying on its default. */
  function headersWith(token: AccessToken | null): Record<string, string> {
    return {
      'Api-Key': settings.apiKey.reveal(),
      // 13 digits, Unix milliseconds. The provider accepts the last 60 s and nothing in the future, not even by a millisecond
      // (§2.3).
      Timestamp: String(Math.floor(earliest() - settings.clockLagMs)),
      ...(token === null ? {} : { 'Access-Token': token.secret.reveal() }),
      'Content-Type': 'application/json',
      Timezone: settings.timeZone,
      Language: 'en_US',
    };
  }

  return async (request, call) => {
    const path = pathWith(request.path, request.id);
    if (path === null) return refused('invalid_request', { message: 'KeySecure has no such number' });
    return await tokens.use(
      call,
      (token) => stamped({ request, path, token, call }),
      (outcome) => refusedWith(outcome, tokenRefused),
    );
  };
}

interface Sending<Schema extends z.ZodType, T> {
  readonly request: KeySecureRequest & Question<Schema, T>;
  readonly path: string;
  readonly token: AccessToken | null;
  readonly call: ProviderCall;
}

function read<Schema extends z.ZodType, T>(
  exchange: Exchange,
  request: KeySecureRequest & Question<Schema, T>,
  credentials: readonly string[],
): Outcome<T> {
  return readEnvelope(exchange, {
    reply: envelope,
    success: '0',
    reasonOf: (code) => reasonOf(code, request.effect, request.refusals),
    hide: [...credentials, ...(request.hide ?? [])],
    data: request.data,
    interpret: request.interpret,
  });
}
