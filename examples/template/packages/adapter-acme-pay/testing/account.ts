import type { AdapterHost } from '@card-gateway/adapter-kit';
import { openAdapter as openAdapterOf } from '@card-gateway/adapter-kit/testing';
import { type ProviderAdapter, Secret } from '@card-gateway/core';
import { acmePay } from '../index.ts';

export const apiKey = 'acme-pay-key-0f1e2d3c';

export function openAdapter(baseUrl: string, host: Pick<AdapterHost, 'send' | 'now'>): ProviderAdapter {
  return openAdapterOf(acmePay, host, { baseUrl, apiKey: new Secret(apiKey) });
}
