import { readFileSync } from 'node:fs';
import { adapterHost, type AdapterHost, openTransport } from '@card-gateway/adapter-kit';
import { type Loopback, openLoopback } from '@card-gateway/adapter-kit/testing';
import { type CardsFacet, type ProductsFacet, type ProviderAdapter, Secret } from '@card-gateway/core';
import { onTestFinished } from 'vitest';
import { openApi } from '../index.ts';

/** An authorisation key of the documents' form, made up. */
export const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const call = { timeoutMs: 5000 };

/** One of the documents' examples, as text: the number literals matter. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** The adapter of an account whose ids are those of the `cardList` example. */
export function openAccount(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  changes: Record<string, unknown> = {},
): ProviderAdapter {
  const settings = { baseUrl, version: 'v1', customerId: 10000011, appId: 100001, key: new Secret(key), ...changes };
  return openApi.create(openApi.settings.parse(settings), adapterHost(host));
}

export interface Account {
  readonly loopback: Loopback;
  readonly products: ProductsFacet;
  readonly cards: CardsFacet;
  readonly adapter: ProviderAdapter;
}

/** A fresh account at a real socket, both closed when the test ends. */
export async function account(changes: Record<string, unknown> = {}): Promise<Account> {
  const loopback = await openLoopback();
  const transport = openTransport({ connections: 1, connectTimeoutMs: 2000, maxResponseBytes: 4_000_000 });
  onTestFinished(async () => {
    await loopback.close();
    await transport.close();
  });
  const adapter = openAccount(loopback.url, { send: transport.send, now: () => 0 }, changes);
  const { products, cards } = adapter;
  if (products === undefined || cards === undefined) throw new Error('the adapter lacks a facet');
  return { loopback, products, cards, adapter };
}
