import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type Client, createClient } from '@card-gateway/client';
import { newUuid } from '@card-gateway/core';
import { accountsOf, type Sandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { apiKeyPrefix, hashApiKey } from '../../src/keys/api-key.ts';
import { built } from './built.ts';
import { compileCache } from './compile-cache.ts';

/** Everything a gateway process needs, on disk as in production: its accounts, its secrets, its settings. */
export interface Installation {
  readonly apiKey: string;
  /** Starts the gateway as it is shipped; resolves when it listens. */
  start(settings?: NodeJS.ProcessEnv): Promise<GatewayProcess>;
  /** Starts it and waits for its end, for settings that it should not accept. */
  run(settings?: NodeJS.ProcessEnv): Promise<{ readonly code: number | null; readonly output: string }>;
  remove(): Promise<void>;
}

export interface GatewayProcess {
  readonly url: string;
  readonly client: Client;
  readonly output: () => string;
  /** Sends the signal and waits for the end. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export async function install(
  pool: Pool,
  sandbox: Sandbox,
  addresses: { readonly database: string; readonly keysecure?: string; readonly yixin?: string },
): Promise<Installation> {
  const main = await built('main.js');
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-'));
  const secrets: [name: string, text: string][] = [];
  const file = (name: string, text: string) => {
    secrets.push([name, text]);
    return { file: name };
  };
  const accounts = accountsOf(sandbox.credentials, file)
    .filter(({ name }) => name === 'keysecure' || name === 'yixin')
    .map(({ name, provider, settings, forTests }) => {
      const baseUrl = addresses[name as 'keysecure' | 'yixin'] ?? settings.baseUrl;
      return [name, { provider, sandbox: true, settings: { ...settings, ...forTests, baseUrl } }] as const;
    });
  await Promise.all(secrets.map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })));
  const accountsFile = join(folder, 'accounts.json');
  await writeFile(accountsFile, JSON.stringify(Object.fromEntries(accounts)));
  const keyText = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    ...compileCache,
    PORT: '0',
    DATABASE_URL: addresses.database,
    GATEWAY_ACCOUNTS: accountsFile,
    GATEWAY_SEALING_KEYS: keyText('s1'),
    GATEWAY_FINGERPRINT_KEYS: keyText('f1'),
    PROVIDER_READ_TIMEOUT_MS: '3000',
    PROVIDER_WRITE_TIMEOUT_MS: '3000',
  };
  const apiKey = apiKeyPrefix + randomBytes(32).toString('base64url');
  await pool.query(
    "INSERT INTO api_keys (id, tenant, caller, hash, scopes, created_at) VALUES ($1, 'default', 'tests', $2, '{admin}', now())",
    [newUuid(Date.now()), hashApiKey(apiKey)],
  );
  const running = new Set<ChildProcess>();

  function launch(settings: NodeJS.ProcessEnv): { readonly child: ChildProcess; readonly output: () => string } {
    const child = spawn(process.execPath, [main], {
      env: { ...environment, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (more: string) => {
        text += more;
        child.emit('output');
      });
    }
    return { child, output: () => text };
  }

  return {
    apiKey,
    start: async (settings = {}) => {
      const { child, output } = launch(settings);
      let url: string | undefined;
      while (url === undefined) {
        await Promise.race([once(child, 'output'), once(child, 'exit')]);
        if (child.exitCode !== null) throw new Error(`The gateway did not start:\n${output()}`);
        url = /"listensAt":"(http:[^"]+)".*"started"/.exec(output())?.[1];
      }
      const client = createClient({ baseUrl: url, apiKey, retries: 0 });
      return {
        url,
        client,
        output,
        end: async (signal) => {
          const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
          child.kill(signal);
          const [code, by] = await exit;
          await client.close();
          return { code, signal: by };
        },
      };
    },
    run: async (settings = {}) => {
      const { child, output } = launch(settings);
      const [code] = (await once(child, 'exit')) as [number | null];
      return { code, output: output() };
    },
    remove: async () => {
      for (const child of running) child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}
