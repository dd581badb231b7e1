import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { metricsServer } from '../src/http/metrics.ts';
import { createLog } from '../src/log.ts';
import { createMetrics } from '../src/metrics.ts';
import { call, callRaw, problemOf } from './setup/call.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder } from './setup/orders.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { until } from './setup/until.ts';

const log = createLog('silent');
let database: TestDatabase;
let wire: Relay;
let gateway: TestGateway;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await startRelay(database.url);
  gateway = await startGateway({
    jobs: false,
    settings: { DATABASE_URL: wire.url, DATABASE_CONNECT_TIMEOUT_MS: '500', PROVIDER_WRITE_TIMEOUT_MS: '20000' },
  });
});
afterAll(async () => {
  await gateway.close();
  await wire.close();
  await database.drop();
});

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function scrape(): Promise<Sample[]> {
  const answer = await call(gateway.url, { path: '/metrics' });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text] as const);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

function valueOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find(
    (sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text),
  )?.value;
}

test('/metrics needs no key and counts requests, provider calls, what is under way and what is unknown', async () => {
  const { admin } = gateway.sandbox;
  const order = await cardOrder(gateway);
  await gateway.client.issueCard({ body: order });
  await gateway.client.startBinding({ body: bankCard() });
  await call(gateway.url, { path: '/v1/cards' });
  admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  await gateway.client.issueCard({ body: order });
  admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'hang' });
  // Ends with the sandbox.
  const { key } = await gateway.key();
  const headers = { 'idempotency-key': 'hangs' };
  void call(gateway.url, { method: 'POST', path: '/v1/cards', key, headers, body: order }).catch(() => {});
  await admin.until(() => admin.requestCount('keysecure', 'card/apply') === 3);

  const samples = await scrape();
  const requests = 'gateway_http_request_duration_seconds_count';
  expect(valueOf(samples, requests, { operation: 'issueCard', status: '201' })).toBe(1);
  expect(valueOf(samples, requests, { operation: 'issueCard', status: '202' })).toBe(1);
  expect(valueOf(samples, requests, { operation: 'listCards', status: '401' })).toBe(1);
  const calls = 'gateway_provider_call_duration_seconds_count';
  expect(valueOf(samples, calls, { account: 'keysecure', operation: 'card/apply', result: '2xx' })).toBe(1);
  expect(valueOf(samples, calls, { account: 'keysecure', operation: 'card/apply', result: 'lost' })).toBe(1);
  expect(valueOf(samples, calls, { account: 'yixin', operation: 'bindCard', result: '2xx' })).toBe(1);
  expect(valueOf(samples, 'gateway_account_calls_in_flight', { account: 'keysecure' })).toBe(1);
  expect(valueOf(samples, 'gateway_account_calls_queued', { account: 'keysecure' })).toBe(0);
  expect(valueOf(samples, 'gateway_account_circuit', { account: 'keysecure', state: 'closed' })).toBe(1);
  expect(valueOf(samples, 'gateway_account_circuit', { account: 'keysecure', state: 'open' })).toBe(0);
  expect(valueOf(samples, 'gateway_operations_unknown', { account: 'keysecure' })).toBe(1);
  expect(valueOf(samples, 'gateway_operations_unknown', { account: 'yixin' })).toBe(0);
  expect(valueOf(samples, 'gateway_operations_waiting_for_person', { account: 'keysecure' })).toBe(0);
  expect(valueOf(samples, 'gateway_operations_unknown_oldest_seconds', { account: 'keysecure' })).toBeGreaterThan(0);
  expect(valueOf(samples, 'gateway_database_up')).toBe(1);
});

test('labels are a closed list of words: no id, no number of a card, no path', async () => {
  const cards = await gateway.client.listCards();
  await call(gateway.url, { path: `/v1/cards/${cards.data[0]?.id}?refresh=true`, key: (await gateway.key()).key });
  await call(gateway.url, { path: '/v1/6217000000000001234' });
  const samples = (await scrape()).filter(({ name }) => name !== 'gateway_build_info');
  const labels = samples.flatMap((sample) => Object.entries(sample.labels));
  expect(new Set(labels.map(([label]) => label))).toEqual(
    new Set(['le', 'operation', 'status', 'account', 'result', 'state']),
  );
  // A provider's operation is its own word without numbers; an account has a name of the settings.
  for (const [label, text] of labels)
    if (label !== 'le' && label !== 'status') expect(text).toMatch(/^\+?[a-zA-Z2345_/{}-]+$/);
});

