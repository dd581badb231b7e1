import { toPublicId } from '@card-gateway/core';
import { administer } from '@card-gateway/database/testing';
import { openDatabase } from '@card-gateway/database';
import { type Sandbox, startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { keyHash } from '../src/ledger/key-hash.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { bankCard, cardOrder, type CardOrder, smsCode } from './setup/orders.ts';
import { type GatewayProcess, type Installation, install } from './setup/process.ts';
import { type Relay, startRelay } from './setup/relay.ts';
import { send } from './setup/send.ts';
import { ageSubmitting } from './setup/reconcile.ts';
import { until } from './setup/until.ts';

let database: TestDatabase;
/** Looks into the database past the gateway. */
let pool: Pool;
let sandbox: Sandbox;
let toDatabase: Relay;
let toProvider: Relay;
let installation: Installation;
let gateway: GatewayProcess;
let order: CardOrder;
let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox()]);
  pool = openDatabase(database.url, { connections: 3, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  toDatabase = await startRelay(database.url);
  toProvider = await startRelay(sandbox.credentials.keysecure[0]?.baseUrl ?? '');
  installation = await install(pool, sandbox, { database: toDatabase.url, keysecure: toProvider.url });
  gateway = await installation.start();
  order = await cardOrder({ client: gateway.client, sandbox });
});
afterEach(() => {
  toDatabase.thaw();
  toProvider.thaw();
  sandbox.admin.clearFaults();
});
afterAll(async () => {
  await sandbox.close();
  await installation.remove();
  await Promise.all([toDatabase.close(), toProvider.close(), pool.end()]);
  await database.drop();
});

const issued = (): number => sandbox.admin.ledger({ effect: 'card_issued' }).length;
const applied = (): number => sandbox.admin.requestCount('keysecure', 'card/apply');
const statesOf = async (key: string): Promise<string[]> => {
  const { rows } = await pool.query<{ state: string }>('SELECT state FROM operations WHERE idempotency_key = $1', [
    keyHash(key),
  ]);
  return rows.map(({ state }) => state);
};

/** The gateway's process ends at once, and another takes its place after the time in which it might have answered. */
async function killAndRestart(): Promise<void> {
  await gateway.end('SIGKILL');
  toDatabase.thaw();
  toProvider.thaw();
  sandbox.admin.clearFaults();
  // Its last commit may still be in progress in the server, and must not be missed.
  await until(
    () =>
      pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
      ),
    ({ rowCount }) => rowCount === 0,
  );
  await ageSubmitting({ pool });
  gateway = await installation.start();
}

/** Sends an order without waiting for its answer. */
function orderUnseen(idempotencyKey: string): Promise<unknown> {
  return gateway.client.issueCard({ body: order, idempotencyKey }).catch((error: unknown) => error);
}

const repeat = (idempotencyKey: string) =>
  until(
    () => send(gateway.url, installation.apiKey, { path: '/v1/cards', idempotencyKey, body: order }),
    ({ status }) => status === 201,
  );

