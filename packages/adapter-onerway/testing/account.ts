import { readFileSync } from 'node:fs';
import { type AdapterHost, documentedCallsOf } from '@card-gateway/adapter-kit';
import {
  type Loopback,
  openAdapter as openAdapterOf,
  openTestAccount,
  testCall,
} from '@card-gateway/adapter-kit/testing';
import {
  type DocumentedCall,
  type BoundCardsFacet,
  type ProviderAdapter,
  type ProviderCall,
  Secret,
} from '@card-gateway/core';
import { onerway } from '../index.ts';

/** The example key in the provider's documents (onerway.md §2.2). */
export const secretKey = '3b5e10b65bff4172a5b9ca2d2ec00a6e';
export const call: ProviderCall = testCall();

/** One of the documents' examples, as text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** The merchant and the store of the TOKEN example. */
const settings = { merchantNo: '800209', appId: '1727880846378401792', secretKey: new Secret(secretKey) };

/** The adapter of an account with the TOKEN example's merchant and store. */
export function openAdapter(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  changes: Record<string, unknown> = {},
): ProviderAdapter {
  return openAdapterOf(onerway, host, { baseUrl, ...settings, ...changes });
}

/** A new account on a real socket; both are closed when the test ends. */
export async function openAccount(
  changes: Record<string, unknown> = {},
): Promise<{ loopback: Loopback; boundCards: BoundCardsFacet; adapter: ProviderAdapter }> {
  const { loopback, open } = await openTestAccount(onerway, { maxResponseBytes: 1_048_576 });
  const adapter = open({ ...settings, ...changes }, () => 0);
  const { boundCards } = adapter;
  if (boundCards === undefined) throw new Error('the adapter lacks its facet');
  return { loopback, boundCards, adapter };
}

/** The state of each documented call in an account with these settings. */
export function documentedWith(changes: Readonly<Record<string, unknown>> = {}): readonly DocumentedCall[] {
  const baseUrl = 'https://provider.example';
  return documentedCallsOf(onerway, onerway.settings.parse({ baseUrl, ...settings, ...changes }));
}
