import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Secret } from '@card-gateway/core';
import { json, type Loopback, openLoopback, type Reply, type SeenRequest } from '../loopback.ts';

// Harbour is invented: an issuer with a plain REST API, like most. This is its side of the wire, and shares no code with the
// adapter beside it.

export const clientSecret = 'harbour-secret-canary-8d1f';

interface Card {
  readonly id: string;
  readonly reference: string;
  readonly last4: string;
  state: string;
}

/** The provider's own state: what really happened. */
export interface Harbour {
  readonly loopback: Loopback;
  /** The settings of an account of it. */
  readonly settings: { readonly baseUrl: string; readonly clientId: string; readonly clientSecret: Secret };
  readonly cards: Map<string, Card>;
  /** Amounts moved, in cents, one per effect. */
  readonly moved: number[];
  /** Lifetime of future tokens in seconds; null omits it. */
  tokenSeconds: number | null;
  /** Tokens issued so far. */
  readonly tokens: string[];
  /** Revokes every issued token. */
  revokeTokens(): void;
  /** The answer to one request: by the rules, unless a test replaces it. */
  answer: (request: SeenRequest) => Reply;
  tokenAnswer: (request: SeenRequest) => Reply;
  keysAnswer: () => Reply;
  business(): readonly SeenRequest[];
  /** Creates a key that signs from now on. Earlier keys are no longer published, unless `keep` is set. */
  rotateKey(id: string, keep?: boolean): void;
  /** A callback about a card, as it would be sent at that time. */
  callback(card: string, state: string, at: number): SignedCallback;
}

export interface SignedCallback {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function failure(status: number, code: string, detail: string, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify({ error: { code, detail } });
  return { kind: 'answer', status, body, headers: { 'content-type': 'application/problem+json', ...headers } };
}

export async function openHarbour(): Promise<Harbour> {
  const loopback = await openLoopback();
  const valid = new Set<string>();
  /** By Idempotency-Key: the request, and its answer. */
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
    moved: [],
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

function routed({ cards, moved }: Harbour, { method, path, body }: SeenRequest): Reply {
  const url = new URL(path, 'http://harbour');
  const [, , , id = '', part] = url.pathname.split('/');
  const sent = JSON.parse(body || '{}') as Record<string, string>;
  if (method === 'POST' && url.pathname === '/v2/cards') return issued(cards, sent['reference'] ?? '');
  if (method === 'GET' && url.pathname === '/v2/cards') return listed(cards, url.searchParams);
  if (method === 'POST' && url.pathname === '/v2/transfers') {
    const cents = Math.round(Number(sent['amount']) * 100);
    if (cents > 100_000) return failure(422, 'too_much', 'more than may be moved at once');
    moved.push(cents);
    return json({ id: `ht_${randomBytes(6).toString('hex')}`, reference: sent['reference'], state: 'done' }, 201);
  }
  const card = cards.get(id);
  if (card === undefined) return failure(404, 'no_such_card', `there is no card ${id}`);
  switch (`${method} ${part ?? ''}`) {
    case 'GET ':
      return json(card);
    case 'PUT state':
      if (card.state === 'closed') return failure(409, 'card_closed', 'a closed card stays closed');
      card.state = sent['state'] ?? '';
      return json(card);
    case 'PATCH ':
      return /^\d{4}$/.test(sent['pin'] ?? '') ? json(card) : failure(422, 'weak_pin', `not this: ${sent['pin']}`);
    case 'DELETE ':
      card.state = 'closed';
      return { kind: 'answer', status: 204, body: '' };
    default:
      return failure(405, 'method_not_allowed', method);
  }
}

function issued(cards: Map<string, Card>, reference: string): Reply {
  const number = String(cards.size + 1).padStart(4, '0');
  const card = { id: `hc_${number}`, reference, last4: number, state: 'active' };
  cards.set(card.id, card);
  return json(card, 201);
}

function listed(cards: ReadonlyMap<string, Card>, query: URLSearchParams): Reply {
  const reference = query.get('reference');
  const all = [...cards.values()].filter((card) => reference === null || card.reference === reference);
  const from = Number(query.get('after') ?? 0);
  const to = from + Number(query.get('limit') ?? 2);
  return json({ data: all.slice(from, to), next: to < all.length ? String(to) : null });
}
