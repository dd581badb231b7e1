import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAccounts } from '../src/accounts/accounts-file.ts';
import { adapters } from '../src/adapters.ts';
import { forgetKeys } from '../src/jobs/retention.ts';
import { scheduleSyncs } from '../src/jobs/schedule-syncs.ts';
import { sweep } from '../src/jobs/reconcile.ts';
import { runSync } from '../src/jobs/sync.ts';
import type { Services } from '../src/services.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder, type CardOrder } from './setup/orders.ts';
import { ahead } from './setup/reconcile.ts';

let gateway: TestGateway;
let order: CardOrder;
beforeAll(async () => {
  gateway = await startGateway({ jobs: false });
  order = await cardOrder(gateway);
});
afterAll(() => gateway.close());

const dayMs = 86_400_000;

describe('the Idempotency-Key of a resolved write', () => {
  const keyOf = async (operation: string | undefined) => {
    const { rows } = await gateway.pool.query(
      'SELECT idempotency_key AS key, request_hash AS hash, answer FROM operations WHERE id = $1',
      [uuidOf('operation', operation ?? '')],
    );
    return rows[0] as { key: string | null; hash: string | null; answer: unknown };
  };

  test('is forgotten after 30 days with its answer; the write and its evidence stay', async () => {
    const input = { body: order, idempotencyKey: randomUUID() };
    const first = await gateway.client.issueCard(input);
    const before = await gateway.client.getOperation({ params: { id: first.operation?.id ?? '' } });
    await forgetKeys(ahead(gateway, 30 * dayMs - 60_000));
    expect(await gateway.client.call('issueCard', input)).toMatchObject({ replayed: true, data: { id: first.id } });

    expect(await forgetKeys(ahead(gateway, 30 * dayMs + 60_000))).toBeGreaterThan(0);
    expect(await keyOf(first.operation?.id)).toEqual({ key: null, hash: null, answer: null });
    expect(await gateway.client.getOperation({ params: { id: before.id } })).toEqual(before);
    expect(await gateway.client.getCard({ params: { id: first.id } })).toMatchObject({ id: first.id });
    // The key is as new.
    const next = await gateway.client.call('issueCard', input);
    expect(next).toMatchObject({ status: 201, replayed: false });
    expect(next.data.id).not.toBe(first.id);
    expect(await forgetKeys(ahead(gateway, 29 * dayMs))).toBe(0);
  });

  test('stays as long as the write is not resolved, however old it is, and 30 days from then', async () => {
    gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'reset' });
    const { operation } = await gateway.client.issueCard({ body: order });
    await forgetKeys(ahead(gateway, 400 * dayMs));
    expect((await keyOf(operation?.id)).key).not.toBeNull();
    await gateway.pool.query("UPDATE operations SET created_at = created_at - interval '20 days' WHERE id = $1", [
      uuidOf('operation', operation?.id ?? ''),
    ]);

    const body = { outcome: 'refused', reason: 'It is not there.' } as const;
    const params = { id: operation?.id ?? '' };
    const resolution = { params, body, idempotencyKey: randomUUID() };
    await gateway.client.resolveOperation(resolution);
    await forgetKeys(ahead(gateway, 29 * dayMs));
    expect((await keyOf(operation?.id)).key).not.toBeNull();
    await forgetKeys(ahead(gateway, 31 * dayMs));
    expect((await keyOf(operation?.id)).key).toBeNull();
    // The same word of the person is still answered the same.
    expect(await gateway.client.call('resolveOperation', resolution)).toMatchObject({ status: 200, replayed: true });
  });

  test('is forgotten of very many in short statements', async () => {
    await gateway.pool.query(
      `WITH made AS (
         INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
           state, settled_by, settled_at, created_at, updated_at)
         SELECT gen_random_uuid(), 'default', 'old', 'old-' || n, 'hash', 'startSync', 'keysecure', 'keysecure',
           gen_random_uuid(), 'succeeded', 'answer', now() - interval '31 days', now() - interval '31 days', now()
         FROM generate_series(1, 2500) n RETURNING id
       )
       INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
       SELECT id, 0, 'send', now(), now(), 'done' FROM made`,
    );
    expect(await forgetKeys(gateway.services)).toBe(2500);
    const { rows } = await gateway.pool.query(
      "SELECT count(*)::int AS left FROM operations WHERE caller = 'old' AND idempotency_key IS NOT NULL",
    );
    expect(rows).toEqual([{ left: 0 }]);
  });
});

