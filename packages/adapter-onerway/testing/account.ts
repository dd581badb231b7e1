import { readFileSync } from 'node:fs';
import { adapterHost, type AdapterHost, openTransport } from '@card-gateway/adapter-kit';
import { type Loopback, openLoopback } from '@card-gateway/adapter-kit/testing';
import { type BoundCardsFacet, type ProviderAdapter, Secret } from '@card-gateway/core';
import { onTestFinished } from 'vitest';
import { onerway } from '../index.ts';

/** The example key that the provider prints in its documents (onerway.md §2.2). */
export const secretKey = '3b5e10b65bff4172a5b9ca2d2ec00a6e';
export const call = { timeoutMs: 5000 };

/** One of the documents' examples, as text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** The adapter of an account whose merchant and store are those of the TOKEN example. */
export function openAccount(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  changes: Record<string, unknown> = {},
): ProviderAdapter {
  const settings = {
    baseUrl,
    merchantNo: '800209',
    appId: '1727880846378401792',
    secretKey: new Secret(secretKey),
    ...changes,
  };
  return onerway.create(onerway.settings.parse(settings), adapterHost(host));
}

/** A fresh account at a real socket, both closed when the test ends. */
export async function account(
  changes: Record<string, unknown> = {},
): Promise<{ loopback: Loopback; boundCards: BoundCardsFacet; adapter: ProviderAdapter }> {
  const loopback = await openLoopback();
  const transport = openTransport({ connections: 1, connectTimeoutMs: 2000, maxResponseBytes: 1_048_576 });
  onTestFinished(async () => {
    await loopback.close();
    await transport.close();
  });
  const adapter = openAccount(loopback.url, { send: transport.send, now: () => 0 }, changes);
  const { boundCards } = adapter;
  if (boundCards === undefined) throw new Error('the adapter lacks its facet');
  return { loopback, boundCards, adapter };
}
