import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '@card-gateway/sandbox';
import type { ProviderWire } from './points.ts';

/** Where the gateway's sources are: the repository, or a copy of it with a fault planted. */
export interface Sources {
  readonly main: string;
  readonly cli: string;
}

const gateway = new URL('../../../gateway/src/', import.meta.url).pathname;
export const shipped: Sources = { main: join(gateway, 'main.ts'), cli: join(gateway, 'cli.ts') };

/** Whose the accounts are: each tenant has cards of its own at KeySecure, the default one all else. */
export type Tenant = 'default' | 'other';

/** What both gateways share: their secrets on disk, as an operator has them. */
export interface Installation {
  readonly folder: string;
  /** The environment of one gateway, whose wires have these ports. */
  environment(name: string, ports: Readonly<Record<'database' | ProviderWire, number>>): Promise<NodeJS.ProcessEnv>;
  /** Makes an API key as an operator does. */
  createKey(caller: string, tenant?: Tenant): Promise<string>;
  /** What the gateways seal and hash with. */
  readonly keys: readonly Buffer[];
  remove(): Promise<void>;
}

export async function install(
  sandbox: Sandbox,
  sources: Sources,
  databaseUrl: () => string,
  own: NodeJS.ProcessEnv = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-chaos-'));
  const secret = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return { file: name };
  };
  const { keysecure, yixin, onerway } = sandbox.credentials;
  const [credit, authorization] = keysecure;
  if (credit === undefined || authorization === undefined) throw new Error('The sandbox lacks a KeySecure account.');
  const secretsOf = async (name: string, { apiKey, apiSecret }: typeof credit) => ({
    apiKey: await secret(`${name}-key`, apiKey),
    apiSecret: await secret(`${name}-secret`, apiSecret),
  });
  const creditSecrets = await secretsOf('keysecure', credit);
  const authorizationSecrets = await secretsOf('keysecure-other', authorization);
  const secretKey = await secret('onerway-key', onerway.secretKey);
  const privateKey = await secret('yixin-private-key', yixin.partnerPrivateKey ?? '');
  const providerPublicKey = await secret('yixin-public-key', yixin.yixinPublicKey);
  const keys = [randomBytes(32), randomBytes(32)];
  const [sealing, fingerprint] = keys.map((key) => key.toString('base64'));
  const common = { GATEWAY_SEALING_KEYS: `s1:${sealing}`, GATEWAY_FINGERPRINT_KEYS: `f1:${fingerprint}` };

  return {
    folder,
    keys,
    environment: async (name, ports) => {
      const listedSince = new Date(new Date().getTime() - 2 * 86_400_000).toISOString().slice(0, 10);
      const atKeysecure = {
        baseUrl: through(credit.baseUrl, ports.keysecure),
        clockLagMs: 0,
        // The sandbox changes a card before it answers.
        changesTakeMs: 0,
        listedSince,
      };
      const accounts = {
        keysecure: {
          provider: 'keysecure',
          sandbox: true,
          settings: { ...atKeysecure, ...creditSecrets, mode: 'credit' },
        },
        'keysecure-other': {
          provider: 'keysecure',
          tenant: 'other',
          sandbox: true,
          settings: { ...atKeysecure, ...authorizationSecrets, mode: 'authorization' },
        },
        onerway: {
          provider: 'onerway',
          sandbox: true,
          settings: {
            baseUrl: through(onerway.baseUrl, ports.onerway),
            merchantNo: onerway.merchantNo,
            appId: onerway.appId,
            secretKey,
            deleteTokenPath: onerway.deleteTokenPath,
          },
        },
        yixin: {
          provider: 'yixin',
          sandbox: true,
          settings: {
            baseUrl: through(yixin.baseUrl, ports.yixin),
            appId: yixin.appId,
            privateKey,
            providerPublicKey,
            userIp: '203.0.113.7',
          },
        },
      };
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(accounts));
      return {
        ...common,
        ...settings,
        DATABASE_URL: through(databaseUrl(), ports.database),
        GATEWAY_ACCOUNTS: file,
        ...own,
      };
    },
    createKey: async (caller, tenant = 'default') => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [sources.cli, 'keys', 'create', '--caller', caller, '--tenant', tenant, '--scopes', 'admin'],
        { env: { DATABASE_URL: databaseUrl() } },
      );
      return stdout.trim();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Short time-outs, so that a run meets many of them; and no limit on SMS, for which nobody pays here, or on looks at secrets. */
const settings = {
  PORT: '0',
  PROVIDER_READ_TIMEOUT_MS: '1500',
  PROVIDER_WRITE_TIMEOUT_MS: '1500',
  PROVIDER_CONNECT_TIMEOUT_MS: '500',
  DATABASE_CONNECTIONS: '16',
  JOBS_CONCURRENCY: '16',
  SMS_RESEND_AFTER_MS: '0',
  REVEALS_PER_KEY_AND_HOUR: '100000',
} as const;

function through(url: string, port: number): string {
  const led = new URL(url);
  led.host = `127.0.0.1:${port}`;
  return led.href;
}
