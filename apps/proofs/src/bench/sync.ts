import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { parseWords, readWhole } from '../command-line.ts';
import { checkOut, repository } from './against.ts';
import { type Counts, countsOf, databaseCpu } from './database-use.ts';
import { startServer } from './database.ts';
import { buildGateway, createApiKey, gatewayProgram } from './gateways.ts';
import { type Running, start, startProvider } from './process.ts';
import { call } from './target.ts';

export interface SyncOptions {
  readonly cards: number;
  /** Commit of the gateway to compare with. */
  readonly against: string | null;
  /** Folder for the gateway's CPU profile. */
  readonly profile: string | null;
}

const usage = 'Usage: pnpm bench:sync [--cards 50000] [--against <commit>] [--profile <folder>]';
const options = {
  cards: { type: 'string', default: '50000' },
  against: { type: 'string' },
  profile: { type: 'string' },
} as const;
const mostCards = 1_000_000;

/** @throws UsageError if an argument is invalid */
export function readOptions(words: readonly string[]): SyncOptions {
  const { cards, against = null, profile = null } = parseWords(words, options, usage);
  return { cards: readWhole('cards', cards, { most: mostCards }, usage), against, profile };
}

/** What one sync took. CPU time and memory are NaN on other systems than Linux. */
interface Taken {
  readonly gateway: string;
  readonly sync: 'first' | 'again';
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of all processes of PostgreSQL. */
  readonly databaseCpuSeconds: number;
  readonly mostResidentBytes: number;
  readonly counts: Counts;
}

/** Syncs the cards of an OPEN-API account twice; the second time nothing has changed. @returns Markdown */
export async function benchSync(
  { cards, against, profile }: SyncOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'card-gateway-bench-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startServer(undo);
  const provider = await startProvider('card-list.ts', { cards }, folder, undo);
  const environment = await environmentOf(folder, provider.port);
  const roots: ['gateway' | 'against', string][] = [['gateway', repository]];
  if (against !== null) roots.unshift(['against', await checkOut(against, folder, undo)]);

  const taken: Taken[] = [];
  for (const [name, root] of roots) {
    const database = await server.create(name);
    const words = await buildGateway(root);
    const program = await gatewayProgram({ name, root, words, database, environment, folder });
    const profiling = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const running = await start({ ...program, words: (port) => [...profiling, ...program.words(port)] });
    try {
      const apiKey = await createApiKey(root, database);
      for (const sync of ['first', 'again'] as const) {
        say(`${name}: ${sync}`);
        taken.push({ gateway: name, sync, ...(await measure(running, database.pool, apiKey, cards, signal)) });
        // Between two syncs autovacuum would come by; here it comes at a known time.
        await database.pool.query('VACUUM ANALYZE');
      }
    } finally {
      await running.stop(profile === null ? 'SIGKILL' : 'SIGTERM');
    }
  }
  return table(taken);
}

async function environmentOf(folder: string, providerPort: number): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(folder, 'key'), randomBytes(16).toString('hex'), { mode: 0o600 });
  const settings = {
    baseUrl: `http://127.0.0.1:${providerPort}`,
    version: 'v1',
    customerId: 10_000_011,
    appId: 100_001,
    key: { file: 'key' },
  };
  const file = join(folder, 'accounts.json');
  await writeFile(file, JSON.stringify({ bench: { provider: 'open-api', sandbox: true, settings } }));
  const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
  return { GATEWAY_SEALING_KEYS: key('s1'), GATEWAY_FINGERPRINT_KEYS: key('f1'), GATEWAY_ACCOUNTS: file };
}

interface Sync {
  readonly id: string;
  readonly status: string;
  readonly seen: number;
  readonly failure: string | null;
}

async function measure(
  running: Running,
  pool: Pool,
  apiKey: string,
  cards: number,
  signal: AbortSignal,
): Promise<Omit<Taken, 'gateway' | 'sync'>> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const [countsBefore, cpuBefore, usedBefore] = [await countsOf(pool), await databaseCpu(pool), await running.usage()];
  const started = performance.now();
  const idempotent = { ...headers, 'idempotency-key': randomUUID() };
  let sync = await call<Sync>(running.port, 202, 'POST', '/v1/syncs', idempotent, { account: 'bench' });
  while (sync.status === 'queued' || sync.status === 'running') {
    await wait(100, undefined, { signal });
    sync = await call<Sync>(running.port, 200, 'GET', `/v1/syncs/${sync.id}`, headers);
  }
  const seconds = (performance.now() - started) / 1000;
  const used = await running.usage();
  const databaseCpuSeconds = (await databaseCpu(pool)) - cpuBefore;
  if (sync.status !== 'succeeded' || sync.seen !== cards)
    throw new Error(`The sync went wrong: ${JSON.stringify(sync)}`);
  // An idle process of the server reports its counts within ten seconds.
  await wait(11_000, undefined, { signal });
  const counts = await countsOf(pool);
  const differences = Object.entries(counts).map(([name, count]) => [name, count - countsBefore[name as keyof Counts]]);
  return {
    seconds,
    cpuSeconds: ((used.cpuMicros ?? Number.NaN) - (usedBefore.cpuMicros ?? Number.NaN)) / 1e6,
    databaseCpuSeconds,
    mostResidentBytes: used.mostResidentBytes ?? Number.NaN,
    counts: Object.fromEntries(differences) as unknown as Counts,
  };
}

function table(taken: readonly Taken[]): string {
  const head = [
    '',
    'Sync',
    'Seconds',
    'CPU s, gateway',
    'CPU s, PostgreSQL',
    'Most resident, MB',
    'Commits',
    'Inserted',
    'Updated (in place)',
    'Deleted',
    'WAL, MB',
  ];
  const rows = taken.map(({ gateway, sync, seconds, cpuSeconds, databaseCpuSeconds, mostResidentBytes, counts }) => [
    gateway,
    sync,
    seconds.toFixed(1),
    cpuSeconds.toFixed(1),
    databaseCpuSeconds.toFixed(1),
    (mostResidentBytes / 1024 ** 2).toFixed(0),
    counts.commits,
    counts.inserted,
    `${counts.updated} (${counts.updatedInPlace})`,
    counts.deleted,
    (counts.walBytes / 1024 ** 2).toFixed(1),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
