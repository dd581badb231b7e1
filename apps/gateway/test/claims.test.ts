import { newUuid } from '@card-gateway/core';
import { openDatabase } from '@card-gateway/database';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { claim } from '../src/ledger/claim-store.ts';
import type { NewOperation } from '../src/ledger/new-operation.ts';
import { recordAlone } from '../src/ledger/record-store.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { findById, findByKey, isUnconfirmed } from '../src/ledger/store.ts';
import { connect, createTestDatabase, type TestDatabase } from './setup/database.ts';
import { until } from './setup/until.ts';
import { watchStatements } from './setup/wire.ts';

/** Claims of one turn, which are one statement, at two processes. */
let database: TestDatabase;
let one: pg.Pool;
let other: pg.Pool;
let sentByOne: string[];
let sentByOther: string[];
/** Holds keys. */
let holder: pg.Client;
/** Looks on. */
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  const limits = { connections: 4, connectTimeoutMs: 5000, statementTimeoutMs: 20_000 };
  [one, other] = [openDatabase(database.url, limits), openDatabase(database.url, limits)];
  [sentByOne, sentByOther] = [watchStatements(one), watchStatements(other)];
  [holder, admin] = await Promise.all([connect(database.superuserUrl), connect(database.superuserUrl)]);
});
afterAll(async () => {
  await Promise.all([holder.end(), admin.end(), one.end(), other.end()]);
  await database.drop();
});
beforeEach(() => {
  sentByOne.length = 0;
  sentByOther.length = 0;
});

const newOperation = (idempotencyKey: string, id: string = newUuid(Date.now())): NewOperation => ({
  id,
  tenant: 'default',
  caller: 'tests',
  idempotencyKey,
  requestHash: 'hash',
  type: 'issueCard',
  provider: 'p',
  account: 'a',
  resourceId: id,
  resolvesBy: 'look-up',
  requestId: 'req',
  createdAt: new Date(),
  leaseUntil: new Date(Date.now() + 60_000),
});
const claimed = (pool: pg.Pool, operations: readonly NewOperation[]) =>
  Promise.allSettled(operations.map((operation) => claim(pool, operation, null, { record: recordAlone })));
const ids = (results: Awaited<ReturnType<typeof claimed>>) =>
  results.map((result) => (result.status === 'fulfilled' ? (result.value?.id ?? null) : 'failed'));
let keys = 0;
const newKey = (): string => `claim-${(keys += 1)}`;

/** Inserts a key in a transaction that stays open: claims of it wait. */
async function hold(key: string): Promise<void> {
  await holder.query('BEGIN');
  await holder.query(
    `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
       settles_by, lease_until, created_at, updated_at)
     VALUES (gen_random_uuid(), 'default', 'tests', $1, 'hash', 'issueCard', 'p', 'a', gen_random_uuid(), 'submitting',
       'look-up', now(), now(), now())`,
    [keyHash(key)],
  );
}

/** The gateways' connections that wait for a lock, once there are that many. */
async function waiting(count: number): Promise<readonly number[]> {
  const ask = async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.map(({ pid }) => pid);
  };
  return until(ask, (pids) => pids.length === count);
}

test('a claim returns the row that it has stored', async () => {
  const row = await claim(one, newOperation(newKey()), null, { record: recordAlone });
  expect(row).toEqual(await findById(one, row?.id ?? ''));
});

test('of several claims of one key in a statement one is told that it has it', async () => {
  const [key, another] = [newKey(), newKey()];
  const operations = [newOperation(key), newOperation(key), newOperation(another), newOperation(key)];
  expect(ids(await claimed(one, operations))).toEqual([operations[0]?.id, null, operations[2]?.id, null]);
  expect(sentByOne).toEqual(['operation-record']);
  expect(await findByKey(one, operations[0] ?? newOperation(''))).toMatchObject({ id: operations[0]?.id });
});

test('a claim that the database refuses takes none of the others with it', async () => {
  const known = newOperation(newKey());
  await claimed(one, [known]);
  sentByOne.length = 0;
  // Of a write whose id another has, and of one whose account cannot be null.
  const faulty = { ...newOperation(newKey()), account: null as unknown as string };
  const operations = [newOperation(newKey()), newOperation(newKey(), known.id), faulty, newOperation(newKey())];
  expect(ids(await claimed(one, operations))).toEqual([operations[0]?.id, null, 'failed', operations[3]?.id]);
  expect(sentByOne).toHaveLength(5);
});

test('two processes that claim the same keys in opposite order do not deadlock', async () => {
  // In the order in which the database compares them.
  const [first = '', second = '', last = ''] = [newKey(), newKey(), newKey()].toSorted((a, b) =>
    keyHash(a) < keyHash(b) ? -1 : 1,
  );
  await hold(last);
  const ofOne = claimed(
    one,
    [first, last, second].map((key) => newOperation(key)),
  );
  await waiting(1);
  const ofOther = claimed(
    other,
    [second, last, first].map((key) => newOperation(key)),
  );
  await waiting(2);
  await holder.query('ROLLBACK');
  expect(ids(await ofOne)).not.toContain(null);
  expect(ids(await ofOther)).toEqual([null, null, null]);
  expect([...sentByOne, ...sentByOther]).toEqual(['operation-record', 'operation-record']);
});

test('a connection that breaks leaves every claim of its statement unconfirmed, and none is sent again', async () => {
  const held = newKey();
  await hold(held);
  const claims = claimed(one, [newOperation(newKey()), newOperation(held)]);
  const [pid] = await waiting(1);
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  const results = await claims;
  await holder.query('ROLLBACK');
  expect(results.map((result) => result.status === 'rejected' && isUnconfirmed(result.reason))).toEqual([true, true]);
  expect(sentByOne).toEqual(['operation-record']);
});
