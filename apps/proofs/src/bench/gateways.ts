import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { toPublicId, uuidOf } from '@card-gateway/core';
import { freePort } from '@card-gateway/database/embedded';
import { run } from '../docker/command.ts';
import type { BenchDatabase } from './database.ts';
import { cardRefSql, type Copied, fill, last4Sql, type Rows, timeSql, uuidOfRow, uuidSql } from './fill.ts';
import { accounts, type AccountName } from './installation.ts';
import type { Program, Running } from './process.ts';
import { call, type Target, type TargetName } from './target.ts';

/** Builds the gateway below `root`, if it has a build. @returns what its image runs Node with */
export async function buildGateway(root: string): Promise<readonly string[]> {
  const words = await shippedWords(root);
  if (words.some((word) => word.includes('/dist/'))) {
    await run(process.execPath, [join(root, 'apps/gateway/build.ts')], { folder: root });
  }
  return words;
}

/** The gateway below `root`, on a database that its own command line migrates. @param options.words from {@link buildGateway} */
export async function gatewayProgram(options: {
  readonly name: TargetName;
  readonly root: string;
  readonly words: readonly string[];
  readonly database: BenchDatabase;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
}): Promise<Program> {
  const { name, root, words, database, environment, folder } = options;
  const source = (file: string): string => join(root, 'apps/gateway/src', file);
  const migrating = [`DATABASE_URL=${database.ownerUrl}`, process.execPath, source('cli.ts'), 'migrate'];
  await run('env', migrating, { folder: root });
  const metricsPort = await freePort();
  return {
    name,
    words: () => words,
    folder: root,
    environment: (port) => ({
      ...environment,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      DATABASE_URL: database.url,
      // The default of 32 slots would be the limit at 64 connections and a provider that takes 20 ms.
      PROVIDER_CONNECTIONS: '64',
    }),
    log: join(folder, `${name}.log`),
  };
}

/** Disables the triggers that write events. */
export async function silence({ pool }: BenchDatabase): Promise<void> {
  const { rows } = await pool.query<{ text: string }>(
    `SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS text FROM pg_trigger
     WHERE tgfoid IN (SELECT oid FROM pg_proc WHERE prosrc LIKE '%INSERT INTO public.events%')`,
  );
  if (rows.length === 0) throw new Error('No table writes events.');
  for (const { text } of rows) await pool.query(text);
}

/** What the image runs Node with: the command of the Dockerfile's last stage, whose last word is the program. */
async function shippedWords(root: string): Promise<readonly string[]> {
  const commands = [...(await readFile(join(root, 'Dockerfile'), 'utf8')).matchAll(/^CMD (\["node", .*\])$/gm)];
  const [, ...words] = JSON.parse(commands.at(-1)?.[1] ?? '') as string[];
  const program = words.pop() ?? '';
  return [...words, join(root, program)];
}

/** A key with the scope `admin`. */
export async function createApiKey(root: string, database: BenchDatabase): Promise<string> {
  const cli = join(root, 'apps/gateway/src/cli.ts');
  const creating = [process.execPath, cli, 'keys', 'create', '--caller', 'bench', '--scopes', 'admin'];
  return (await run('env', [`DATABASE_URL=${database.url}`, ...creating], { folder: root })).trim();
}

interface Resource {
  readonly id: string;
  readonly operation: { readonly id: string };
}

/** Orders a card through the API and fills the tables with copies of it. */
export async function gatewayTarget(options: {
  readonly name: TargetName;
  readonly root: string;
  readonly running: Running;
  readonly database: BenchDatabase;
  readonly rows: Rows;
}): Promise<Target> {
  const { name, root, running, database, rows } = options;
  const headers = { authorization: `Bearer ${await createApiKey(root, database)}` };
  const order = await orderable(running.port, headers);
  const card = await post<Resource>(running.port, headers, '/v1/cards', {
    account: 'keysecure',
    ...order.keysecure,
    form: 'virtual',
  });
  await fill(database.pool, rows, copiesOf(card, rows));
  return {
    name,
    running,
    headers,
    rows,
    cardId: (n) => toPublicId('card', uuidOfRow(rows, n)),
    operationId: (n) => toPublicId('operation', uuidOfRow(rows, n)),
    orders: order,
    database: database.pool,
    idle: () => noCallbacksLeft(database),
  };
}

/** What orders for cards of each account contain: a product, and a cardholder that is made and approved for it. */
export async function orderable(port: number, headers: Target['headers']): Promise<Target['orders']> {
  const get = <T>(path: string) => call<T>(port, 200, 'GET', path, headers);
  const orders: [AccountName, Target['orders'][AccountName]][] = [];
  for (const account of Object.keys(accounts) as AccountName[]) {
    const products = await get<{ data: Resource[] }>(`/v1/card-products?account=${account}`);
    const application = { account, reference: 'bench', sumsubShareToken: 'bench' };
    const cardholder = await post<Resource>(port, headers, '/v1/cardholders', application);
    await get(`/v1/cardholders/${cardholder.id}?refresh=true`);
    orders.push([account, { product: products.data[0]?.id ?? '', cardholder: cardholder.id }]);
  }
  return Object.fromEntries(orders) as Target['orders'];
}

const post = <T>(port: number, headers: Target['headers'], path: string, body: unknown): Promise<T> =>
  call<T>(port, 201, 'POST', path, { ...headers, 'idempotency-key': randomUUID() }, body);

/** Copies of the ordered card, each with a copy of its operation. */
function copiesOf(card: Resource, rows: Rows): readonly (readonly Copied[])[] {
  const operation = uuidOf('operation', card.operation.id);
  const id = uuidSql(rows);
  const at = timeSql(rows);
  const times = { created_at: at, updated_at: at, settled_at: at, resolved_at: at };
  const key = `'sha256:' || encode(sha256(n::text::bytea), 'hex')`;
  return [
    [{ table: 'operations', of: `id = '${operation}'`, own: { id, idempotency_key: key, resource_id: id, ...times } }],
    [
      {
        table: 'cards',
        of: `id = '${uuidOf('card', card.id)}'`,
        own: { id, operation_id: id, provider_ref: cardRefSql, last4: last4Sql, status: `'active'`, ...times },
      },
      { table: 'operation_attempts', of: `operation_id = '${operation}'`, own: { operation_id: id } },
    ],
  ];
}

/** Waits for the jobs that apply acknowledged callbacks. */
async function noCallbacksLeft({ pool }: BenchDatabase): Promise<void> {
  for (;;) {
    const { rows } = await pool.query(`SELECT FROM graphile_worker.jobs WHERE task_identifier = 'callback' LIMIT 1`);
    if (rows.length === 0) return;
    await wait(20);
  }
}
