import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { openDatabase } from '@card-gateway/database';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../src/version.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { listenFault } from '../src/listen.ts';
import { call, problemOf } from './setup/call.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { cardOrder } from './setup/orders.ts';
import { type Installation, install } from './setup/process.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { until } from './setup/until.ts';

let database: TestDatabase;
let pool: Pool;
let sandbox: Sandbox;
let wire: Relay;
let installation: Installation;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  pool = openDatabase(database.url, { connections: 3, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  wire = await startRelay(sandbox.credentials.keysecure[0]?.baseUrl ?? '');
  installation = await install(pool, sandbox, { database: database.url, keysecure: wire.url });
});
afterAll(async () => {
  await sandbox.close();
  await installation.remove();
  await wire.close();
  await pool.end();
  await database.drop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test(
  'a port that another process has keeps it from starting, in one line that says which',
  { timeout: 90_000 },
  async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    for (const settings of [{ PORT: String(port) }, { METRICS_PORT: String(port) }]) {
      const { code, output } = await installation.run(settings);
      expect(code).toBe(1);
      const setting = Object.keys(settings)[0] ?? '';
      expect(output).toContain(`${setting}: another process listens on ${port}; set another one.`);
    }
    const second = createServer().listen(0, '127.0.0.1');
    await once(second, 'listening');
    const { port: secondPort } = second.address() as AddressInfo;
    const { code, output } = await installation.run({ PORT: String(port), METRICS_PORT: String(secondPort) });
    expect(code).toBe(1);
    expect(output).toContain(
      `  - PORT: another process listens on ${port}; set another one.\n  - METRICS_PORT: another process listens on ${secondPort}; set another one.`,
    );
    second.close();
    other.close();
    await once(other, 'close');
  },
);

test('the log says once where it listens, in clear', async () => {
  const gateway = await installation.start();
  await gateway.end('SIGTERM');
  const lines = gateway.output().split('\n');
  expect(lines.filter((line) => line.includes('http://'))).toEqual([
    expect.stringMatching(/"listensAt":"http:\/\/127\.0\.0\.1:\d+".*"started"/),
  ]);
});

// 192.0.2.0/24 is reserved for documentation (RFC 5737).
test.each(['192.0.2.1', 'no-such-host.invalid'])(
  'a HOST that is not of this machine is named: %s',
  { timeout: 90_000 },
  async (host) => {
    const metricsPort = String(await freePort());
    for (const settings of [{ HOST: host }, { HOST: host, METRICS_PORT: metricsPort }]) {
      const { code, output } = await installation.run(settings);
      expect(code).toBe(1);
      const end = output.slice(output.indexOf('The settings are not usable:'));
      expect(end).toMatch(
        /^The settings are not usable:\n {2}- HOST: "[^"]+" is no address of this machine; expected one of 0\.0\.0\.0, ::, .*\.\n$/,
      );
    }
  },
);

test('a port for root alone is told to others', () => {
  expect(listenFault('EACCES', '127.0.0.1', 'PORT', 80)).toMatch(
    /^PORT: this user may not listen on 80; set one from 1024 on/,
  );
  expect(listenFault('EMFILE', '127.0.0.1', 'PORT', 80)).toBeNull();
});

test('SIGTERM with work at every stage: what was accepted is answered or waits durably, also for callers that are gone', async () => {
  const metricsPort = await freePort();
  const process = await installation.start({
    PROVIDER_CONNECTIONS: '4',
    PROVIDER_QUEUE: '6',
    PROVIDER_CONNECT_TIMEOUT_MS: '15000',
    PROVIDER_WRITE_TIMEOUT_MS: '15000',
    METRICS_PORT: String(metricsPort),
  });
  const metrics = async (): Promise<string> =>
    (await call(`http://127.0.0.1:${metricsPort}`, { path: '/metrics' })).text;
  const body = await cardOrder({ client: process.client, sandbox });
  const issued = (): number => sandbox.admin.ledger({ effect: 'card_issued' }).length;
  const names = new Map(
    ['gone-1', 'gone-2', ...Array.from({ length: 20 }, (_, index) => `kept-${index}`)].map((key) => [
      keyHash(key),
      key,
    ]),
  );
  const states = async (): Promise<Record<string, string>> => {
    const { rows } = await pool.query<{ key: string; state: string }>(
      "SELECT idempotency_key AS key, state FROM operations WHERE type = 'issueCard'",
    );
    return Object.fromEntries(rows.map(({ key, state }) => [names.get(key) ?? key, state]));
  };

  // One line says what runs, where and with what.
  const lines = process.output().split('\n');
  const started = JSON.parse(lines.find((line) => line.includes('"started"')) ?? '{}') as unknown;
  expect(started).toMatchObject({
    ...build,
    accounts: 'keysecure 1, yixin 1',
    standbys: 'none',
    listensAt: process.url,
  });

  // It has a port of its own here, so that it is not among what callers reach.
  expect(await metrics()).toContain('nodejs_eventloop_lag_seconds');
  expect((await call(process.url, { path: '/metrics' })).status).toBe(404);

  // Four are sent and hang, six wait in line, the rest are turned away.
  wire.freeze();
  const hungUp = new AbortController();
  const abandoned = [1, 2].map((number) =>
    fetch(`${process.url}/v1/cards`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${installation.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': `gone-${number}`,
      },
      body: JSON.stringify(body),
      signal: hungUp.signal,
    }).catch(() => null),
  );
  await until(
    async () => Object.keys(await states()).length,
    (count) => count === 2,
  );
  const answering = Array.from({ length: 20 }, (_, index) =>
    process.client
      .call('issueCard', { body, idempotencyKey: `kept-${index}` })
      .catch((error: unknown) => error as { status: number; code?: string }),
  );
  let rejected = 0;
  for (const answer of answering) void answer.then(() => (rejected += 1));
  await until(
    async () => rejected,
    (count) => count === 12,
  );
  const text = await metrics();
  expect(text).toContain('gateway_account_calls_in_flight{account="keysecure"} 4\n');
  expect(text).toContain('gateway_account_calls_queued{account="keysecure"} 6\n');
  hungUp.abort();
  await Promise.all(abandoned);

  const ended = process.end('SIGTERM');
  await until(
    async () => process.output(),
    (output) => output.includes('"closing"'),
  );
  wire.thaw();
  const answers = await Promise.all(answering);
  const numberOf = (status: number): number => answers.filter((answer) => answer.status === status).length;
  expect([numberOf(201), numberOf(503)]).toEqual([8, 12]);
  expect(await ended).toEqual({ code: 0, signal: null });

  // Requests without a waiting caller and queued ones were completed and recorded; rejected ones left nothing.
  const recorded = await states();
  expect(Object.keys(recorded)).toHaveLength(10);
  expect(recorded).toMatchObject({ 'gone-1': 'succeeded', 'gone-2': 'succeeded' });
  expect(new Set(Object.values(recorded))).toEqual(new Set(['succeeded']));
  expect(issued()).toBe(10);
});

