import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openTransport } from '@card-gateway/adapter-kit';
import { type Client, createClient } from '@card-gateway/client';
import { run } from './command.ts';

export interface InstallationOptions {
  /** A clone of the repository. */
  readonly folder: string;
  /** Compose project name, shared by the volumes and containers of all clones. */
  readonly project: string;
  readonly port: number;
  /** Tag of the images. */
  readonly tag: string;
  /** Maximum number of gateways: each takes a port of the host. */
  readonly gateways: number;
  /** Read in addition to docker-compose.yml. */
  readonly override?: string;
}

/** The system that docker-compose.yml starts from one clone. */
export interface Installation {
  readonly options: InstallationOptions;
  /** Address of the first gateway. */
  readonly url: string;
  readonly sandboxUrl: string;
  readonly compose: (...words: string[]) => Promise<string>;
  /** `docker compose up --wait`, with further arguments. */
  readonly up: (...words: string[]) => Promise<void>;
  /** Runs a script of the README, with this installation's addresses. */
  readonly bash: (script: string) => Promise<string>;
  readonly createKey: () => Promise<string>;
  readonly client: (key: string, url?: string) => Client;
  /** Calls the sandbox's admin surface. */
  readonly admin: <T>(method: 'GET' | 'POST', path: string, body?: object) => Promise<T>;
  /** Including database and secrets. */
  readonly remove: () => Promise<void>;
}

/** Writes the installation's settings into the clone, without starting anything. */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { folder, project, port, tag, gateways, override } = options;
  const url = `http://127.0.0.1:${port}`;
  const sandboxPort = port + 2;
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const ports = gateways === 1 ? String(port) : `${port}-${port + gateways - 1}`;
  // Compose reads this file by itself, so the README's commands run unchanged.
  const settings = {
    COMPOSE_PROJECT_NAME: project,
    PORT: ports,
    SANDBOX_PORT: sandboxPort,
    TAG: tag,
    ...(override !== undefined && { COMPOSE_FILE: `docker-compose.yml:${override}` }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, '.env'), lines.join(''));

  const compose = (...words: string[]): Promise<string> => run('docker', ['compose', ...words], { folder });
  return {
    options,
    url,
    sandboxUrl,
    compose,
    async up(...words) {
      await compose('up', '--wait', ...words);
    },
    bash: (script) => {
      const here = script.replaceAll('http://127.0.0.1:8080', url).replaceAll('http://127.0.0.1:8090', sandboxUrl);
      return run('bash', ['-c', here], { folder });
    },
    async createKey() {
      // An earlier image has no command of this name.
      const command = 'command -v gateway >/dev/null || gateway() { node apps/gateway/src/cli.ts "$@"; }';
      const create = `${command}; gateway keys create --caller verify --scopes admin`;
      return (await compose('exec', '-T', 'gateway', 'sh', '-c', create)).trim();
    },
    client: (apiKey, baseUrl = url) => createClient({ baseUrl, apiKey, retries: 8 }),
    admin: (method, path, body) => askSandbox(`${sandboxUrl}/admin${path}`, method, body),
    async remove() {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
    },
  };
}

async function askSandbox<T>(url: string, method: 'GET' | 'POST', body?: object): Promise<T> {
  const transport = openTransport({ connections: 1, connectTimeoutMs: 2000, maxResponseBytes: 8_000_000 });
  try {
    const answer = await transport.send({
      operation: 'admin',
      method,
      url,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      timeoutMs: 10_000,
    });
    if (answer.kind !== 'answered') throw new Error(`${url}: ${answer.kind} (${answer.cause})`);
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as T;
  } finally {
    await transport.close();
  }
}

/** Polls until it holds. @throws if it does not within the time */
export async function until<T>(what: string, ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`Not within a minute: ${what}. Last: ${JSON.stringify(answer)}`);
    await wait(200);
  }
}