describe('kill -9 of the gateway', () => {
  test('before its record is committed: nothing was sent, and the key is as new', async () => {
    const key = newKey();
    const before = { issued: issued(), applied: applied() };
    toDatabase.freeze();
    const unseen = orderUnseen(key);
    await gateway.end('SIGKILL');
    await unseen;
    toDatabase.thaw();
    gateway = await installation.start();
    expect(await statesOf(key)).toEqual([]);
    expect({ issued: issued(), applied: applied() }).toEqual(before);
    const answer = await repeat(key);
    expect(answer).toMatchObject({ status: 201, replayed: false });
    expect(issued()).toBe(before.issued + 1);
  });

  test('after its record is committed, before a byte is sent: unknown, never sent by itself', async () => {
    const key = newKey();
    const before = { issued: issued(), applied: applied() };
    toProvider.freeze();
    const unseen = orderUnseen(key);
    await until(
      () => statesOf(key),
      ([state]) => state === 'submitting',
    );
    await gateway.end('SIGKILL');
    await unseen;
    await toProvider.cut();
    toProvider.thaw();
    await toProvider.mend();
    await ageSubmitting({ pool });
    gateway = await installation.start();
    await until(
      () => gateway.client.listOperations({ query: { outcome: 'unknown' } }),
      ({ data }) => data.some(({ attempts }) => attempts.some(({ outcome }) => outcome === 'absent')),
    );
    expect(
      await send(gateway.url, installation.apiKey, { path: '/v1/cards', idempotencyKey: key, body: order }),
    ).toMatchObject({ status: 202, replayed: true, body: { status: 'pending', operation: { outcome: 'unknown' } } });
    expect({ issued: issued(), applied: applied() }).toEqual(before);
  });

  test.each(['hang', 'work_then_hang'] as const)('while the provider does not answer (%s)', async (fault) => {
    const key = newKey();
    const before = { issued: issued(), applied: applied() };
    sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault });
    const unseen = orderUnseen(key);
    await sandbox.admin.until(() => applied() > before.applied);
    await killAndRestart();
    await unseen;
    const worked = fault === 'work_then_hang';
    await until(
      () => statesOf(key),
      ([state]) => state === (worked ? 'succeeded' : 'unknown'),
    );
    expect({ issued: issued(), applied: applied() }).toEqual({
      issued: before.issued + (worked ? 1 : 0),
      applied: before.applied + 1,
    });
  });

  test('after the answer, before it is recorded: resolves to the card that was made', async () => {
    const key = newKey();
    const before = { issued: issued(), applied: applied() };
    toProvider.freeze();
    const unseen = orderUnseen(key);
    await until(
      () => statesOf(key),
      ([state]) => state === 'submitting',
    );
    toDatabase.freeze();
    toProvider.thaw();
    await sandbox.admin.until(() => issued() > before.issued);
    await killAndRestart();
    await unseen;
    const answer = await repeat(key);
    const card = sandbox.admin.keysecure.cards().find(({ uniqueNo }) => uniqueNo === answer.body.id);
    expect(answer).toMatchObject({ replayed: true, body: { providerRef: card?.cardNo } });
    expect({ issued: issued(), applied: applied() }).toEqual({
      issued: before.issued + 1,
      applied: before.applied + 1,
    });
  });

  test('after the record, before the caller has the answer: the repeat has it', async () => {
    const key = newKey();
    const before = issued();
    const unseen = orderUnseen(key);
    await until(
      () => statesOf(key),
      ([state]) => state === 'succeeded',
    );
    await killAndRestart();
    await unseen;
    expect(await repeat(key)).toMatchObject({ status: 201, replayed: true });
    expect(issued()).toBe(before + 1);
  });

  test('while a code is checked: the binding is bound, or takes a code again', async () => {
    const lost: { readonly fault: 'work_then_hang' | 'hang'; readonly id: string; readonly code: string }[] = [];
    for (const fault of ['work_then_hang', 'hang'] as const) {
      const card = bankCard();
      const { id } = await gateway.client.startBinding({ body: card });
      lost.push({ fault, id, code: smsCode({ sandbox }, card.phone) });
    }
    const before = sandbox.admin.requestCount('yixin', 'verifyCode');
    const unseen: Promise<unknown>[] = [];
    for (const [index, { fault, id, code }] of lost.entries()) {
      sandbox.admin.addFault({ provider: 'yixin', operation: 'verifyCode', fault });
      unseen.push(gateway.client.verifyBinding({ params: { id }, body: { code } }).catch(() => null));
      await sandbox.admin.until(() => sandbox.admin.requestCount('yixin', 'verifyCode') > before + index);
    }
    await killAndRestart();
    await Promise.all(unseen);
    const [worked, open] = lost.map(({ id }) => id);
    await until(
      () => gateway.client.getBinding({ params: { id: worked ?? '' } }),
      ({ status }) => status === 'bound',
    );
    const binding = await until(
      () => gateway.client.getBinding({ params: { id: open ?? '' } }),
      ({ status }) => status === 'awaiting_code',
    );
    expect(binding.operation).toMatchObject({ outcome: 'unknown' });
    const bound = await gateway.client.verifyBinding({
      params: { id: open ?? '' },
      body: { code: lost[1]?.code ?? '' },
    });
    expect(bound.status).toBe('bound');
  });

  test('under load: what was acknowledged is there, and no key has two cards', async () => {
    const before = issued();
    const acknowledged: string[] = [];
    const load = Array.from({ length: 60 }, () => newKey());
    const answering = load.map((idempotencyKey) =>
      gateway.client.issueCard({ body: order, idempotencyKey }).then(
        ({ id }) => void acknowledged.push(id),
        () => {},
      ),
    );
    await sandbox.admin.until(() => issued() >= before + 20);
    await killAndRestart();
    await Promise.all(answering);
    const found = await pool.query<{ id: string }>('SELECT id FROM cards WHERE provider_ref IS NOT NULL');
    const kept = new Set(found.rows.map(({ id }) => toPublicId('card', id)));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);

    // The callers repeat what they had no answer to. What was on its way to the provider may stay unknown; nothing is lost.
    const answers = await Promise.all(
      load.map((idempotencyKey) =>
        until(
          () => send(gateway.url, installation.apiKey, { path: '/v1/cards', idempotencyKey, body: order }),
          ({ status, body }) => status === 201 || (status === 202 && body['providerRef'] === null),
        ),
      ),
    );
    const references = sandbox.admin.ledger({ effect: 'card_issued' }).map(({ reference }) => reference);
    expect(new Set(references).size).toBe(references.length);
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(load.length);
    expect(references.slice(before).filter((reference) => !ids.has(reference))).toEqual([]);
  });
});