describe("an account's cards", () => {
  const everyMs = 10 * 60_000;
  const start = Date.parse('2027-03-01T10:03:00Z');
  const at = (ms: number): Services => {
    const { accounts } = gateway.services;
    const all = accounts.all.map((account) => ({
      ...account,
      syncEveryMs: ['keysecure', 'onerway'].includes(account.name) ? everyMs : null,
    }));
    return { ...gateway.services, now: () => ms, accounts: { ...accounts, all } };
  };
  const syncs = async () => {
    const { rows } = await gateway.pool.query<{
      id: string;
      state: string;
      caller: string;
      type: string;
      tenant: string;
    }>(
      `SELECT s.id, s.state, o.caller, o.type, s.tenant FROM syncs s JOIN operations o ON o.id = s.operation_id
       WHERE s.account = 'keysecure' AND s.kind = 'cards' ORDER BY s.id`,
    );
    return rows;
  };
  const run = (ms: number, id: string): Promise<void> =>
    runSync(at(ms), id, { isLastAttempt: true, signal: new AbortController().signal });

  test('are pulled once per interval, by one of the processes, one pull at a time', async () => {
    // Two processes look each minute; of accounts without cards there is nothing to pull.
    const minute = async (ms: number): Promise<number> => {
      const started = await Promise.all([scheduleSyncs(at(ms)), scheduleSyncs(at(ms)), scheduleSyncs(at(ms))]);
      expect(started.flat().every((name) => name === 'keysecure')).toBe(true);
      return started.flat().length;
    };
    expect(await minute(start)).toBe(1);
    const [first] = await syncs();
    expect(first).toMatchObject({ state: 'queued', caller: 'schedule', type: 'startSync', tenant: 'default' });

    // As long as it waits or runs there is no other one, even after the interval.
    expect(await minute(start + everyMs + 60_000)).toBe(0);
    await run(start + everyMs + 120_000, first?.id ?? '');
    expect((await syncs()).map(({ state }) => state)).toEqual(['succeeded']);

    let began = 0;
    const from = start + everyMs + 120_000;
    for (let ms = from; ms < from + 35 * 60_000; ms += 60_000) {
      const count = await minute(ms);
      began += count;
      const last = (await syncs()).at(-1);
      if (count === 1) await run(ms, last?.id ?? '');
    }
    expect(began).toBe(3);
    expect(await syncs()).toHaveLength(4);
  });

  test('are pulled every N minutes, not N + 1, although it is looked at odd moments and a pull takes its time', async () => {
    const from = start + 10 * dayMs;
    const began: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      // A look is up to two seconds late.
      const ms = from + minute * 60_000 + ([1900, 200, 800][minute % 3] ?? 0);
      if ((await scheduleSyncs(at(ms))).length === 0) continue;
      began.push(minute);
      await run(ms + 20_000, (await syncs()).at(-1)?.id ?? '');
    }
    const every = everyMs / 60_000;
    expect(began).toEqual(Array.from({ length: 60 / every }, (_, number) => number * every));
  });

  test('are pulled on also when the job was lost half-way, as when its process is killed in the last attempt', async () => {
    const jobOf = async (id: string) => {
      const { rows } = await gateway.pool.query('SELECT attempts FROM graphile_worker.jobs WHERE key = $1', [
        `sync:${id}`,
      ]);
      return rows;
    };
    // One that waited would be found by the next call.
    const begun = async (): Promise<string> => {
      const id = uuidOf('sync', (await gateway.client.startSync({ body: { account: 'keysecure' } })).id);
      await gateway.pool.query("UPDATE syncs SET state = 'running', started_at = now() WHERE id = $1", [id]);
      return id;
    };
    const ids = [await begun(), await begun()];
    await gateway.pool.query(
      `UPDATE graphile_worker._private_jobs SET attempts = CASE key WHEN $1 THEN 3 ELSE max_attempts END
       WHERE key IN ($1, $2)`,
      ids.map((id) => `sync:${id}`),
    );
    await sweep(gateway.services);
    // Callbacks whose job will be retried are left to it.
    expect(await Promise.all(ids.map(jobOf))).toEqual([[{ attempts: 3 }], [{ attempts: 0 }]]);
    for (const id of ids) await run(Date.now(), id);
  });

  test('are not pulled when somebody asked for it within the interval, nor without an interval', async () => {
    const { id } = await gateway.client.startSync({ body: { account: 'keysecure' } });
    await run(Date.now(), uuidOf('sync', id));
    await gateway.pool.query(
      "UPDATE syncs SET created_at = now() - interval '1 day', finished_at = now() WHERE state = 'succeeded'",
    );
    expect(await scheduleSyncs(at(Date.now() + everyMs - 60_000))).toEqual([]);
    expect(await scheduleSyncs(gateway.services)).toEqual([]);
    expect(await scheduleSyncs(at(Date.now() + everyMs + 60_000))).toEqual(['keysecure']);
  });

  test('are pulled on one queue per account, whoever began it', async () => {
    const { rows } = await gateway.pool.query(
      "SELECT DISTINCT queue_name FROM graphile_worker.jobs WHERE task_identifier = 'sync'",
    );
    expect(rows).toEqual([{ queue_name: 'sync:keysecure' }]);
  });

  test('have their interval in minutes in the accounts file, from one to a day', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upkeep-'));
    const file = join(folder, 'accounts.json');
    const settings = { baseUrl: 'https://b.example/', mode: 'credit', apiKey: { env: 'SECRET' } };
    const read = async (syncEveryMinutes: unknown) => {
      await writeFile(file, JSON.stringify({ keysecure: { provider: 'keysecure', syncEveryMinutes, settings } }));
      return readAccounts(file, { adapters, environment: () => 'secret' }).map(({ syncEveryMs }) => syncEveryMs);
    };
    expect(await read(60)).toEqual([3_600_000]);
    expect(await read(undefined)).toEqual([null]);
    for (const wrong of [0, 1441, 1.5, '60', null])
      await expect(read(wrong)).rejects.toThrow('/keysecure/syncEveryMinutes');
    await rm(folder, { recursive: true });
  });
});
