import { type AdapterDefinition, adapterHost, type AdapterHost } from '@card-gateway/adapter-kit';
import { keysecure } from '@card-gateway/adapter-keysecure';
import { onerway } from '@card-gateway/adapter-onerway';
import { openApi } from '@card-gateway/adapter-open-api';
import { yixin } from '@card-gateway/adapter-yixin';
import { type ProviderAdapter, Secret } from '@card-gateway/core';
import type { ProviderName, Sandbox } from '@card-gateway/sandbox';
import type { Rows } from './calls.ts';
import { keysecureRows } from './keysecure.ts';
import { onerwayRows } from './onerway.ts';
import { openApiRows } from './open-api.ts';
import { yixinRows } from './yixin.ts';

/** One kind of account: how it is opened on a sandbox, and what is declared of its calls. */
export interface Account {
  readonly title: string;
  readonly provider: ProviderName;
  /** @param move where the provider is looked for, should it not be where it is */
  open(sandbox: Sandbox, host: Pick<AdapterHost, 'send' | 'now'>, move?: (baseUrl: string) => string): ProviderAdapter;
  readonly rows: Rows;
}

function account(
  title: string,
  provider: ProviderName,
  definition: AdapterDefinition,
  settings: (sandbox: Sandbox) => { readonly baseUrl: string } & Record<string, unknown>,
  rows: Rows,
): Account {
  return {
    title,
    provider,
    rows,
    open: (sandbox, host, move = (baseUrl) => baseUrl) => {
      const { baseUrl, ...others } = settings(sandbox);
      return definition.create(definition.settings.parse({ ...others, baseUrl: move(baseUrl) }), adapterHost(host));
    },
  };
}

/** How a KeySecure merchant is integrated (keysecure.md §1), and what the sandbox calls it. */
const modes = { credit: 'CREDIT_EXTENSION', authorization: 'AUTHORIZATION' } as const;

function keysecureSettings({ credentials }: Sandbox, mode: keyof typeof modes) {
  const merchant = credentials.keysecure.find((one) => one.mode === modes[mode]);
  if (merchant === undefined) throw new Error(`The sandbox has no KeySecure merchant in ${mode} mode.`);
  const { baseUrl, apiKey, apiSecret } = merchant;
  return { baseUrl, mode, apiKey: new Secret(apiKey), apiSecret: new Secret(apiSecret), clockLagMs: 0 };
}

/** Every adapter, with all that its documents leave to settings set. */
export const accounts: readonly Account[] = [
  account(
    'KeySecure, credit mode',
    'keysecure',
    keysecure,
    (sandbox) => keysecureSettings(sandbox, 'credit'),
    keysecureRows('credit'),
  ),
  account(
    'KeySecure, authorization mode',
    'keysecure',
    keysecure,
    (sandbox) => keysecureSettings(sandbox, 'authorization'),
    keysecureRows('authorization'),
  ),
  account(
    'Onerway',
    'onerway',
    onerway,
    ({ credentials: { onerway: merchant } }) => ({ ...merchant, secretKey: new Secret(merchant.secretKey) }),
    onerwayRows,
  ),
  account(
    'OPEN-API',
    'open-api',
    openApi,
    ({ credentials: { openApi: customer } }) => {
      const { transactionDetailPath, key, ...others } = customer;
      // The adapter's path begins behind `<version>/openApi/`.
      const walletTransactionPath = transactionDetailPath.split('/openApi/', 2)[1] ?? '';
      return { ...others, key: new Secret(key), walletTransactionPath };
    },
    openApiRows,
  ),
  account(
    'Yixin',
    'yixin',
    yixin,
    ({ credentials: { yixin: partner } }) => ({
      baseUrl: partner.baseUrl,
      appId: partner.appId,
      privateKey: new Secret(partner.partnerPrivateKey ?? ''),
      providerPublicKey: new Secret(partner.yixinPublicKey),
      userIp: '203.0.113.7',
    }),
    yixinRows,
  ),
];
