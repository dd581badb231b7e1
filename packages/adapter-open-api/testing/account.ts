import { readFileSync } from 'node:fs';
import { type AdapterHost, documentedCallsOf } from '@card-gateway/adapter-kit';
import {
  type Loopback,
  openAdapter as openAdapterOf,
  openTestAccount,
  testCall,
} from '@card-gateway/adapter-kit/testing';
import {
  type CardsFacet,
  type DocumentedCall,
  type ProductsFacet,
  type ProviderAdapter,
  type ProviderCall,
  Secret,
} from '@card-gateway/core';
import { openApi } from '../index.ts';

/** A synthetic authorisation key in the documents' form. */
export const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const call: ProviderCall = testCall();

/** One of the documents' examples, as text, to keep the number literals. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** The ids of the `cardList` example. */
const settings = { version: 'v1', customerId: 10000011, appId: 100001, key: new Secret(key) };

/** The adapter of an account with the ids of the `cardList` example. */
export function openAdapter(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  changes: Record<string, unknown> = {},
): ProviderAdapter {
  return openAdapterOf(openApi, host, { baseUrl, ...settings, ...changes });
}

export interface Account {
  readonly loopback: Loopback;
  readonly products: ProductsFacet;
  readonly cards: CardsFacet;
  readonly adapter: ProviderAdapter;
}

/** A new account on a real socket; both are closed when the test ends. */
export async function openAccount(changes: Record<string, unknown> = {}): Promise<Account> {
  const { loopback, open } = await openTestAccount(openApi);
  const adapter = open({ ...settings, ...changes }, () => 0);
  const { products, cards } = adapter;
  if (products === undefined || cards === undefined) throw new Error('the adapter lacks a facet');
  return { loopback, products, cards, adapter };
}

/** The state of each documented call in an account with these settings. */
export function documentedWith(changes: Readonly<Record<string, unknown>> = {}): readonly DocumentedCall[] {
  const baseUrl = 'https://provider.example';
  return documentedCallsOf(openApi, openApi.settings.parse({ baseUrl, ...settings, ...changes }));
}
