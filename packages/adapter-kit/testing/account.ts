import type { FacetName, ProviderAdapter } from '@card-gateway/core';
import { onTestFinished } from 'vitest';
import { type AdapterDefinition, adapterHost, type AdapterHost, openTransport } from '../index.ts';
import { sendBy } from '../call.ts';
import { type Loopback, openLoopback } from './loopback.ts';

/** An adapter at a base URL; its own schema parses the settings, as for an accounts file. */
export function openAdapter(
  definition: AdapterDefinition,
  host: Pick<AdapterHost, 'send' | 'now'>,
  settings: Readonly<Record<string, unknown>>,
): ProviderAdapter {
  return definition.create(definition.settings.parse(settings), adapterHost(host));
}

export interface TestAccount {
  /** The provider's side. */
  readonly loopback: Loopback;
  /** A new adapter without state from earlier ones. */
  readonly open: (settings: Readonly<Record<string, unknown>>, now?: () => number) => ProviderAdapter;
}

/** An account at a provider on a real socket. Both are closed when the test ends. */
export async function openTestAccount(
  definition: AdapterDefinition,
  { maxResponseBytes = 4_000_000 }: { readonly maxResponseBytes?: number } = {},
): Promise<TestAccount> {
  const loopback = await openLoopback();
  const transport = openTransport({ connections: 8, connectTimeoutMs: 2000, maxResponseBytes });
  onTestFinished(async () => {
    await loopback.close();
    await transport.close();
  });
  return {
    loopback,
    open: (settings, now = () => Date.now()) =>
      openAdapter(definition, { send: sendBy(transport.send), now }, { baseUrl: loopback.url, ...settings }),
  };
}

/** A facet that the adapter is known to have. */
export function facet<Name extends FacetName>(
  adapter: ProviderAdapter,
  name: Name,
): NonNullable<ProviderAdapter[Name]> {
  const found = adapter[name];
  if (found === undefined) throw new Error(`the adapter has no ${name}`);
  return found;
}
