import { createPublicKey, type KeyObject } from 'node:crypto';
import { done, type Outcome, type ProviderCall, refused } from '@card-gateway/core';
import { z } from 'zod';
import { readAnswer } from './answer.ts';
import type { AdapterHost } from './definition.ts';
import { rowsOf } from './fields.ts';
import { sharedFetch } from './shared-fetch.ts';

/** Keys fetched longer ago are not used, so a revoked key is trusted no longer than this. */
const longestMs = 3_600_000;
/** Any forger can name an unknown key id, so such an id causes at most one request in this time. */
const shortestMs = 10_000;

/** RFC 7517 §4 and §5; anything but a public signing key is skipped. */
const keySet = z.object({
  keys: rowsOf(
    z
      .looseObject({ kid: z.string().min(1), kty: z.enum(['RSA', 'EC', 'OKP']), use: z.literal('sig').optional() })
      .transform((jwk, context) => {
        try {
          return { id: jwk.kid, key: createPublicKey({ key: jwk, format: 'jwk' }) };
        } catch {
          context.addIssue({ code: 'custom', message: 'expected a public key' });
          return z.NEVER;
        }
      }),
  ),
});

/** A provider's public signing keys, as it publishes them (RFC 7517). */
export interface PublicKeys {
  /** The key with that id; null if no recent key set contains it. */
  find(id: string): KeyObject | null;
  /**
   * Fetches the key set, which replaces the previous one. Concurrent calls share one request; within ten seconds of the
   * previous one none is sent, and the answer is `not_sent`.
   */
  fetch(call: ProviderCall): Promise<Outcome<null>>;
}

/** @param url where the key set is published: it is the trust anchor, so it must be one of the account's settings */
export function publicKeys(url: string, { send, now }: Pick<AdapterHost, 'send' | 'now'>): PublicKeys {
  let known: { readonly keys: ReadonlyMap<string, KeyObject>; readonly at: number } = {
    keys: new Map(),
    at: -Infinity,
  };
  let askedAt = -Infinity;

  const fetch = sharedFetch(async (call): Promise<Outcome<null>> => {
    const at = now();
    if (Math.abs(at - askedAt) < shortestMs) {
      return refused('not_sent', { message: 'the keys were fetched a moment ago' });
    }
    askedAt = at;
    const exchange = await send({ operation: 'keys', method: 'GET', url, headers: {}, body: null }, call);
    return readAnswer(exchange, {
      reply: keySet,
      interpret: ({ keys: { read } }, evidence) => {
        known = { keys: new Map(read.map(({ id, key }) => [id, key])), at };
        return done(null, evidence(null));
      },
    });
  });

  return {
    find: (id) => (Math.abs(now() - known.at) < longestMs ? (known.keys.get(id) ?? null) : null),
    fetch: async (call) => (await fetch(call)) ?? refused('not_sent', { message: 'no keys in time' }),
  };
}
