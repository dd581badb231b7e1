import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RivalSettings } from './rivals/settings.ts';

/** The KeySecure accounts, with the provider's latency in milliseconds. */
export const accounts = { keysecure: 0, 'keysecure-20': 20 } as const;
export type AccountName = keyof typeof accounts;

/** The company's credentials at KeySecure. */
export interface Merchant {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The secrets of a run, and the configuration of each process. */
export interface Installation {
  readonly folder: string;
  readonly merchant: Merchant;
  /** Yixin's only answer, signed and sealed in advance so that the provider spends no CPU on cryptography. */
  readonly yixinAnswer: string;
  gatewayEnvironment(providerPort: number): Promise<NodeJS.ProcessEnv>;
  rivalSettings(providerPort: number): Pick<RivalSettings, 'keysecure' | 'yixin'>;
  remove(): Promise<void>;
}

export async function install(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-bench-'));
  const [ours, theirs] = [rsaKeys(), rsaKeys()];
  const merchant = { apiKey: 'bench', apiSecret: randomBytes(16).toString('hex') };
  const keysecure = (providerPort: number) =>
    Object.entries(accounts).map(
      ([name, ms]) => [name, { baseUrl: `http://127.0.0.1:${providerPort}/${ms}`, ...merchant }] as const,
    );
  const yixin = (providerPort: number) => ({
    baseUrl: `http://127.0.0.1:${providerPort}/yixin`,
    appId: 'bench',
    privateKey: ours.privateKey,
    providerPublicKey: theirs.publicKey,
  });
  const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
  const keys = { GATEWAY_SEALING_KEYS: key('s1'), GATEWAY_FINGERPRINT_KEYS: key('f1') };

  return {
    folder,
    merchant,
    yixinAnswer: yixinAnswer(ours.publicKey, theirs.privateKey),
    gatewayEnvironment: async (providerPort) => {
      const secret = async (name: string, text: string): Promise<{ readonly file: string }> => {
        await writeFile(join(folder, name), text, { mode: 0o600 });
        return { file: name };
      };
      const apiKey = await secret('api-key', merchant.apiKey);
      const apiSecret = await secret('api-secret', merchant.apiSecret);
      const entries = keysecure(providerPort).map(([name, { baseUrl }]) => {
        const settings = { baseUrl, mode: 'credit', apiKey, apiSecret };
        return [name, { provider: 'keysecure', sandbox: true, settings }] as const;
      });
      const settings = {
        ...yixin(providerPort),
        privateKey: await secret('private-key', ours.privateKey),
        providerPublicKey: await secret('provider-public-key', theirs.publicKey),
      };
      const file = join(folder, 'accounts.json');
      const all = { ...Object.fromEntries(entries), yixin: { provider: 'yixin', sandbox: true, settings } };
      await writeFile(file, JSON.stringify(all));
      return { ...keys, GATEWAY_ACCOUNTS: file };
    },
    rivalSettings: (providerPort) => ({
      keysecure: Object.fromEntries(keysecure(providerPort)),
      yixin: yixin(providerPort),
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function rsaKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** yixin.md §2.2 and §3, with their assumed defaults. */
function yixinAnswer(partnerPublicKey: string, privateKey: string): string {
  const aesKey = randomBytes(16);
  const cipher = createCipheriv('aes-128-ecb', aesKey, null);
  const params = JSON.stringify({ status: '0', bizId: 'BIZ1', desc: 'sent' });
  const padding = constants.RSA_PKCS1_PADDING;
  const envelope = {
    code: '0',
    key: publicEncrypt({ key: partnerPublicKey, padding }, Buffer.from(aesKey.toString('base64'))).toString('base64'),
    msg: 'ok',
    params: Buffer.concat([cipher.update(params), cipher.final()]).toString('base64'),
  };
  const signed = Object.entries(envelope).map(([name, value]) => `${name}=${value}`);
  const signature = sign('sha256', Buffer.from(signed.join('&')), privateKey).toString('base64');
  return JSON.stringify({ ...envelope, sign: signature });
}
