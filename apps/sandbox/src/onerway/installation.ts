import type { GatewayAccount, KeepSecret, PutSecret } from '../provider.ts';
import type { Config } from './settings.ts';

export type Credentials = Config & { baseUrl: string };

const keyName = 'onerway-secret-key';

export function accounts(
  { baseUrl, merchantNo, appId, secretKey, deleteTokenPath }: Credentials,
  secret: PutSecret,
): GatewayAccount[] {
  const settings = { baseUrl, merchantNo, appId, secretKey: secret(keyName, secretKey) };
  return [{ name: 'onerway', settings, undocumented: { deleteTokenPath } }];
}

export const install = async ({ text }: KeepSecret) => ({ secretKey: await text(keyName) });