test('the process outlives its database: queue, callers and look-ups go on when it is back', async () => {
  const key = newKey();
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_reset' });
  expect(await gateway.client.issueCard({ body: order, idempotencyKey: key })).toMatchObject({
    operation: { outcome: 'unknown' },
  });
  await toDatabase.cut();
  const away = await until(
    () => gateway.client.listCards().catch((error: unknown) => error),
    (answer) => (answer as { code?: string }).code === 'database-unavailable',
  );
  expect(away).toMatchObject({ status: 503 });
  await until(
    async () => gateway.output(),
    (output) => output.includes('the job queue broke'),
  );
  await toDatabase.mend();
  expect(await repeat(key)).toMatchObject({ status: 201, replayed: true });
});

test('a sync whose process is killed goes on in the next one, and so do others of its account', async () => {
  const before = sandbox.admin.requestCount('keysecure', 'card/list');
  sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/list', fault: 'hang' });
  const killed = await gateway.client.startSync({ body: { account: 'keysecure' } });
  await sandbox.admin.until(() => sandbox.admin.requestCount('keysecure', 'card/list') > before);
  await gateway.end('SIGKILL');
  sandbox.admin.clearFaults();
  // Its worker is known to be gone only by how long it has held the job.
  await pool.query("UPDATE graphile_worker._private_jobs SET locked_at = locked_at - interval '20 minutes'");
  await pool.query("UPDATE graphile_worker._private_job_queues SET locked_at = locked_at - interval '20 minutes'");
  gateway = await installation.start();
  const next = await gateway.client.startSync({ body: { account: 'keysecure' } });
  const ended = await until(
    () => Promise.all([killed, next].map(({ id }) => gateway.client.getSync({ params: { id } }))),
    (syncs) => syncs.every(({ status }) => status === 'succeeded' || status === 'failed'),
  );
  expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  const { rows } = await pool.query('SELECT provider_ref FROM cards WHERE provider_ref IS NOT NULL');
  expect(rows).toHaveLength(sandbox.admin.keysecure.cards().length);
});

describe('SIGTERM', () => {
  test('under load answers every accepted request, leaves nothing open and exits with 0', async () => {
    const slow = await startSandbox({ latencyMs: 300 });
    const own = await createTestDatabase();
    const ownPool = openDatabase(own.url, { connections: 2, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
    const ownInstallation = await install(ownPool, slow, { database: own.url });
    const process = await ownInstallation.start({ PROVIDER_WRITE_TIMEOUT_MS: '1000' });
    const body = await cardOrder({ client: process.client, sandbox: slow });
    const asked = slow.admin.requestCount('keysecure', 'card/apply');
    // One that the provider never answers is answered too, as far as it is certain.
    slow.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang' });
    const answering = Array.from({ length: 20 }, () => process.client.call('issueCard', { body }));
    await slow.admin.until(() => slow.admin.requestCount('keysecure', 'card/apply') >= asked + 20);
    const ended = process.end('SIGTERM');
    const answers = await Promise.all(answering);
    const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
    expect(statuses).toEqual([...Array.from({ length: 19 }, () => 201), 202]);
    expect(await ended).toEqual({ code: 0, signal: null });
    const { rows } = await ownPool.query("SELECT DISTINCT state FROM operations WHERE state <> 'succeeded'");
    expect(rows).toEqual([{ state: 'unknown' }]);
    // Waiting writes are durable: the next process resolves them.
    const next = await ownInstallation.start();
    await until(
      () => next.client.listOperations({ query: { outcome: 'unknown' } }),
      ({ data }) => data.length === 0,
    );
    expect(await next.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(slow.admin.ledger({ effect: 'card_issued' })).toHaveLength(20);
    await slow.close();
    await ownInstallation.remove();
    await ownPool.end();
    await own.drop();
  });
});

test('a server that may lose commits is refused at the start, in one line that says so', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await administer(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  const { code, output } = await installation.run();
  await administer(`ALTER DATABASE ${name} RESET synchronous_commit`);
  expect(code).toBe(1);
  expect(output).toContain('the server has synchronous_commit = off');
  expect(output).not.toContain('    at ');
});
