import { openDatabase } from '@card-gateway/database';
import { runtimeRole } from '@card-gateway/database/roles';
import { openPool, withClient } from '@card-gateway/database/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectionShares } from '../src/config.ts';
import { isDatabaseFailure } from '../src/database-failure.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { waitedFor } from './setup/meeting.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { send } from './setup/send.ts';
import { until } from './setup/until.ts';

let database: TestDatabase;
let relay: Relay;
let gateway: TestGateway;
let order: CardOrder;
let awaiting: { readonly id: string; readonly code: string };

beforeAll(async () => {
  database = await createTestDatabase();
  relay = await startRelay(database.url);
  gateway = await startGateway({
    settings: { DATABASE_URL: relay.url, DATABASE_CONNECT_TIMEOUT_MS: '500', DATABASE_STATEMENT_TIMEOUT_MS: '500' },
    sandbox: { latencyMs: 100 },
  });
  order = await cardOrder(gateway);
  const card = bankCard();
  const { id } = await gateway.client.startBinding({ body: card });
  awaiting = { id, code: smsCode(gateway, card.phone) };
});
afterAll(async () => {
  await gateway.close();
  await relay.close();
  await database.drop();
});

const superuserUrl = (name: string): string => database.superuserUrl.replace(/[^/]+$/, name);
const requests = (): number => gateway.sandbox.admin.requests().counts.reduce((sum, { count }) => sum + count, 0);
const health = async (path: string): Promise<number> => (await fetch(gateway.url + path)).status;
const becomes = (wanted: number) => (): Promise<number> =>
  until(
    () => health('/health/ready'),
    (status) => status === wanted,
  );
const ready = becomes(200);
const notReady = becomes(503);

/** Every write, and a read that asks a provider, with what a database that is away makes of it. */
const calls = () =>
  [
    () => gateway.client.issueCard({ body: order }),
    () =>
      gateway.client.createCardholder({
        body: { account: 'keysecure', reference: 'while-away', sumsubShareToken: 'share-token' },
      }),
    () => gateway.client.startBinding({ body: bankCard() }),
    () => gateway.client.verifyBinding({ params: { id: awaiting.id }, body: { code: awaiting.code } }),
    () => gateway.client.startSync({ body: { account: 'open-api' } }),
    () => gateway.client.listCards(),
  ] as const;

async function expectAllUnavailable(): Promise<void> {
  const before = requests();
  const answers = await Promise.all(calls().map((call) => call().catch((error: unknown) => error)));
  expect(answers).toMatchObject(
    answers.map(() => ({ status: 503, code: 'database-unavailable', retryAfterMs: expect.any(Number) })),
  );
  expect(answers.every((answer) => (answer as { problem: { outcome?: string } }).problem.outcome === undefined)).toBe(
    true,
  );
  expect(requests()).toBe(before);
}

