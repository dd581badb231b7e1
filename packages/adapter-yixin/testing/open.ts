import { adapterHost, type AdapterHost, openTransport } from '@card-gateway/adapter-kit';
import { type Loopback, openLoopback } from '@card-gateway/adapter-kit/testing';
import type { BanksFacet, BindingFacet, BoundCardsFacet, ProviderAdapter } from '@card-gateway/core';
import { yixin } from '../index.ts';
import { settingsInput } from './fake-yixin.ts';

/** The facets that Yixin has. */
export interface YixinAdapter extends ProviderAdapter {
  readonly binding: BindingFacet;
  readonly boundCards: BoundCardsFacet;
  readonly banks: BanksFacet;
}

export function openYixin(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  more: Record<string, unknown> = {},
): YixinAdapter {
  return yixin.create(yixin.settings.parse(settingsInput(baseUrl, more)), adapterHost(host)) as YixinAdapter;
}

/** An account on a real socket, to be closed after the test. */
export async function openAccount(
  more: Record<string, unknown> = {},
): Promise<{ adapter: YixinAdapter; loopback: Loopback; close(): Promise<void> }> {
  const loopback = await openLoopback();
  const transport = openTransport({ connections: 2, connectTimeoutMs: 2000, maxResponseBytes: 1_000_000 });
  const adapter = openYixin(loopback.url, { send: transport.send, now: () => 1_763_812_800_123 }, more);
  return {
    adapter,
    loopback,
    close: async () => {
      await loopback.close();
      await transport.close();
    },
  };
}
