import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Secret } from '@card-gateway/core';
import { json, type Loopback, openLoopback, type Reply, type SeenRequest } from '@card-gateway/adapter-kit/testing';
import { failure, type HarbourRecords, routed } from './routes.ts';

export { failure } from './routes.ts';

// Harbour is invented: an issuer with a plain REST API, like most. This is the provider's side of the wire; it shares no code
// with the adapter.

export const clientSecret = 'harbour-secret-canary-8d1f';

/** The provider's own state, with what a test can change. */
export interface Harbour extends HarbourRecords {
  readonly loopback: Loopback;
  /** The settings of an account at this provider. */
  readonly settings: { readonly baseUrl: string; readonly clientId: string; readonly clientSecret: Secret };
  /** Lifetime of future tokens in seconds; null omits it. */
  tokenSeconds: number | null;
  /** Tokens issued so far. */
  readonly tokens: string[];
  revokeTokens(): void;
  /** The answer to one request: by the rules, unless a test replaces it. */
  answer: (request: SeenRequest) => Reply;
  tokenAnswer: (request: SeenRequest) => Reply;
  keysAnswer: () => Reply;
  business(): readonly SeenRequest[];
  /** Creates a key that signs from now on. Earlier keys are no longer published, unless `keep` is set. */
  rotateKey(id: string, keep?: boolean): void;
  /** A callback about a card, as sent at that time. */
  callback(card: string, state: string, at: number): SignedCallback;
}

export interface SignedCallback {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function openHarbour(): Promise<Harbour> {
  const loopback = await openLoopback();
  const valid = new Set<string>();
  /** Requests and their answers by Idempotency-Key. */
  const answered = new Map<string, { readonly body: string; readonly reply: Reply }>();
  const pairs = new Map<string, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>();
  const harbour: Harbour = {
    loopback,
    settings: { baseUrl: loopback.url, clientId: 'harbour:client', clientSecret: new Secret(clientSecret) },
    rotateKey: (id, keep = false) => {
      if (!keep) pairs.clear();
      pairs.set(id, generateKeyPairSync('ed25519'));
    },
    callback: (card, state, at) => {
      const [id, { privateKey }] = [...pairs].at(-1) ?? ['', generateKeyPairSync('ed25519')];
      const timestamp = String(Math.floor(at / 1000));
      const body = JSON.stringify({ event: 'card.changed', card, state });
      const signature = sign(null, Buffer.from(`${timestamp}.${body}`), privateKey).toString('base64url');
      return { body, headers: { 'harbour-key': id, 'harbour-timestamp': timestamp, 'harbour-signature': signature } };
    },
    cards: new Map(),
    holders: new Map(),
    moved: [],
    revealKeys: new Map(),
    tokenSeconds: 3600,
    tokens: [],
    revokeTokens: () => valid.clear(),
    business: () => loopback.requests.filter(({ path }) => path.startsWith('/v2/')),
    tokenAnswer: (request) => {
      // RFC 6749 §2.3.1: both are form-encoded before they are joined.
      const expected = `Basic ${Buffer.from(`harbour%3Aclient:${clientSecret}`).toString('base64')}`;
      if (request.headers['authorization'] !== expected) {
        return json({ error: 'invalid_client', error_description: `unknown: ${clientSecret}` }, 401);
      }
      if (request.body !== 'grant_type=client_credentials') return json({ error: 'unsupported_grant_type' }, 400);
      const token = `token-${harbour.tokens.length}-${randomBytes(8).toString('hex')}`;
      harbour.tokens.push(token);
      valid.add(token);
      const lifetime = harbour.tokenSeconds === null ? {} : { expires_in: harbour.tokenSeconds };
      return json({ access_token: token, token_type: 'bearer', ...lifetime });
    },
    keysAnswer: () => {
      const keys = [...pairs].map(([kid, { publicKey }]) => ({
        kid,
        use: 'sig',
        ...publicKey.export({ format: 'jwk' }),
      }));
      return json({ keys: [{ kty: 'oct', kid: 'odd', k: 'AAAA' }, null, ...keys] });
    },
    answer: (request) => {
      const [, token = ''] = /^Bearer (.+)$/.exec(String(request.headers['authorization'])) ?? [];
      if (!valid.has(token)) return failure(401, 'invalid_token', 'expired or unknown');
      const key = String(request.headers['idempotency-key'] ?? '');
      if (key === '') return routed(harbour, request);
      const first = answered.get(key) ?? { body: request.body, reply: routed(harbour, request) };
      answered.set(key, first);
      return first.body === request.body ? first.reply : failure(409, 'key_reused', 'another order has this key');
    },
  };
  harbour.rotateKey('key-1');
  loopback.reply((request) => {
    if (request.path === '/oauth/token') return harbour.tokenAnswer(request);
    return request.path === '/keys' ? harbour.keysAnswer() : harbour.answer(request);
  });
  return harbour;
}
