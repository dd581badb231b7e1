import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inTransaction, openDatabase } from '@card-gateway/database';
import { administer } from '@card-gateway/database/testing';
import type { Pool, PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isDatabaseFailure } from '../src/database-failure.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { type Relay, startRelay } from './setup/relay.ts';

let database: TestDatabase;
let wire: Relay;
let pool: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await startRelay(database.ownerUrl);
});
beforeEach(() => {
  pool = openDatabase(wire.url, { connections: 2, connectTimeoutMs: 500, statementTimeoutMs: 500 });
});
afterEach(async () => {
  wire.thaw();
  await pool.end();
});
afterAll(async () => {
  await wire.close();
  await database.drop();
});

const failureOf = (work: Promise<unknown>): Promise<Error & { code?: string }> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error as Error,
  );
/** Of the connections that come; those that are open do not see it. */
const setReadOnly = (value: 'on' | 'off'): Promise<void> =>
  administer(`ALTER DATABASE ${database.name} SET default_transaction_read_only = ${value}`);
const endOf = (client: PoolClient): Promise<unknown> =>
  new Promise((resolve) => client.once('end', () => resolve(null)));
const works = async (on: Pool): Promise<boolean> =>
  (await on.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one === 1;

describe('a server that takes no writes', () => {
  test('refuses a new connection, until it takes them', async () => {
    await setReadOnly('on');
    const failure = await failureOf(pool.query('SELECT 1'));
    expect(failure).toMatchObject({ code: '25006' });
    expect(isDatabaseFailure(failure)).toBe(true);
    expect(pool.totalCount).toBe(0);
    await setReadOnly('off');
    expect(await works(pool)).toBe(true);
  });

  test('ends a connection that is open, as soon as the server reports it', async () => {
    const client = await pool.connect();
    const ended = endOf(client);
    await client.query('SET default_transaction_read_only = on').catch(() => {});
    await ended;
    client.release();
    expect(pool.totalCount).toBe(0);
    expect(await works(pool)).toBe(true);
  });

  test('ends the connection whose statement it refuses', async () => {
    const failure = await failureOf(
      inTransaction(pool, async (client) => {
        await client.query('SET TRANSACTION READ ONLY');
        await client.query('CREATE TABLE another (id integer)');
      }),
    );
    expect(failure).toMatchObject({ code: '25006' });
    expect(isDatabaseFailure(failure)).toBe(true);
    expect(pool.totalCount).toBe(0);
  });
});

test('a change of a type under a prepared statement is a database failure once, and the next connection prepares it anew', async () => {
  await pool.query('CREATE TABLE changing (value integer)');
  await pool.query('INSERT INTO changing VALUES (1)');
  const statement = { name: 'read-changing', text: 'SELECT value FROM changing' };
  const client = await pool.connect();
  await client.query(statement);
  await pool.query('ALTER TABLE changing ALTER value TYPE text');
  const failure = await failureOf(client.query(statement));
  client.release();
  expect(failure).toMatchObject({ code: '0A000' });
  expect(isDatabaseFailure(failure)).toBe(true);
  for (let time = 0; time < 3; time += 1) expect((await pool.query(statement)).rows).toEqual([{ value: '1' }]);
});

test('what follows a failure in its transaction is a database failure, and that connection is not used again', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await failureOf(client.query('SELECT 1 / 0'));
  const failure = await failureOf(client.query('SELECT 1'));
  const ended = endOf(client);
  client.release();
  await ended;
  expect(failure).toMatchObject({ code: '25P02' });
  expect(isDatabaseFailure(failure)).toBe(true);
});

test('a server that falls silent ends the connection with the first statement that it leaves without an answer', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  const ended = endOf(client);
  wire.freeze();
  const failure = await failureOf(client.query('SELECT 1'));
  await ended;
  expect(isDatabaseFailure(failure)).toBe(true);
  // Not after another wait.
  const next = await failureOf(client.query('ROLLBACK'));
  expect(next.message).not.toBe('Query read timeout');
  expect(isDatabaseFailure(next)).toBe(true);
  client.release(true);
});

test('idle connections can be given up at once, and those in use go on', async () => {
  const [kept, idle] = await Promise.all([pool.connect(), pool.connect()]);
  const ended = endOf(idle);
  idle.release();
  pool.abandonIdle(new Error('The server has moved.'));
  await ended;
  expect(pool.totalCount).toBe(1);
  expect((await kept.query('SELECT 1')).rowCount).toBe(1);
  kept.release();
});

test('a pool that is destroyed ends what runs on it', async () => {
  const own = openDatabase(wire.url, { connections: 2, connectTimeoutMs: 500, statementTimeoutMs: 500 });
  const client = await own.connect();
  const failure = failureOf(client.query('SELECT pg_sleep(10)'));
  own.destroy(new Error('It is of no more use.'));
  expect(await failure).toMatchObject({ message: 'It is of no more use.' });
  client.release();
  expect(own.totalCount).toBe(0);
  expect(isDatabaseFailure(await failureOf(own.query('SELECT 1')))).toBe(true);
});

test('starts a connection with user, database and application name alone: PgBouncer refuses any other parameter', async () => {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => socket.once('data', resolve)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(database.url);
  url.port = String((server.address() as AddressInfo).port);
  const own = openDatabase(url.href, {
    connections: 1,
    connectTimeoutMs: 500,
    statementTimeoutMs: 500,
    lockTimeoutMs: 400,
  });
  const failure = failureOf(own.query('SELECT 1'));
  const words = (await promise).subarray(8).toString().split('\0');
  expect(words.filter((_, index) => index % 2 === 0 && words[index] !== '')).toEqual([
    'user',
    'database',
    'application_name',
    'client_encoding',
  ]);
  server.close();
  expect(isDatabaseFailure(await failure)).toBe(true);
  await own.end();
});

test('the time-outs hold on every connection all the same', async () => {
  const own = openDatabase(database.url, {
    connections: 1,
    connectTimeoutMs: 500,
    statementTimeoutMs: 700,
    lockTimeoutMs: 400,
  });
  const { rows } = await own.query(
    `SELECT name, setting::integer FROM pg_settings
     WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`,
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: 700 },
    { name: 'lock_timeout', setting: 400 },
    { name: 'statement_timeout', setting: 700 },
  ]);
  await own.end();
});

test.each([
  ['08006', true],
  ['25006', true],
  ['25P02', true],
  ['40001', true],
  ['40P01', true],
  ['53100', true],
  ['53200', true],
  ['53300', true],
  ['55P03', true],
  ['57014', true],
  ['57P01', true],
  ['57P02', true],
  ['57P03', true],
  ['57P05', true],
  ['58030', true],
  ['0A000', false],
  ['22P02', false],
  ['23505', false],
  ['25001', false],
  ['42501', false],
  ['42P01', false],
])('SQLSTATE %s says that the database is away: %s', (code, isAway) => {
  expect(isDatabaseFailure(Object.assign(new Error('says the server'), { code, severity: 'ERROR' }))).toBe(isAway);
});
