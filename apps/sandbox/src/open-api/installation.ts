import type { GatewayAccount, KeepSecret, PutSecret } from '../provider.ts';
import type { Config } from './settings.ts';

export type Credentials = Pick<Config, 'customerId' | 'appId' | 'key' | 'version' | 'transactionDetailPath'> & {
  baseUrl: string;
};

const keyName = 'open-api-key';

export function accounts(
  { baseUrl, version, customerId, appId, key, transactionDetailPath }: Credentials,
  secret: PutSecret,
): GatewayAccount[] {
  // The adapter's path starts after `<version>/openApi/`.
  const [, walletTransactionPath = ''] = transactionDetailPath.split('/openApi/', 2);
  return [
    {
      name: 'open-api',
      settings: { baseUrl, version, customerId, appId, key: secret(keyName, key) },
      undocumented: { walletTransactionPath },
    },
  ];
}

export const install = async ({ text }: KeepSecret) => ({ key: await text(keyName) });