test('a scrape asks the database once in a while only, and says when it is away', async () => {
  await Promise.all(Array.from({ length: 20 }, scrape));
  await wire.cut();
  const samples = await until(scrape, (now) => valueOf(now, 'gateway_database_up') === 0);
  // Nothing old is shown as if it were so now.
  expect(samples.filter(({ name }) => name.startsWith('gateway_operations_'))).toEqual([]);
  expect(valueOf(samples, 'gateway_account_calls_queued', { account: 'keysecure' })).toBe(0);
  await wire.mend();
  await until(scrape, (now) => valueOf(now, 'gateway_database_up') === 1);
});

test('a scrape that the database keeps waiting asks it once, however many others come', async () => {
  const metrics = createMetrics();
  const asked: (() => void)[] = [];
  const pool = { query: () => new Promise((resolve) => asked.push(() => resolve({ rows: [] }))) };
  const services = { ...gateway.services, pool: pool as never };
  const now = performance.now.bind(performance);
  let ahead = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
  const scrapes = [1, 2, 3].map(() => {
    ahead += 60_000;
    return metrics.text(services);
  });
  // Four questions: of writes, of standbys, of events, and of destinations.
  expect(asked).toHaveLength(4);
  for (const answer of asked) answer();
  await Promise.all(scrapes);
  void metrics.text(services);
  expect(asked).toHaveLength(4);
  ahead += 60_000;
  void metrics.text(services);
  expect(asked).toHaveLength(8);
  spy.mockRestore();
});

test('it takes GET and HEAD alone', async () => {
  const answer = await call(gateway.url, { method: 'POST', path: '/metrics' });
  expect(problemOf(answer, 405)).toMatchObject({ code: 'method-not-allowed' });
  expect(answer.headers['allow']).toBe('GET, HEAD');
});

describe('on a port of its own', () => {
  test('it answers problems to all else', async () => {
    const server = metricsServer(gateway.services, log);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    expect((await call(url, { path: '/metrics' })).text).toContain('gateway_database_up 1');
    expect(problemOf(await call(url, { path: '/v1/cards' }), 404)).toMatchObject({ code: 'not-found' });
    const answer = await call(url, { method: 'POST', path: '/metrics' });
    expect(problemOf(answer, 405)).toMatchObject({ code: 'method-not-allowed' });
    expect(answer.headers['allow']).toBe('GET, HEAD');
    expect(problemOf(await call(url, { path: '/%zz' }), 400)).toMatchObject({ code: 'malformed-request' });
    await server.close();
  });

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 400],
    ['a header without a name', 'GET /metrics HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n', 400],
    ['no Host', 'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['two Hosts', 'GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n', 400],
    ['too long headers', `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a method that Node does not know', 'BREW /metrics HTTP/1.1\r\nHost: x\r\n\r\n', 405],
  ])('it answers a problem to %s, as the port of requests does', async (_what, bytes, status) => {
    const server = metricsServer(gateway.services, log);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const [own, main] = [await callRaw(url, bytes), await callRaw(gateway.url, bytes)];
    const { requestId: _own, ...problem } = problemOf(own, status);
    const { requestId: _main, ...other } = problemOf(main, status);
    expect(problem).toEqual(other);
    await server.close();
  });

  test('it closes once a scrape that is under way is answered, though its connection would be kept', async () => {
    const server = metricsServer({ ...gateway.services, metrics: createMetrics() }, log);
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true });
    wire.freeze();
    const scraped = new Promise<number | undefined>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/metrics', agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      }).on('error', reject);
    });
    const connections = () =>
      new Promise<number>((resolve) => server.server.getConnections((_error, count) => resolve(count)));
    await until(connections, (count) => count === 1);
    await until(
      async () =>
        gateway.services.pool.waitingCount + gateway.services.pool.totalCount - gateway.services.pool.idleCount,
      (busy) => busy > 0,
    );
    const closed = server.close();
    wire.thaw();
    expect(await scraped).toBe(200);
    await closed;
    agent.destroy();
  });
});

test('it can be off', async () => {
  const off = await gateway.another({ METRICS_PORT: 'off' });
  expect(problemOf(await call(off.url, { path: '/metrics' }), 404).code).toBe('not-found');
  expect(problemOf(await call(off.url, { method: 'POST', path: '/metrics' }), 404).code).toBe('not-found');
  await off.close();
});
