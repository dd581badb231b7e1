import { done, type Outcome, type ProviderCall, refused, Secret } from '@card-gateway/core';
import { z } from 'zod';
import { type AccessToken, type AccessTokens, accessTokens } from './access-token.ts';
import { readAnswer } from './answer.ts';
import type { AdapterHost } from './definition.ts';
import { wire } from './json.ts';

/** An account at an OAuth 2.0 token endpoint. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** Time before expiry at which a token is renewed: requests that carry it have that long to arrive. */
const marginMs = 60_000;

/** RFC 6749 §5.1. If `expires_in` is missing or odd, a token is used until it is rejected. */
const tokenReply = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: wire.integer.pipe(z.number().positive()).optional().catch(undefined),
});
/** RFC 6749 §5.2. */
const errorReply = z.object({ error: z.string(), error_description: wire.optionalText });

/**
 * An account's bearer tokens by OAuth client credentials (RFC 6749 §4.4), with HTTP Basic, which every server must support
 * (§2.3.1). Any failure of the token request makes the business request `not_sent`, with the code of RFC 6749 §5.2, e.g.
 * `invalid_client`.
 */
export function clientCredentials(
  { tokenUrl, clientId, clientSecret }: ClientCredentials,
  { send, now }: Pick<AdapterHost, 'send' | 'now'>,
): AccessTokens {
  async function fetch(call: ProviderCall): Promise<Outcome<AccessToken>> {
    const credentials = [clientId, clientSecret.reveal()].map(formEncoded).join(':');
    const askedAt = now();
    const request = {
      operation: 'oauth/token',
      method: 'POST',
      url: tokenUrl,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      },
      body: 'grant_type=client_credentials',
    } as const;
    const exchange = await send(request, call);
    return readAnswer(exchange, {
      reply: tokenReply,
      interpret: ({ access_token: token, expires_in: seconds }) =>
        done({ secret: new Secret(token), expiresAt: seconds === undefined ? Infinity : askedAt + seconds * 1000 }),
      problem: ({ read }, evidence) => {
        const said = read(errorReply);
        if (said === null) return null;
        return refused('not_sent', evidence(said.error, said.error_description, [clientSecret.reveal(), credentials]));
      },
    });
  }
  return accessTokens({ fetch, now, marginMs });
}

/** RFC 6749 §2.3.1: form-encoded, so that a colon in the id does not separate id and secret. */
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}
