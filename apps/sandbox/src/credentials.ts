import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { Config } from './config.ts';

/** Everything an account needs in order to speak with the sandbox. */
export interface Credentials {
  openApi: {
    baseUrl: string;
    customerId: number;
    appId: number;
    key: string;
    version: string;
    transactionDetailPath: string;
  };
  /** One per Api-Key, so per integration mode. */
  keysecure: {
    baseUrl: string;
    apiKey: string;
    apiSecret: string;
    mode: 'CREDIT_EXTENSION' | 'AUTHORIZATION';
    pci: boolean;
  }[];
  onerway: { baseUrl: string; merchantNo: string; appId: string; secretKey: string; deleteTokenPath: string };
  yixin: {
    /** The single URL to POST to. */
    baseUrl: string;
    appId: string;
    /** Null when the configuration brought the partner's public key: its private half is the caller's. */
    partnerPrivateKey: string | null;
    partnerPublicKey: string;
    yixinPublicKey: string;
  };
}

export function credentialsOf(config: Config, url: string): Credentials {
  const { openApi, keysecure, onerway, yixin, yixinKeys } = config;
  const { customerId, appId, key, version, transactionDetailPath } = openApi;
  return {
    openApi: { baseUrl: `${url}/open-api`, customerId, appId, key, version, transactionDetailPath },
    keysecure: keysecure.apiKeys.map((one) => Object.assign({ baseUrl: `${url}/keysecure` }, one)),
    onerway: { baseUrl: `${url}/onerway`, ...onerway },
    yixin: {
      baseUrl: `${url}/yixin`,
      appId: yixin.appId,
      partnerPrivateKey: yixinKeys.partnerPrivateKey,
      partnerPublicKey: yixinKeys.partnerPublicKey,
      yixinPublicKey: String(
        createPublicKey(createPrivateKey(yixinKeys.privateKey)).export({ type: 'spki', format: 'pem' }),
      ),
    },
  };
}
