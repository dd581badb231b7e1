import { randomBytes } from 'node:crypto';
import { newUuid, Secret } from '@card-gateway/core';
import { type Client, createClient } from '@card-gateway/client';
import { openDatabase } from '@card-gateway/database';
import { accountsOf, type Sandbox, type SandboxConfig, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import type { Account } from '../../src/accounts/accounts-file.ts';
import { adapters } from '../../src/adapters.ts';
import { buildApp, eventViews, problemAnswer, writeKinds } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { startCircuitLog } from '../../src/accounts/circuit-log.ts';
import { startDeliverer } from '../../src/destinations/deliverer.ts';
import { apiKeyPrefix, hashApiKey } from '../../src/keys/api-key.ts';
import { startSequencer } from '../../src/events/sequencer.ts';
import { createLog } from '../../src/log.ts';
import { startJobs } from '../../src/jobs/jobs.ts';
import { openServices, openWatchedDatabase } from '../../src/open-services.ts';
import type { Sealing } from '../../src/sealing.ts';
import type { Services } from '../../src/services.ts';
import { createTestDatabase } from './database.ts';

/** Settings of a test's gateway, by the names of the environment. */
export type Settings = Partial<Record<keyof Config, string>>;

export interface TestGateway {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** As the gateway connects. */
  readonly pool: Pool;
  /** For what a gateway may not do: the database's owner. */
  readonly owner: Pool;
  readonly ownerUrl: string;
  readonly sealing: Sealing;
  readonly services: Services;
  /** A client of the tenant `default` with the scope `admin`. It does not retry, so that a test sees every answer. */
  readonly client: Client;
  /** The client's API key. */
  readonly apiKey: string;
  /** All that was logged so far. */
  readonly log: () => string;
  /** A new API key, and a client that uses it. */
  key(options?: {
    caller?: string;
    tenant?: string;
    scopes?: readonly string[];
  }): Promise<{ key: string; client: Client }>;
  /** A second gateway over the same database and sandbox, as another process would be. */
  another(settings?: Settings): Promise<{ url: string; client: Client; services: Services; close(): Promise<void> }>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly settings?: Settings;
  readonly sandbox?: SandboxConfig;
  /** Accounts have settings too for what the providers' documents leave open, as unpublished paths; default false. */
  readonly undocumented?: boolean;
  /** Changes the settings of an account before its adapter reads them. */
  readonly account?: (name: string, settings: Record<string, unknown>) => Record<string, unknown>;
  /** How an account takes callbacks and who decides about its payments; by default neither is set. */
  readonly callbacks?: (name: string) => Partial<Pick<Account, 'network' | 'callbacks' | 'authorization'>>;
  /** Accounts besides those on the sandbox. */
  readonly accounts?: readonly Account[];
  /** Work on the queue runs too; default true. */
  readonly jobs?: boolean;
}

const keyText = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

/** A whole gateway on real sockets: its own database, its own sandbox, jobs running, an API key made. */
export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox(options.sandbox)]);
  const environment = {
    DATABASE_URL: database.url,
    GATEWAY_ACCOUNTS: 'none',
    GATEWAY_SEALING_KEYS: keyText('s1'),
    GATEWAY_FINGERPRINT_KEYS: keyText('f1'),
    // A connection comes, however busy the machine is: a test in which none does says how long to wait for it.
    DATABASE_CONNECT_TIMEOUT_MS: '60000',
    PROVIDER_READ_TIMEOUT_MS: '3000',
    PROVIDER_WRITE_TIMEOUT_MS: '3000',
    // All that runs here shares one event loop: its delay says nothing of the gateway's own.
    OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
    ...options.settings,
  };
  const lines: string[] = [];
  const clients: Client[] = [];
  const open = async (settings: Settings, jobsWanted: boolean) => {
    const config = readConfig({ ...environment, ...settings });
    const log = createLog('debug', { write: (line) => void lines.push(line) });
    const { pool, database } = openWatchedDatabase(config, log);
    const now = (): number => Date.now();
    const accounts = [...sandboxAccounts(sandbox, options), ...(options.accounts ?? [])];
    const services = openServices({ config, accounts, pool, database, log, now, problemAnswer });
    const app = await buildApp(services, log);
    const jobs = jobsWanted ? await startJobs(services, writeKinds, log) : null;
    const sequencer = jobsWanted ? startSequencer({ pool, tail: services.eventTail, log }) : null;
    const circuits = jobsWanted ? startCircuitLog(services, log) : null;
    const deliverer = jobsWanted ? startDeliverer({ services, views: eventViews, log }) : null;
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const close = async (): Promise<void> => {
      await app.close();
      await deliverer?.stop();
      await circuits?.stop();
      await jobs?.stop();
      await services.unrecorded.stop();
      await sequencer?.stop();
      await services.accounts.close();
      await database.close();
      await pool.end();
    };
    return { url, pool, sealing: services.sealing, services, close };
  };
  const clientOf = (url: string, apiKey: string): Client => {
    const client = createClient({ baseUrl: url, apiKey, retries: 0 });
    clients.push(client);
    return client;
  };

  const first = await open({}, options.jobs ?? true);
  const key: TestGateway['key'] = async ({ caller = 'tests', tenant = 'default', scopes = ['admin'] } = {}) => {
    const apiKey = apiKeyPrefix + randomBytes(32).toString('base64url');
    await first.pool.query(
      'INSERT INTO api_keys (id, tenant, caller, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5, now())',
      [newUuid(Date.now()), tenant, caller, hashApiKey(apiKey), scopes],
    );
    return { key: apiKey, client: clientOf(first.url, apiKey) };
  };
  const main = await key();
  const owner = openDatabase(database.ownerUrl, { connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });

  return {
    url: first.url,
    sandbox,
    pool: first.pool,
    owner,
    ownerUrl: database.ownerUrl,
    sealing: first.sealing,
    services: first.services,
    client: main.client,
    apiKey: main.key,
    log: () => lines.join(''),
    key,
    another: async (settings = {}) => {
      const second = await open(settings, false);
      const { url, services, close } = second;
      return { url, client: clientOf(url, main.key), services, close };
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      // The sandbox first: it ends hanging requests, so that nothing waits for their time-outs.
      await sandbox.close();
      await first.close();
      await owner.end();
      await database.drop();
    },
  };
}

/** Accounts on the sandbox: all that it has, without what no document says, and one of another tenant. */
function sandboxAccounts(
  sandbox: Sandbox,
  { undocumented = false, account: change, callbacks }: TestGatewayOptions,
): Account[] {
  const accounts = accountsOf(sandbox.credentials, (_name, text) => new Secret(text));
  const others = accounts
    .filter(({ name }) => name === 'keysecure')
    .map((account) => ({ ...account, name: `other-${account.name}`, tenant: 'other' }));
  return [...accounts.map((account) => ({ ...account, tenant: 'default' })), ...others].map((account) => {
    const { name, provider, tenant } = account;
    const settings = { ...account.settings, ...(undocumented && account.undocumented), ...account.forTests };
    const adapter = adapters.find((definition) => definition.provider === provider);
    if (adapter === undefined) throw new Error(`No adapter ${provider}.`);
    return {
      name,
      tenant,
      sandbox: true,
      adapter,
      settings: adapter.settings.parse(change?.(name, settings) ?? settings),
      network: null,
      callbacks: null,
      authorization: null,
      ...callbacks?.(name),
      syncEveryMs: null,
    };
  });
}