describe('Postgres away', () => {
  afterEach(async () => {
    await relay.mend().catch(() => {});
    relay.thaw();
    await ready();
  });

  test('connections refused: 503 for every write, no call at a provider, and back to work afterwards', async () => {
    await relay.cut();
    await expectAllUnavailable();
    await notReady();
    expect(await health('/health/live')).toBe(200);

    await relay.mend();
    await ready();
    expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
  });

  test('silent: the same, within the time-outs', async () => {
    relay.freeze();
    await expectAllUnavailable();
    await notReady();
    expect(await health('/health/live')).toBe(200);
    relay.thaw();
    await ready();
    expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
  });

  test.each([
    ['none is allowed', 'ALLOW_CONNECTIONS false', 'ALLOW_CONNECTIONS true', 'The database does not answer.'],
    [
      'the server is read-only',
      'SET default_transaction_read_only = on',
      'RESET default_transaction_read_only',
      'The database takes no writes: it is read-only, or a standby.',
    ],
    ['none is left', 'CONNECTION LIMIT 0', 'CONNECTION LIMIT -1', 'The database has no connection left.'],
  ])('connections ended, and %s: the same, and a job under way is done', async (_, begin, end, detail) => {
    const { admin } = gateway.sandbox;
    const before = admin.requestCount('open-api', 'cardList');
    admin.addFault({ provider: 'open-api', operation: 'cardList', fault: 'hang' });
    const { id } = await gateway.client.startSync({ body: { account: 'open-api' } });
    await admin.until(() => admin.requestCount('open-api', 'cardList') > before);
    const endAll = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    await withClient(superuserUrl('postgres'), async (superuser) => {
      await superuser.query(`ALTER DATABASE ${database.name} ${begin}`);
      await superuser.query(endAll, [database.name]);
      try {
        await notReady();
        await expectAllUnavailable();
        expect(await (await fetch(`${gateway.url}/health/ready`)).json()).toMatchObject({ detail });
      } finally {
        await superuser.query(`ALTER DATABASE ${database.name} ${end}`);
      }
    });
    await ready();
    expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
    const sync = await until(
      () => gateway.client.getSync({ params: { id } }),
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(sync.status).toBe('succeeded');
    await withClient(superuserUrl('postgres'), async (superuser) => {
      const { rows } = await superuser.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = $1 AND usename = $2',
        [database.name, runtimeRole],
      );
      expect(rows[0]?.count).toBeLessThanOrEqual(gateway.services.config.DATABASE_CONNECTIONS);
    });
  });

  test('a lock on the table of writes: not ready, and they are 503, until it is gone', async () => {
    await withClient(database.ownerUrl, async (owner) => {
      await owner.query('BEGIN; LOCK TABLE operations IN SHARE MODE');
      await notReady();
      expect(await (await fetch(`${gateway.url}/health/ready`)).json()).toMatchObject({
        detail: 'A table that every write needs is locked.',
      });
      const refused: unknown = await gateway.client.issueCard({ body: order }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 503, code: 'database-unavailable' });
      await owner.query('ROLLBACK');
    });
    await ready();
    expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
  });

  test('lost while its record is committed: nothing is sent, that is recorded by itself, and the repeat sends it', async () => {
    const { key } = await gateway.key();
    const request = { path: '/v1/cards', idempotencyKey: 'lost-claim', body: order };
    const before = requests();
    const pool = openPool({ connectionString: database.superuserUrl, max: 2 });
    const states = async () => {
      const text = "SELECT state, refusal ->> 'reason' AS reason FROM operations WHERE idempotency_key = $1";
      return (await pool.query(text, [keyHash('lost-claim')])).rows as unknown[];
    };
    const holder = await pool.connect();
    await holder.query('BEGIN; LOCK TABLE operations IN SHARE MODE');
    const answering = send(gateway.url, key, request);
    await waitedFor(pool, holder);
    // The server commits, and nobody hears of it.
    relay.freeze();
    await holder.query('COMMIT');
    holder.release();
    await until(states, ({ length }) => length === 1);
    await relay.cut();
    const answer = await answering;
    expect(answer).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(answer.body).not.toHaveProperty('outcome');

    relay.thaw();
    await relay.mend();
    await until(states, ([row]) => (row as { state: string }).state !== 'submitting');
    expect(await states()).toEqual([{ state: 'refused', reason: 'not_sent' }]);
    expect(requests()).toBe(before);
    await ready();
    expect(await send(gateway.url, key, request)).toMatchObject({ status: 201, replayed: false });
    await pool.end();
  });

  test('lost between the call and its record: 503 with outcome unknown; recorded as answered once it is back', async () => {
    const { admin } = gateway.sandbox;
    const { key } = await gateway.key();
    const request = { path: '/v1/cards', idempotencyKey: 'lost-record', body: order };
    const before = admin.ledger({ effect: 'card_issued' }).length;
    const answering = send(gateway.url, key, request);
    await admin.until(() => admin.ledger({ effect: 'card_issued' }).length > before);
    await relay.cut();
    const answer = await answering;
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'database-unavailable', outcome: 'unknown', operation: expect.stringMatching(/^op_/) },
    });
    expect(answer.retryAfter).not.toBeNull();

    await relay.mend();
    await ready();
    const operation = answer.body['operation'] as string;
    const repeat = await until(
      () => send(gateway.url, key, request),
      ({ status }) => status !== 409,
    );
    expect(repeat).toMatchObject({
      status: 201,
      replayed: true,
      body: { providerRef: expect.any(String), operation: { id: operation, outcome: 'succeeded' } },
    });
    const { attempts } = await gateway.client.getOperation({ params: { id: operation } });
    expect(attempts).toMatchObject([{ kind: 'send', outcome: 'done' }]);
    expect(admin.ledger({ effect: 'card_issued' })).toHaveLength(before + 1);
  });

  test('lost while a job runs: its end is recorded by nobody, and the queue goes on all the same', async () => {
    const { admin } = gateway.sandbox;
    const before = admin.requestCount('open-api', 'cardList');
    await gateway.client.startSync({ body: { account: 'open-api' } });
    await admin.until(() => admin.requestCount('open-api', 'cardList') > before);
    await relay.cut();
    await until(
      async () => gateway.log(),
      (log) => log.includes('the job queue broke'),
    );

    await relay.mend();
    await ready();
    const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
    const sync = await until(
      () => gateway.client.getSync({ params: { id } }),
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(sync, JSON.stringify(sync)).toMatchObject({ status: 'succeeded' });
  });

  test('lost for a moment only between the call and its record: recorded all the same', async () => {
    const { admin } = gateway.sandbox;
    const before = admin.ledger({ effect: 'card_issued' }).length;
    const answering = gateway.client.call('issueCard', { body: order });
    await admin.until(() => admin.ledger({ effect: 'card_issued' }).length > before);
    const client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    expect(await answering).toMatchObject({ status: 201, data: { operation: { outcome: 'succeeded' } } });
  });
});

test('no free connection: 503 and no call', async () => {
  const { requests: most } = connectionShares(gateway.services.config);
  const taken: pg.PoolClient[] = [];
  try {
    // To open one may take longer than is waited for it.
    while (taken.length < most) {
      const client = await gateway.pool.connect().catch(() => null);
      if (client !== null) taken.push(client);
    }
    await expectAllUnavailable();
  } finally {
    for (const client of taken) client.release();
  }
  await ready();
  expect(await gateway.client.call('issueCard', { body: order })).toMatchObject({ status: 201 });
});

test('a connection that broke while it was in use is a database failure too', async () => {
  const wire = await startRelay(database.url);
  const pool = openDatabase(wire.url, { connections: 1, connectTimeoutMs: 500, statementTimeoutMs: 500 });
  const client = await pool.connect();
  const gone = new Promise((resolve) => client.once('end', resolve));
  await wire.cut();
  await gone;
  const failure: unknown = await client.query('SELECT 1').catch((error: unknown) => error);
  client.release(true);
  await pool.end();
  expect(failure).toBeInstanceOf(Error);
  expect(isDatabaseFailure(failure as Error)).toBe(true);
});
