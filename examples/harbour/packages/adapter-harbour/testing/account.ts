import type { AdapterHost } from '@card-gateway/adapter-kit';
import { json, openAdapter as openAdapterOf, type Reply, type SeenRequest } from '@card-gateway/adapter-kit/testing';
import { type ProviderAdapter, Secret } from '@card-gateway/core';
import { harbour } from '../index.ts';

export const clientSecret = 'harbour-secret-0f1e2d3c';
export const token = 'harbour-token-77aa';

export function openAdapter(baseUrl: string, host: Pick<AdapterHost, 'send' | 'now'>): ProviderAdapter {
  return openAdapterOf(harbour, host, { baseUrl, clientId: 'company', clientSecret: new Secret(clientSecret) });
}

/** Answers a token request; null for any other. */
export function tokenAnswer({ path }: SeenRequest): Reply | null {
  return path === '/oauth/token' ? json({ access_token: token, token_type: 'Bearer', expires_in: 3600 }) : null;
}
