import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AdapterHost, documentedCallsOf } from '@card-gateway/adapter-kit';
import {
  json,
  type Loopback,
  openAdapter as openAdapterOf,
  openTestAccount,
  type Reply,
  type SeenRequest,
  testCall,
} from '@card-gateway/adapter-kit/testing';
import { type DocumentedCall, type ProviderAdapter, Secret } from '@card-gateway/core';
import { keysecure } from '../index.ts';

export const tokenPath = '/open-api/v1/merchant/token';
export const apiKey = 'api-key-canary-71c9';
export const accessToken = 'access-token-canary-5e02';
/** The key of the documents' derived vectors (keysecure.md §4). */
export const apiSecret = '0123456789abcdef';
export const call = testCall();

/** An adapter with this provider's facets; some only with `apiSecret`, some only in credit mode. */
export type KeySecureAdapter = ProviderAdapter &
  Required<
    Pick<
      ProviderAdapter,
      | 'products'
      | 'cardholders'
      | 'issuing'
      | 'cards'
      | 'cardControls'
      | 'reveal'
      | 'frameTokens'
      | 'transactions'
      | 'transfers'
      | 'callbacks'
    >
  >;

const usual = { mode: 'credit', apiKey: new Secret(apiKey), apiSecret: new Secret(apiSecret) };

/** Opens an account with settings as in an accounts file, parsed by the package's own schema. */
export function openAdapter(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  settings: Readonly<Record<string, unknown>> = {},
): KeySecureAdapter {
  const whole = { baseUrl, ...usual, ...settings };
  return openAdapterOf(keysecure, host, whole) as KeySecureAdapter;
}

export function success(data: unknown, headers: Record<string, string> = {}): Reply {
  const reply = json({ code: 0, msg: 'Success', data });
  return reply.kind === 'answer' ? { ...reply, headers: { ...reply.headers, ...headers } } : reply;
}

export function failure(code: number, msg = 'no', headers: Record<string, string> = {}): Reply {
  const reply = json({ code, msg });
  return reply.kind === 'answer' ? { ...reply, headers: { ...reply.headers, ...headers } } : reply;
}

export function tokenReply(token: string = accessToken, expiredTime: number = Date.now() + 86_400_000): Reply {
  return success({ access_token: token, expired_time: expiredTime });
}

/** An example of the documents, verbatim. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** The provider's ciphertext of a text, implemented from the document (keysecure.md §4.1). */
export function encrypted(text: string, secret: string = apiSecret): string {
  const cipher = createCipheriv('aes-128-ecb', secret, null);
  return cipher.update(text, 'utf8', 'base64') + cipher.final('base64');
}

export interface TestAccount {
  readonly loopback: Loopback;
  /** A new adapter without state from earlier ones. */
  adapter(settings?: Readonly<Record<string, unknown>>, now?: () => number): KeySecureAdapter;
  /** The business requests, or the token requests, so far. */
  business(): readonly SeenRequest[];
  tokens(): readonly SeenRequest[];
}

/** A provider on a real socket: `token` answers merchant/token, `business` everything else. */
export async function openAccount(
  business: (request: SeenRequest) => Reply,
  token: (request: SeenRequest) => Reply = () => tokenReply(),
): Promise<TestAccount> {
  const { loopback, open } = await openTestAccount(keysecure);
  loopback.reply((request) => (request.path === tokenPath ? token(request) : business(request)));
  return {
    loopback,
    adapter: (settings = {}, now = () => Date.now()) => open({ ...usual, ...settings }, now) as KeySecureAdapter,
    business: () => loopback.requests.filter((request) => request.path !== tokenPath),
    tokens: () => loopback.requests.filter((request) => request.path === tokenPath),
  };
}

/** The reconciliation of a write that is resolved by looking it up. */
export function lookUpOf<T extends { readonly by: string }>(reconciliation: T): Extract<T, { readonly by: 'look-up' }> {
  if (reconciliation.by !== 'look-up') throw new Error('reconciled by a person');
  return reconciliation as Extract<T, { readonly by: 'look-up' }>;
}

/** The JSON object in a request; a GET has none. */
export function bodyOf(request: SeenRequest | undefined): Record<string, unknown> {
  return JSON.parse(request?.body || '{}') as Record<string, unknown>;
}

/** The state of each documented call in an account with these settings. */
export function documentedWith(changes: Readonly<Record<string, unknown>> = {}): readonly DocumentedCall[] {
  const settings = keysecure.settings.parse({ baseUrl: 'https://provider.example', ...usual, ...changes });
  return documentedCallsOf(keysecure, settings);
}
