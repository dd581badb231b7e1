import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '@card-gateway/gateway/command-line';
import { accountsOf, type Sandbox } from '@card-gateway/sandbox';
import { type ProviderWire, providerWires, troubled } from './providers.ts';

/** What earlier starts compiled, which halves the time of a start. */
export const compileCache: Readonly<NodeJS.ProcessEnv> = {
  NODE_COMPILE_CACHE: new URL('../../../../.data/compile-cache', import.meta.url).pathname,
};

/** The tenant of an account: the default one's accounts have the providers' names. */
export type Tenant = 'default' | 'other';

/** What both gateways share: their secrets on disk, as in production. */
export interface Installation {
  readonly folder: string;
  /** The environment of one gateway, with the ports of its relays. */
  environment(
    name: string,
    databasePort: number,
    providerPort: (wire: ProviderWire) => number,
  ): Promise<NodeJS.ProcessEnv>;
  /** Creates an API key as an operator does. */
  createKey(caller: string, tenant?: Tenant): Promise<string>;
  /** The gateways' sealing and hashing keys. */
  readonly keys: readonly Buffer[];
  remove(): Promise<void>;
}

export async function install(
  sandbox: Sandbox,
  databaseUrl: () => string,
  own: NodeJS.ProcessEnv = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-chaos-'));
  const secrets: [name: string, text: string][] = [];
  const accounts = accountsOf(sandbox.credentials, (name, text) => {
    secrets.push([name, text]);
    return { file: name };
  });
  await Promise.all(secrets.map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })));
  const keys = [randomBytes(32), randomBytes(32)];
  const [sealing, fingerprint] = keys.map((key) => key.toString('base64'));
  const common = { GATEWAY_SEALING_KEYS: `s1:${sealing}`, GATEWAY_FINGERPRINT_KEYS: `f1:${fingerprint}` };

  return {
    folder,
    keys,
    environment: async (name, databasePort, providerPort) => {
      const entries = accounts.flatMap((account) => {
        const wire = providerWires.find((one) => one === account.provider);
        if (wire === undefined) return [];
        const { settings: own, undocumented, forTests } = account;
        const baseUrl = through(own.baseUrl, providerPort(wire));
        const tenant: Tenant = account.name === wire ? 'default' : 'other';
        const all = { ...own, ...undocumented, ...forTests, ...troubled[wire].settings, baseUrl };
        return [[account.name, { provider: wire, tenant, sandbox: true, settings: all }]];
      });
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(Object.fromEntries(entries)));
      return {
        ...compileCache,
        ...common,
        ...settings,
        DATABASE_URL: through(databaseUrl(), databasePort),
        GATEWAY_ACCOUNTS: file,
        ...own,
      };
    },
    createKey: (caller, tenant) => createKey(databaseUrl(), caller, tenant),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Creates an API key with the scope `admin` as an operator does. */
export async function createKey(databaseUrl: string, caller: string, tenant: Tenant = 'default'): Promise<string> {
  let key = '';
  const remarks: string[] = [];
  const words = ['keys', 'create', '--caller', caller, '--tenant', tenant, '--scopes', 'admin'];
  const isWell = await runCommandLine(words, {
    environment: { DATABASE_URL: databaseUrl },
    print: (line) => (key += line),
    remark: (line) => remarks.push(line),
  });
  if (!isWell) throw new Error(`No API key was made: ${remarks.join('\n')}`);
  return key;
}

/** Short time-outs, so that a run meets many of them, no limits on SMS and reveals, and the sandbox as a destination of events. */
const settings = {
  PORT: '0',
  PROVIDER_READ_TIMEOUT_MS: '1500',
  PROVIDER_WRITE_TIMEOUT_MS: '1500',
  PROVIDER_CONNECT_TIMEOUT_MS: '500',
  DATABASE_CONNECTIONS: '16',
  JOBS_CONCURRENCY: '16',
  SMS_RESEND_AFTER_MS: '0',
  REVEALS_PER_KEY_AND_HOUR: '100000',
  EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1',
  EVENTS_DELIVERY_TIMEOUT_MS: '1000',
} as const;

function through(url: string, port: number): string {
  const led = new URL(url);
  led.host = `127.0.0.1:${port}`;
  return led.href;
}
