import type { GatewayAccount, KeepSecret, PutSecret } from '../provider.ts';

export interface Credentials {
  /** The single URL for POST requests. */
  baseUrl: string;
  appId: string;
  /** Null if the configuration supplied the partner's public key: then the caller has its private half. */
  partnerPrivateKey: string | null;
  partnerPublicKey: string;
  yixinPublicKey: string;
}

export function accounts(
  { baseUrl, appId, partnerPrivateKey, yixinPublicKey }: Credentials,
  secret: PutSecret,
): GatewayAccount[] {
  return [
    {
      name: 'yixin',
      settings: {
        baseUrl,
        appId,
        privateKey: secret('yixin-private-key.pem', partnerPrivateKey ?? ''),
        providerPublicKey: secret('yixin-provider-public-key.pem', yixinPublicKey),
        // Reconciling a lost answer needs an address too, and there is no user request then. RFC 5737: for examples.
        userIp: '203.0.113.7',
      },
    },
  ];
}

export async function install({ keyPair }: KeepSecret) {
  const [partnerPublicKeyFile, privateKeyFile] = await Promise.all([
    keyPair('yixin', 'gateway'),
    keyPair('yixin-provider', 'sandbox'),
  ]);
  return { partnerPublicKeyFile, privateKeyFile };
}
