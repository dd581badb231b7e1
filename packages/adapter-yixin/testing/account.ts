import type { AdapterHost } from '@card-gateway/adapter-kit';
import { type Loopback, openAdapter as openAdapterOf, openTestAccount } from '@card-gateway/adapter-kit/testing';
import type { BanksFacet, BindingFacet, BoundCardsFacet, ProviderAdapter } from '@card-gateway/core';
import { yixin } from '../index.ts';
import { settingsInput } from './fake-yixin.ts';

/** The facets that Yixin has. */
export interface YixinAdapter extends ProviderAdapter {
  readonly binding: BindingFacet;
  readonly boundCards: BoundCardsFacet;
  readonly banks: BanksFacet;
}

export function openAdapter(
  baseUrl: string,
  host: Pick<AdapterHost, 'send' | 'now'>,
  more: Record<string, unknown> = {},
): YixinAdapter {
  return openAdapterOf(yixin, host, settingsInput(baseUrl, more)) as YixinAdapter;
}

/** An account on a real socket, closed when the test ends. */
export async function openAccount(
  more: Record<string, unknown> = {},
): Promise<{ adapter: YixinAdapter; loopback: Loopback }> {
  const { loopback, open } = await openTestAccount(yixin);
  const settings = settingsInput(loopback.url, more);
  return { adapter: open(settings, () => 1_763_812_800_123) as YixinAdapter, loopback };
}
