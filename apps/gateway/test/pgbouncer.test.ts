import { migrate } from '@card-gateway/database/migrate';
import { PoolerError } from '@card-gateway/database/pooler';
import { runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, openPool, type OwnDatabase } from '@card-gateway/database/testing';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from './setup/call.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { cardOrder } from './setup/orders.ts';
import { pgbouncer, type PoolMode, startPgBouncer } from './setup/pgbouncer.ts';
import { type Installation, install } from './setup/process.ts';
import { until } from './setup/until.ts';

// Debian's package pgbouncer; without it there is nothing to try against.
describe.skipIf(pgbouncer === null)('PgBouncer', () => {
  let database: TestDatabase;
  let empty: OwnDatabase;
  let sandbox: Sandbox;
  let owner: pg.Pool;
  let installation: Installation;
  const behind = async (mode: PoolMode) => {
    const bouncer = await startPgBouncer(mode, [database.url, empty.ownerUrl]);
    return { bouncer, settings: { DATABASE_URL: bouncer.through(database.url) } };
  };

  beforeAll(async () => {
    [database, empty, sandbox] = await Promise.all([
      createTestDatabase(),
      createDatabase('template0'),
      startSandbox({ keysecure: { cardholderInProgressMs: 0, cardholderDecisionMs: 0 } }),
    ]);
    owner = openPool({ connectionString: database.ownerUrl, max: 2 });
    installation = await install(owner, sandbox, { database: database.url });
  });
  afterAll(async () => {
    await sandbox.close();
    await installation.remove();
    await owner.end();
    await Promise.all([database.drop(), empty.drop()]);
  });

  test('in session mode, as it is: migrates, serves, works on its queue, keeps its time-outs and ends', async () => {
    const { bouncer, settings } = await behind('session');
    await migrate(bouncer.through(empty.ownerUrl), { runtimeRole });
    const gateway = await installation.start({
      ...settings,
      DATABASE_CONNECTIONS: '10',
      DATABASE_STATEMENT_TIMEOUT_MS: '900',
    });
    const order = await cardOrder({ client: gateway.client, sandbox });
    expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
    const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
    const { status } = await until(
      () => gateway.client.getSync({ params: { id } }),
      (sync) => sync.status !== 'queued' && sync.status !== 'running',
    );
    expect(status).toBe('succeeded');
    expect(await call(gateway.url, { path: '/health/ready' })).toMatchObject({ status: 200 });

    const holder = await owner.connect();
    await holder.query('BEGIN; LOCK TABLE cards IN ACCESS EXCLUSIVE MODE');
    const refused = gateway.client.listCards().catch((error: unknown) => error);
    expect(await refused).toMatchObject({ status: 503, code: 'database-unavailable' });
    await holder.query('ROLLBACK');
    holder.release();
    expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null });
    await bouncer.stop();
  });

  test.each(['transaction', 'statement'] as const)('in %s mode a start is refused, and says why', async (mode) => {
    const { bouncer, settings } = await behind(mode);
    const { code, output } = await installation.run(settings);
    expect(code).toBe(1);
    expect(output).toContain('a pooler shares server sessions among connections');
    expect(output).toContain('set pool_mode = session');
    expect(output).not.toContain('    at ');
    await expect(migrate(bouncer.through(empty.ownerUrl))).rejects.toThrow(PoolerError);
    await bouncer.stop();
  });

  test('in session mode, a server that takes no writes is noticed through it', async () => {
    const { bouncer, settings } = await behind('session');
    const gateway = await installation.start(settings);
    const ready = async (): Promise<number> => (await call(gateway.url, { path: '/health/ready' })).status;
    await until(ready, (status) => status === 200);
    const superuser = new pg.Client({ connectionString: database.superuserUrl });
    await superuser.connect();
    // PgBouncer keeps connections to the server, each with the setting of its own beginning.
    const setReadOnly = (value: string) =>
      superuser.query(`
        ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value};
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = '${runtimeRole}'`);
    await setReadOnly('on');
    await until(ready, (status) => status === 503);
    await setReadOnly('off');
    await superuser.end();
    await until(ready, (status) => status === 200);
    expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null });
    await bouncer.stop();
  });
});
