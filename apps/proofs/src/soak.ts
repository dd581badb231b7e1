import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openTransport } from '@card-gateway/adapter-kit';
import { type Client, createClient } from '@card-gateway/client';
import { repository } from './bench/against.ts';
import { buildGateway } from './bench/gateways.ts';
import { startOneGateway } from './one-gateway.ts';

/**
 * `pnpm soak`: one production gateway under three times the load it accepts, with a slow provider. Shows that in-flight and
 * queued calls stay bounded, and that memory does not grow.
 */
const callers = 288;
const providerLatencyMs = 200;
const sampleEveryMs = 1000;
/** The first quarter of the run warms up; the last one's low-water mark may exceed the second's by this factor. */
const mostGrowth = 1.2;
const account = 'keysecure';

interface Sample {
  readonly heap: number;
  readonly resident: number;
  readonly underWay: number;
  readonly inLine: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('Usage: pnpm soak [--minutes 2]');
await soak(minutes);

async function soak(forMinutes: number): Promise<void> {
  await using undo = new AsyncDisposableStack();
  const { url, apiKey } = await startOneGateway(
    await buildGateway(repository),
    'soak',
    { latencyMs: providerLatencyMs, keysecure: { cardholderInProgressMs: 0, cardholderDecisionMs: 0 } },
    undo,
  );
  const client = createClient({ baseUrl: url, apiKey, retries: 0 });
  undo.defer(() => client.close());
  const body = await order(client);

  const ends = AbortSignal.timeout(forMinutes * 60_000);
  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  await Promise.all([
    ...Array.from({ length: callers }, () => callOnAndOn(client, body, ends, counts)),
    sampleOnAndOn(`${url}/metrics`, ends, samples),
  ]);
  report(samples, counts);
}

type Order = Parameters<Client['issueCard']>[0]['body'];

async function order(client: Client): Promise<Order> {
  const { data } = await client.listCardProducts({ query: { account } });
  const product = data.find(({ issuable, forms }) => issuable && forms?.includes('virtual'));
  if (product === undefined) throw new Error('The sandbox has no product.');
  const cardholder = await client.createCardholder({ body: { account, reference: 'soak', sumsubShareToken: 'token' } });
  return { account, product: product.id, cardholder: cardholder.id, form: 'virtual' };
}

async function callOnAndOn(client: Client, body: Order, ends: AbortSignal, counts: Map<string, number>): Promise<void> {
  while (!ends.aborted) {
    const told = await client.call('issueCard', { body }).then(
      ({ status }) => String(status),
      (error: unknown) => (error as { code?: string }).code ?? 'no answer',
    );
    counts.set(told, (counts.get(told) ?? 0) + 1);
    // Like a caller told to retry, but without waiting the whole second.
    if (told === 'account-busy') await wait(50);
  }
}

async function sampleOnAndOn(url: string, ends: AbortSignal, samples: Sample[]): Promise<void> {
  const transport = openTransport({ connections: 1, connectTimeoutMs: 1000, maxResponseBytes: 4_000_000 });
  while (!ends.aborted) {
    const scrape = await transport.send({
      operation: 'scrape',
      method: 'GET',
      url,
      headers: {},
      body: null,
      timeoutMs: 5000,
    });
    const text = scrape.kind === 'answered' ? scrape.body : '';
    const read = (name: string): number =>
      Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    const ofAccount = (name: string): number =>
      Number(new RegExp(`^${name}\\{[^}]*account="${account}"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    if (text !== '') {
      samples.push({
        heap: read('nodejs_heap_size_used_bytes'),
        resident: read('process_resident_memory_bytes'),
        underWay: ofAccount('gateway_account_calls_in_flight'),
        inLine: ofAccount('gateway_account_calls_queued'),
      });
    }
    await wait(sampleEveryMs, undefined, { signal: ends }).catch(() => {});
  }
  await transport.close();
}

function report(samples: readonly Sample[], counts: ReadonlyMap<string, number>): void {
  const size = Math.floor(samples.length / 4);
  const lowest = (quarter: number): number =>
    Math.min(...samples.slice(quarter * size, (quarter + 1) * size).map(({ heap }) => heap));
  const most = (of: (sample: Sample) => number): number => Math.max(...samples.map(of));
  const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MB`;
  const growth = lowest(3) / lowest(1);
  const lines = [
    ...[...counts].map(([told, count]) => `${told.padEnd(24)} ${count}`),
    `most calls under way      ${most(({ underWay }) => underWay)}`,
    `most calls in line        ${most(({ inLine }) => inLine)}`,
    `heap in use, low water    ${[0, 1, 2, 3].map((quarter) => megabytes(lowest(quarter))).join(', ')} by quarters`,
    `resident, at most         ${megabytes(most(({ resident }) => resident))}`,
    growth <= mostGrowth ? 'GOOD' : `FAILED: the heap's low water grew by a factor of ${growth.toFixed(2)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (growth > mostGrowth) process.exitCode = 1;
}
