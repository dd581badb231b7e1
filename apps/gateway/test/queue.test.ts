import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { createLog } from '../src/log.ts';
import { startJobs } from '../src/jobs/jobs.ts';
import { createPulse } from '../src/pulse.ts';
import { call } from './setup/call.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { until } from './setup/until.ts';

let database: TestDatabase;
let relay: Relay;
let gateway: TestGateway;
let other: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  relay = await startRelay(database.url);
  gateway = await startGateway({
    settings: {
      DATABASE_URL: relay.url,
      DATABASE_CONNECTIONS: '6',
      DATABASE_CONNECT_TIMEOUT_MS: '500',
      DATABASE_STATEMENT_TIMEOUT_MS: '500',
      DATABASE_LOCK_TIMEOUT_MS: '200',
      PROVIDER_READ_TIMEOUT_MS: '1000',
    },
  });
  other = new pg.Client({ connectionString: database.superuserUrl });
  other.on('error', () => {});
  await other.connect();
});
afterEach(async () => {
  gateway.sandbox.admin.clearFaults();
  await relay.mend().catch(() => {});
  relay.thaw();
});
afterAll(async () => {
  await other.end();
  await gateway.close();
  await relay.close();
  await database.drop();
});

const times = (text: string): number => gateway.log().split(text).length - 1;

const ready = async (): Promise<number> => (await call(gateway.url, { path: '/health/ready' })).status;
const ended = async (id: string): Promise<string> => {
  const sync = await until(
    () => gateway.client.getSync({ params: { id } }).catch(() => null),
    (answer) => answer !== null && answer.status !== 'queued' && answer.status !== 'running',
  );
  return sync?.status ?? '';
};

/** Syncs whose provider keeps silent, once it has been asked by all of them. */
async function hangingSyncs(): Promise<readonly string[]> {
  const { admin } = gateway.sandbox;
  const calls = [
    ['open-api', 'open-api', 'cardList'],
    ['keysecure', 'keysecure', 'card/list'],
    ['keysecure-authorization', 'keysecure', 'card/list'],
  ] as const;
  for (const [, provider, operation] of calls) admin.addFault({ provider, operation, fault: 'hang' });
  const asked = () => admin.requestCount('open-api', 'cardList') + admin.requestCount('keysecure', 'card/list');
  const before = asked();
  const syncs = [];
  for (const [account] of calls) syncs.push(await gateway.client.startSync({ body: { account } }));
  await admin.until(() => asked() >= before + calls.length);
  return syncs.map(({ id }) => id);
}

test('a queue that cannot begin is not ready, leaves no connection behind, and begins as soon as it can', async () => {
  const before = times('cannot be started yet');
  await other.query('BEGIN; LOCK TABLE graphile_worker._private_tasks IN ACCESS EXCLUSIVE MODE');
  await other.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await until(
    async () => times('cannot be started yet') - before,
    (count) => count >= 3,
  );
  await until(ready, (status) => status === 503);
  expect(await call(gateway.url, { path: '/health/ready' })).toMatchObject({
    json: { detail: 'The job queue gives no sign of life.' },
  });
  const { rows } = await other.query<{ count: number }>(
    "SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^card-gateway'",
  );
  await other.query('ROLLBACK');
  expect(rows[0]?.count).toBeLessThanOrEqual(gateway.services.config.DATABASE_CONNECTIONS);
  await until(ready, (status) => status === 200);
  const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
  expect(await ended(id)).toBe('succeeded');
});

test('jobs whose ends cannot be recorded break the queue, which begins anew and does them again', async () => {
  const syncs = await hangingSyncs();
  const before = times('the job queue broke');
  await other.query('BEGIN; LOCK TABLE graphile_worker._private_jobs IN EXCLUSIVE MODE');
  await until(
    async () => times('the job queue broke'),
    (count) => count > before,
  );
  await until(ready, (status) => status === 503);
  await other.query('ROLLBACK');
  expect(await Promise.all(syncs.map(ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
  await until(ready, (status) => status === 200);
});

test('a server that goes away while jobs run: they are done when it is back', async () => {
  const syncs = await hangingSyncs();
  await relay.cut();
  await until(ready, (status) => status === 503);
  await relay.mend();
  expect(await Promise.all(syncs.map(ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
  await until(ready, (status) => status === 200);
});

test('a queue whose server falls silent is restarted, which /metrics shows with its last signs', async () => {
  const figure = async (name: string): Promise<number> => {
    const { text } = await call(gateway.url, { path: '/metrics' });
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  const before = await figure('gateway_queue_restarts');
  const { rows } = await other.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'card-gateway queue' AND datname = current_database()",
  );
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
  await until(
    () => figure('gateway_queue_restarts'),
    (count) => count > before,
  );
  for (const { pid } of rows) process.kill(pid, 'SIGCONT');
  const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
  expect(await ended(id)).toBe('succeeded');
  expect(await figure('gateway_queue_poll_age_seconds')).toBeGreaterThanOrEqual(0);
  expect(await figure('gateway_queue_job_age_seconds')).toBeGreaterThanOrEqual(0);
});

test('a queue that gives no sign of life is restarted, though nothing failed', async () => {
  let ahead = 0;
  // None of its signs comes through.
  const pulse = { ...createPulse(() => performance.now() + ahead), polled: () => {}, jobBegun: () => {} };
  const log = createLog('silent');
  const services = { ...gateway.services, pulse };
  const jobs = await startJobs(services, writeKinds, log);
  expect(pulse.figures()?.restarts).toBe(0);
  ahead = 6000;
  await until(
    async () => pulse.figures()?.restarts,
    (count) => count === 1,
  );
  expect(pulse.isHung()).toBe(false);
  await jobs.stop();
});

test('with a worker at each job nobody polls: that is a sign of death only once a job runs for ever', () => {
  let now = 0;
  const pulse = createPulse(() => now);
  now = 3_600_000;
  expect([pulse.isLost(), pulse.figures()]).toEqual([false, null]);
  pulse.begun(2);
  expect([pulse.isLost(), pulse.isHung()]).toEqual([true, false]);
  now += 5001;
  expect([pulse.isLost(), pulse.isHung()]).toEqual([true, true]);
  pulse.polled();
  pulse.jobBegun();
  pulse.jobBegun();
  now += 500_000;
  expect(pulse.isLost()).toBe(false);
  now += 200_000;
  expect(pulse.isLost()).toBe(true);
  pulse.jobEnded();
  expect(pulse.isLost()).toBe(true);
  pulse.polled();
  expect([pulse.isLost(), pulse.figures()]).toEqual([false, { pollAge: 0, jobAge: 0, restarts: 0 }]);
});
