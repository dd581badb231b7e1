import { openDatabase } from '@card-gateway/database';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardUpdate, countCallbacks, post, processedCallbacks } from './setup/callbacks.ts';
import { cardMaker } from './setup/cards.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { type GatewayProcess, type Installation, install } from './setup/process.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { until } from './setup/until.ts';

let database: TestDatabase;
/** Looks into the database past the gateway. */
let pool: Pool;
let sandbox: Sandbox;
let toDatabase: Relay;
let installation: Installation;
let gateway: GatewayProcess;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  pool = openDatabase(database.url, { connections: 3, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  toDatabase = await startRelay(database.url);
  installation = await install(pool, sandbox, { database: toDatabase.url });
  gateway = await installation.start();
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await sandbox.close();
  await installation.remove();
  await Promise.all([toDatabase.close(), pool.end()]);
  await database.drop();
});

test('at its start it says which account looks at callbacks from any address', () => {
  const lines = gateway
    .output()
    .split('\n')
    .filter((line) => line.includes('allowFrom'));
  expect(lines.map((line) => (JSON.parse(line) as { account: string }).account)).toEqual(['keysecure']);
});

const url = (): string => `${gateway.url}/callbacks/keysecure`;

/** A callback that is on its way to the database when `meanwhile` happens; nobody sees an acknowledgement of it. */
async function killWhileStoring(message: Parameters<typeof post>[1], meanwhile: () => Promise<void>): Promise<void> {
  const holder = await pool.connect();
  await holder.query('BEGIN; LOCK TABLE callbacks');
  const sent = post(url(), message).catch((error: unknown) => error);
  await until(
    async () => {
      const { rowCount } = await pool.query(
        "SELECT FROM pg_locks WHERE NOT granted AND relation = 'callbacks'::regclass AND mode = 'RowExclusiveLock'",
      );
      return rowCount ?? 0;
    },
    (waiting) => waiting > 0,
  );
  toDatabase.freeze();
  await meanwhile();
  await holder.query('COMMIT');
  holder.release();
  // Whatever was committed is there now, and the gateway has not heard of it.
  await pool.query('SELECT count(*) FROM callbacks');
  await gateway.end('SIGKILL');
  expect(await sent).toBeInstanceOf(Error);
  toDatabase.thaw();
  gateway = await installation.start();
}

const update = async () => {
  const card = await (await cardMaker({ client: gateway.client, sandbox })).made('virtual', 'Activated');
  // It is frozen at the provider, should it be asked.
  sandbox.admin.keysecure.updateCard(card.id, { status: 'Frozen' });
  return { card, message: cardUpdate({ sandbox }, { cardNo: card.providerRef ?? '', to: 'Frozen' }) };
};
const stored = () => countCallbacks({ pool });

test('kill -9 between storing and acknowledging: sent again, it is one row with one effect', async () => {
  const { card, message } = await update();
  await killWhileStoring(message, async () => {});
  await until(stored, (count) => count === 1);
  expect(await post(url(), message)).toMatchObject({ status: 200, text: '{"code":0,"message":""}' });
  const [row, ...others] = await processedCallbacks(gateway);
  expect(others).toEqual([]);
  expect(row).toMatchObject({ state: 'processed', deliveries: 2 });
  expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
});

test('kill -9 before it is stored: nothing is there, and sent again it is as new', async () => {
  const { card, message } = await update();
  const before = await stored();
  await killWhileStoring(message, async () => {
    // The statement ends with its connection, as it would with the machine that sent it.
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'callbacks'::regclass",
    );
  });
  expect(await stored()).toBe(before);
  expect(await post(url(), message)).toMatchObject({ status: 200 });
  const [row] = await processedCallbacks(gateway);
  expect(row).toMatchObject({ state: 'processed', deliveries: 1 });
  expect(await gateway.client.getCard({ params: { id: card.id } })).toMatchObject({ status: 'frozen' });
});
