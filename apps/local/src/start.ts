import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EmbeddedError, startEmbeddedPostgres } from '@card-gateway/database/embedded';
import { migrate, MigrationError } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import { type Child, hasEnded, lastWords, startChild } from './child.ts';
import { claimFolder, claimPorts } from './claim.ts';
import { keepDestination, receiver } from './keep-destination.ts';
import { prepare, writePrivate } from './prepare.ts';
import { StartError, startFailure } from './start-error.ts';

const run = promisify(execFile);
const gatewayEntry = 'apps/gateway/src/main.ts';
const gatewayCommands = 'apps/gateway/src/cli.ts';
const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(repository, '.data');
const readyWithinMs = 30_000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

if (process.env['NODE_ENV'] === 'production') await startProduction();
else await startLocal();

/** Only the gateway, without provided settings: it reports each missing one and exits. */
async function startProduction(): Promise<void> {
  const gateway = startChild({ name: 'gateway', entry: gatewayEntry, environment: process.env });
  for (const signal of signals) process.on(signal, () => gateway.process.kill(signal));
  await gateway.ended;
  process.exitCode = gateway.process.exitCode ?? 1;
}

/** PostgreSQL, sandbox and gateway on this machine, until a signal arrives or one of them ends. */
async function startLocal(): Promise<void> {
  const interruption = new AbortController();
  const children: Child[] = [];
  for (const signal of signals) {
    process.on(signal, () => {
      if (interruption.signal.aborted) for (const child of children) child.process.kill('SIGKILL');
      else interruption.abort();
    });
  }
  try {
    await runLocal(children, interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return;
    const isOfDatabase = error instanceof EmbeddedError || error instanceof MigrationError;
    console.error(isOfDatabase ? error.message : startFailure(error));
    process.exitCode = 1;
  } finally {
    process.exit();
  }
}

async function runLocal(children: Child[], interrupted: AbortSignal): Promise<void> {
  const started = performance.now();
  const { HOST: host = '127.0.0.1', PORT = '8080', SANDBOX_PORT = '8090' } = process.env;
  await mkdir(folder, { recursive: true });
  await claimFolder(folder);
  const [port, sandboxPort] = await claimPorts([
    { port: PORT, portSetting: 'PORT', host, hostSetting: 'HOST' },
    { port: SANDBOX_PORT, portSetting: 'SANDBOX_PORT', host: '127.0.0.1' },
  ]);
  const gatewayUrl = urlOf(host, port);
  const sandboxUrl = urlOf('127.0.0.1', sandboxPort);

  // Everything started is stopped in reverse order, however this function ends: the gateway still needs the others to close.
  await using running = new AsyncDisposableStack();
  const start = (name: string, entry: string, environment: NodeJS.ProcessEnv): Child => {
    interrupted.throwIfAborted();
    const logFile = relative(process.cwd(), join(folder, `${name}.log`));
    const child = startChild({ name, entry, environment: { ...process.env, ...environment }, logFile });
    children.push(child);
    running.defer(() => child.stop());
    return child;
  };

  const postgres = isSet('DATABASE_URL') ? null : startEmbeddedPostgres({ dataFolder: join(folder, 'postgres') });
  running.defer(async () => {
    await postgres?.then(
      (server) => server.stop(),
      () => undefined,
    );
  });
  const startSandbox = async () => {
    const prepared = await prepare({ folder, sandboxUrl, gatewayUrl, remark: (line) => console.error(line) });
    const sandbox = start('sandbox', 'apps/sandbox/src/main.ts', {
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_PORT: String(sandboxPort),
      ...(!isSet('SANDBOX_CONFIG') && { SANDBOX_CONFIG: prepared.sandboxFile }),
    });
    return { prepared, sandbox };
  };
  const [{ prepared, sandbox }, server] = await allEnded([startSandbox(), postgres]);

  if (server !== null) {
    await migrate(server.ownerUrl, { runtimeRole });
    await writePrivate(join(folder, 'database-url'), `${server.url}\n`);
    await writePrivate(join(folder, 'database-owner-url'), `${server.ownerUrl}\n`);
  }
  const settings = {
    HOST: host,
    PORT: String(port),
    // The caller's settings take precedence.
    ...(!isSet('GATEWAY_ACCOUNTS') && { GATEWAY_ACCOUNTS: prepared.accountsFile }),
    ...(!isSet('GATEWAY_SEALING_KEYS') && { GATEWAY_SEALING_KEYS_FILE: prepared.sealingKeysFile }),
    ...(!isSet('GATEWAY_FINGERPRINT_KEYS') && { GATEWAY_FINGERPRINT_KEYS_FILE: prepared.fingerprintKeysFile }),
    ...(!isSet('EVENTS_ALLOWED_HOSTS') && { EVENTS_ALLOWED_HOSTS: 'http://127.0.0.1' }),
    ...(server !== null && { DATABASE_URL: server.url }),
  };
  const gateway = start('gateway', gatewayEntry, settings);
  await allEnded([
    untilReady(gateway, `${gatewayUrl}/health/ready`, interrupted),
    untilReady(sandbox, `${sandboxUrl}/health`, interrupted),
  ]);
  await writePrivate(join(folder, 'gateway-url'), `${gatewayUrl}\n`);
  const apiKey = await keepApiKey(gatewayUrl, settings);
  interrupted.throwIfAborted();
  await keepDestination({ gatewayUrl, apiKey, sandboxUrl }).catch((error: unknown) =>
    console.error(`Events are not posted to the sandbox. ${String(error)}`),
  );

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(summary({ gatewayUrl, sandboxUrl, seconds, databaseFolder: server?.dataFolder ?? null }));

  const ended = await Promise.race([
    once(interrupted, 'abort').then(() => null),
    ...children.map((child) => child.ended.then(() => lastWords(child))),
    ...(server === null ? [] : [server.ended.then((how) => `PostgreSQL ended ${how}. Start again: the data is kept.`)]),
  ]);
  if (ended !== null) throw new StartError(ended);
  console.log('Stopping. Ctrl-C again does not wait for requests that are still running.');
}

/** Whether the caller set a setting, directly or by a file. */
function isSet(name: string): boolean {
  return [process.env[name], process.env[`${name}_FILE`]].some((text) => text !== undefined && text !== '');
}

/** Like `Promise.all`, but a failure waits for the others, so that nothing is still starting when it is reported. */
async function allEnded<const T extends readonly unknown[]>(
  values: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(values);
  return Promise.all(values);
}

async function untilReady(child: Child, url: string, interrupted: AbortSignal): Promise<void> {
  const deadline = AbortSignal.timeout(readyWithinMs);
  while (!deadline.aborted) {
    interrupted.throwIfAborted();
    if (hasEnded(child)) throw new StartError(await lastWords(child));
    const answer = await fetch(url, { signal: deadline }).catch(() => null);
    if (answer?.ok === true) return;
    await wait(25);
  }
  throw new StartError(
    `The ${child.name} was not ready within ${readyWithinMs / 1000} s. Its log is ${child.logFile}.`,
  );
}

/** Keeps the development key if this database knows it; otherwise creates one. */
async function keepApiKey(gatewayUrl: string, settings: NodeJS.ProcessEnv): Promise<string> {
  const file = join(folder, 'api-key');
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) {
    const headers = { authorization: `Bearer ${kept.trim()}` };
    const { status } = await fetch(`${gatewayUrl}/v1/providers`, { headers });
    if (status !== 401) return kept.trim();
  }
  const create = ['keys', 'create', '--caller', 'development', '--scopes', 'admin'];
  const { stdout } = await run(process.execPath, [gatewayCommands, ...create], {
    cwd: repository,
    env: { ...process.env, ...settings },
  });
  await writePrivate(file, `${stdout.trim()}\n`);
  return stdout.trim();
}

function urlOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface Summary {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly seconds: string;
  /** Of the embedded server; null with the caller's own server. */
  readonly databaseFolder: string | null;
}

function summary({ gatewayUrl, sandboxUrl, seconds, databaseFolder }: Summary): string {
  const path = (name: string): string => relative(process.cwd(), join(folder, name));
  const authorization = `-H "Authorization: Bearer $(cat ${path('api-key')})"`;
  const database = databaseFolder !== null ? `psql "$(cat ${path('database-url')})"` : 'the server of DATABASE_URL';
  // Under root it may have to be outside the repository.
  const elsewhere = databaseFolder !== null && relative(folder, databaseFolder).startsWith('..');
  const data = elsewhere ? `${path('.')}, and the database's in ${databaseFolder}` : path('.');
  return `
Card Gateway is ready after ${seconds} s. Ctrl-C stops all of it and keeps the data.

  Gateway    ${gatewayUrl}
  Portal     ${gatewayUrl}/docs
  Sandbox    ${sandboxUrl}
  Database   ${database}
  API key    ${path('api-key')}
  Data       ${data}
  Logs       ${path('gateway.log')}, ${path('sandbox.log')}
  Events     curl -s '${sandboxUrl}/admin/receiver/${receiver}/deliveries?limit=3'

Provider accounts, the card products of one, a sync of another's cards, and a moment later what it brought in:

  curl -s ${authorization} ${gatewayUrl}/v1/providers
  curl -s ${authorization} '${gatewayUrl}/v1/card-products?account=keysecure'
  curl -s ${authorization} -H "Idempotency-Key: sync-$(date +%s)" -H 'Content-Type: application/json' -d '{"account":"open-api"}' ${gatewayUrl}/v1/syncs
  curl -s ${authorization} ${gatewayUrl}/v1/cards
`;
}
