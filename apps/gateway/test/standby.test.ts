import { rm } from 'node:fs/promises';
import { openDatabase } from '@card-gateway/database';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@card-gateway/database/embedded';
import { temporaryFolder } from '@card-gateway/database/embedded-folder';
import { startEmbeddedStandby } from '@card-gateway/database/embedded-standby';
import { migrate } from '@card-gateway/database/migrate';
import { withClient } from '@card-gateway/database/testing';
import { runtimeRole } from '@card-gateway/database/roles';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { cardMaker } from './setup/cards.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder, type CardOrder } from './setup/orders.ts';
import { type GatewayProcess, type Installation, install } from './setup/process.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { send } from './setup/send.ts';
import { until } from './setup/until.ts';

/** A server of this file's own, whose standby follows it over a wire that can be cut. */
const folder = temporaryFolder('test-standby');
const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '40' };
let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres;
let wire: Relay;
/** Looks into the server past the gateway, and grants. */
let superuser: Pool;
let sandbox: Sandbox;
let installation: Installation;

beforeAll(async () => {
  [primary, sandbox] = await Promise.all([
    startEmbeddedPostgres({ dataFolder: `${folder}-primary`, settings }),
    startSandbox(),
  ]);
  await migrate(primary.ownerUrl, { runtimeRole });
  superuser = openDatabase(primary.superuserUrl, { connections: 2, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  wire = await startRelay(primary.url);
  const { hostname: host, port } = new URL(wire.url);
  standby = await startEmbeddedStandby(primary, {
    dataFolder: `${folder}-standby`,
    name: 'standby',
    primaryAddress: { host, port: Number(port) },
    settings,
  });
  installation = await install(superuser, sandbox, { database: primary.url });
});
afterAll(async () => {
  await installation.remove();
  await superuser.end();
  wire.thaw();
  await standby.stop();
  await wire.close();
  await primary.stop();
  await sandbox.close();
  for (const name of ['primary', 'primary.password', 'standby', 'standby.password']) {
    await rm(`${folder}-${name}`, { recursive: true, force: true });
  }
});

const required = { DATABASE_STANDBY: 'required' };

async function commitsWaitFor(names: string, state: 'sync' | 'async'): Promise<void> {
  await superuser.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await superuser.query('SELECT pg_reload_conf()');
  await until(
    () => superuser.query<{ sync_state: string }>('SELECT sync_state FROM pg_stat_replication'),
    ({ rows }) => rows[0]?.sync_state === state,
  );
}

// Each starts gateways as processes, which takes a busy machine its time.
describe('DATABASE_STANDBY=required', { timeout: 120_000 }, () => {
  test('refuses a server whose commits wait for nobody', async () => {
    const { code, output } = await installation.run(required);
    expect(code).toBe(1);
    expect(output).toContain('DATABASE_STANDBY: the server has no synchronous standby');
    expect(output).toContain('set DATABASE_STANDBY=optional');

    await commitsWaitFor('*', 'sync');
    await superuser.query(`ALTER ROLE ${runtimeRole} SET synchronous_commit = local`);
    expect((await installation.run(required)).output).toContain('synchronous_commit is local');
    await superuser.query(`ALTER ROLE ${runtimeRole} RESET synchronous_commit`);
  });

  test('refuses one whose standby confirms nothing, although it seems to be there', async () => {
    wire.freeze();
    const { code, output } = await installation.run({ ...required, DATABASE_STATEMENT_TIMEOUT_MS: '500' });
    wire.thaw();
    expect(code).toBe(1);
    expect(output).toContain('DATABASE_STANDBY: no synchronous standby confirms commits');
  });
});

describe('a gateway whose standby is away', { timeout: 120_000 }, () => {
  const connections = 6;
  let gateway: GatewayProcess;
  let optional: TestGateway;
  let order: CardOrder;
  beforeAll(async () => {
    await commitsWaitFor('*', 'sync');
    gateway = await installation.start({
      ...required,
      DATABASE_CONNECTIONS: String(connections),
      DATABASE_STATEMENT_TIMEOUT_MS: '500',
    });
    optional = await startGateway({ settings: { DATABASE_URL: primary.url, DATABASE_CONNECTIONS: '5' }, jobs: false });
    order = await cardOrder({ client: gateway.client, sandbox });
  });
  afterAll(async () => {
    wire.thaw();
    await optional.close();
    await gateway.end('SIGTERM');
  });

  const ready = (url: string) =>
    until(
      () => call(url, { path: '/health/ready' }),
      ({ status }) => status === 200,
    );
  /** Waits until a gateway is not ready, for this reason. */
  const expectNotReady = (url: string, detail: string) =>
    until(
      () => call(url, { path: '/health/ready' }),
      ({ status, json }) => status === 503 && (json as { detail: string }).detail === detail,
    );
  const issue = (idempotencyKey: string) =>
    send(gateway.url, installation.apiKey, { path: '/v1/cards', idempotencyKey, body: order });
  const issued = (): number => sandbox.admin.ledger({ effect: 'card_issued' }).length;

  test('shows it on /metrics: its state to whoever may see it', async () => {
    const shown = async (state: string) =>
      (await call(gateway.url, { path: '/metrics' })).text.includes(`gateway_database_standbys{state="${state}"} 1`);
    expect(await shown('hidden')).toBe(true);
    await superuser.query(`GRANT pg_read_all_stats TO ${runtimeRole}`);
    await until(
      () => shown('sync'),
      (isShown) => isShown,
    );
  });

  test('is not ready, sends nothing, fills no server, and does once what it was asked for when it is back', async () => {
    await Promise.all([gateway.url, optional.url].map(ready));
    const before = issued();
    const requests = sandbox.admin.requestCount('keysecure', 'card/apply');
    wire.freeze();
    const keys = Array.from({ length: 12 }, (_, index) => `away-${index}`);
    const answers = await Promise.all(keys.map(issue));
    for (const answer of answers) expect(answer).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(sandbox.admin.requestCount('keysecure', 'card/apply')).toBe(requests);
    await expectNotReady(gateway.url, 'no synchronous standby confirms commits.');
    // Where none is required the server waits for it all the same, and takes no write.
    await expectNotReady(optional.url, 'no synchronous standby confirms commits.');
    const { rows } = await superuser.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE usename = '${runtimeRole}'`,
    );
    expect(rows[0]?.count).toBeLessThanOrEqual(connections + optional.services.config.DATABASE_CONNECTIONS);

    wire.thaw();
    await Promise.all([gateway.url, optional.url].map(ready));
    const repeats = await Promise.all(
      keys.map((key) =>
        until(
          () => issue(key),
          ({ status }) => status !== 409 && status !== 503,
        ),
      ),
    );
    expect(repeats.map(({ status }) => status)).toEqual(keys.map(() => 201));
    expect(issued()).toBe(before + keys.length);
    const unknown = await superuser.query("SELECT FROM operations WHERE state IN ('unknown', 'submitting')");
    expect(unknown.rowCount).toBe(0);
  });

  test('is not ready where its server waits for nobody any more', async () => {
    await commitsWaitFor('', 'async');
    await expectNotReady(gateway.url, 'the server has no synchronous standby: its synchronous_standby_names is empty.');
    await ready(optional.url);
    await commitsWaitFor('*', 'sync');
    await ready(gateway.url);
  });
});

// The last of this file: afterwards both servers take writes.
describe('after a failover to a standby that missed the last writes', { timeout: 120_000 }, () => {
  let toServer: Relay;
  let server: string;
  let gateway: TestGateway;
  beforeAll(async () => {
    await commitsWaitFor('', 'async');
    server = primary.url;
    toServer = await startRelay(() => server);
    gateway = await startGateway({ settings: { DATABASE_URL: toServer.url }, jobs: false });
  });
  afterAll(async () => {
    await gateway.close();
    await toServer.close();
  });

  test('lists and reads show what the new server knows, not what the old one told', async () => {
    const { client } = gateway;
    const cards = await cardMaker(gateway);
    const { id } = await cards.made('physical', 'Activated');
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/pin/set', fault: 'reset' });
    const { operation } = await client.setCardPin({ params: { id }, body: { pin: '258036' } });
    const { rows } = await superuser.query<{ at: string }>('SELECT pg_current_wal_lsn() AS at');
    await until(
      () => superuser.query('SELECT FROM pg_stat_replication WHERE replay_lsn >= $1', [rows[0]?.at]),
      ({ rowCount }) => rowCount === 1,
    );
    wire.freeze();

    const person = await gateway.key({ caller: 'a person' });
    const params = { id: operation?.id ?? '' };
    await person.client.resolveOperation({ params, body: { outcome: 'refused', reason: 'the old one works' } });
    const listed = async () => (await client.listCards()).data.find((card) => card.id === id)?.operation;
    // The first time it is read whole, the second time it is kept, the third time it is what was kept.
    for (let time = 0; time < 3; time += 1) expect(await listed()).toMatchObject({ outcome: 'refused' });
    const read = async () => (await client.getCard({ params: { id } })).operation;
    for (let time = 0; time < 2; time += 1) expect(await read()).toMatchObject({ outcome: 'refused' });

    await toServer.cut();
    await withClient(standby.superuserUrl, (client) => client.query('SELECT pg_promote()'));
    server = standby.url;
    await toServer.mend();
    const now = await until(
      () => listed().catch(() => null),
      (shown) => shown !== null,
    );
    expect(now).toMatchObject({ ...params, outcome: 'unknown' });
    expect(await read()).toEqual(now);
  });
});