test('SIGTERM with nothing left but writes that nobody waits for: they are recorded before the process ends', async () => {
  const process = await installation.start({ PROVIDER_WRITE_TIMEOUT_MS: '15000', DATABASE_LOCK_TIMEOUT_MS: '300' });
  const body = await cardOrder({ client: process.client, sandbox });
  const states = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ state: string }>('SELECT state FROM operations WHERE idempotency_key = $1', [
      keyHash('left-alone'),
    ]);
    return rows.map(({ state }) => state);
  };
  wire.freeze();
  const hungUp = new AbortController();
  const abandoned = fetch(`${process.url}/v1/cards`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${installation.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'left-alone',
    },
    body: JSON.stringify(body),
    signal: hungUp.signal,
  }).catch(() => null);
  await until(states, ([state]) => state === 'submitting');
  hungUp.abort();
  await abandoned;
  const ended = process.end('SIGTERM');
  // It accepts no connections any more, so no caller receives what it still does.
  await until(
    () =>
      call(process.url, { path: '/health/live' }).then(
        () => true,
        () => false,
      ),
    (isThere) => !isThere,
  );
  // And what it has to record does not go in at the first try.
  const holder = await pool.connect();
  await holder.query('BEGIN; LOCK TABLE operation_attempts IN EXCLUSIVE MODE');
  const waiting = async (): Promise<boolean> => {
    const { rows } = await pool.query(
      "SELECT 1 FROM pg_locks WHERE relation = 'operation_attempts'::regclass AND NOT granted",
    );
    return rows.length > 0;
  };
  wire.thaw();
  await until(waiting, (now) => now);
  await until(waiting, (now) => !now);
  await holder.query('ROLLBACK');
  holder.release();
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(await states()).toEqual(['succeeded']);
});

test('SIGTERM with a delay: not ready at once, and serving until it closes', async () => {
  const process = await installation.start({ SHUTDOWN_DELAY_MS: '3000' });
  const ready = () => call(process.url, { path: '/health/ready' });
  expect((await ready()).status).toBe(200);
  const ended = process.end('SIGTERM');
  const answer = await until(ready, ({ status }) => status !== 200);
  expect(problemOf(answer, 503)).toMatchObject({ code: 'not-ready', detail: 'This process is about to end.' });
  const served = await call(process.url, { path: '/v1/providers', key: installation.apiKey });
  expect([served.status, served.headers['connection']]).toEqual([200, 'close']);
  expect((await call(process.url, { path: '/health/live' })).status).toBe(200);
  expect(await ended).toEqual({ code: 0, signal: null });
});

test('SIGTERM while a provider stays silent: the answer is 202, and what is unknown waits for the next process', async () => {
  const settings = { PROVIDER_READ_TIMEOUT_MS: '2500', PROVIDER_WRITE_TIMEOUT_MS: '2500' };
  const process = await installation.start(settings);
  const body = await cardOrder({ client: process.client, sandbox });
  const asked = sandbox.admin.requestCount('keysecure', 'card/apply');
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang', times: 3 });
  const answering = Array.from({ length: 6 }, () => process.client.call('issueCard', { body }));
  await sandbox.admin.until(() => sandbox.admin.requestCount('keysecure', 'card/apply') === asked + 6);
  const ended = process.end('SIGTERM');
  const statuses = (await Promise.all(answering)).map(({ status }) => status).sort((one, other) => one - other);
  expect(statuses).toEqual([201, 201, 201, 202, 202, 202]);
  expect(await ended).toEqual({ code: 0, signal: null });
  const open = async () =>
    (await pool.query<{ state: string }>("SELECT state FROM operations WHERE state NOT IN ('succeeded', 'refused')"))
      .rows;
  expect(await open()).toEqual([{ state: 'unknown' }, { state: 'unknown' }, { state: 'unknown' }]);
  const next = await installation.start(settings);
  await until(open, (rows) => rows.length === 0);
  expect(await next.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
