import type { GatewayAccount, KeepSecret, PutSecret } from '../provider.ts';
import type { Config } from './settings.ts';

/** One per Api-Key, and thus per integration mode. */
export type Credentials = (Config['apiKeys'][number] & { baseUrl: string })[];

/** A merchant's integration (keysecure.md §1), in the adapter's terms; the first account has the provider's name. */
const modes = {
  CREDIT_EXTENSION: { mode: 'credit', name: 'keysecure' },
  AUTHORIZATION: { mode: 'authorization', name: 'keysecure-authorization' },
} as const;

const twentyDaysMs = 20 * 86_400_000;

export function accounts(credentials: Credentials, secret: PutSecret): GatewayAccount[] {
  return credentials.map(({ baseUrl, apiKey, apiSecret, mode: integration }) => {
    const { mode, name } = modes[integration];
    return {
      name,
      settings: {
        baseUrl,
        mode,
        apiKey: secret(`${name}-api-key`, apiKey),
        apiSecret: secret(`${name}-api-secret`, apiSecret),
      },
      forTests: {
        clockLagMs: 0,
        listedSince: new Date(Date.now() - twentyDaysMs).toISOString().slice(0, 10),
      },
      merchant: apiKey,
      // keysecure.md §11.1: the merchant is asked only in this mode.
      ...(mode === 'authorization' && { authorization: { decide: 'approve' } }),
    };
  });
}

export async function install({ text }: KeepSecret) {
  const apiKeys = Object.entries(modes).map(async ([mode, { name }]) => {
    const [apiKey, apiSecret] = await Promise.all([text(`${name}-api-key`), text(`${name}-api-secret`)]);
    return { apiKey, apiSecret, mode: mode as keyof typeof modes };
  });
  return { apiKeys: await Promise.all(apiKeys) };
}
