import { randomUUID } from 'node:crypto';
import type { Client } from '@card-gateway/client';
import { uuidOf } from '@card-gateway/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { createLog } from '../src/log.ts';
import { startJobs } from '../src/jobs/jobs.ts';
import { runSync } from '../src/jobs/sync.ts';
import { call } from './setup/call.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { until } from './setup/until.ts';

/** Pages of a part are two, and each sync reads two laps of them. */
const cards = 150;

let gateway: TestGateway;
let client: Client;
beforeAll(async () => {
  gateway = await startGateway({
    jobs: false,
    settings: { PROVIDER_CIRCUIT_FAILURES: '1', PROVIDER_CIRCUIT_REST_MS: '3000' },
  });
  ({ client } = gateway);
  gateway.sandbox.admin.openApi.seedCards({ count: cards, replace: true });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.sandbox.admin.clearFaults());

const start = (body: Parameters<Client['startSync']>[0]['body'] = { account: 'open-api' }) =>
  client.startSync({ body });
const asked = (): number => gateway.sandbox.admin.requestCount('open-api', 'cardList');
const shown = (id: string) => client.getSync({ params: { id } });
const { signal } = new AbortController();
const run = (id: string, isLastAttempt = false) =>
  runSync(gateway.services, uuidOf('sync', id), { isLastAttempt, signal });

/** The jobs of a sync on the queue. */
async function jobsOf(id: string) {
  const { rows } = await gateway.owner.query<{ attempts: number; isLater: boolean }>(
    'SELECT attempts, run_at > now() AS "isLater" FROM graphile_worker.jobs WHERE key = $1',
    [`sync:${uuidOf('sync', id)}`],
  );
  return rows;
}

/** Lets a process work on the queue until none of these syncs is open. */
async function worked(...ids: readonly string[]) {
  const { services } = gateway;
  const jobs = await startJobs(services, writeKinds, createLog('silent'));
  try {
    return await until(
      () => Promise.all(ids.map(shown)),
      (syncs) => syncs.every(({ status }) => status === 'succeeded' || status === 'failed'),
    );
  } finally {
    await jobs.stop();
  }
}

describe('a sync that is started while one of the same waits', () => {
  test('is that one: sixty calls pull once, each with an operation of its own that its key finds again', async () => {
    const second = await gateway.another();
    const keys = Array.from({ length: 60 }, (_, index) => `sixty-${index}`);
    const startAs = (idempotencyKey: string, index: number) =>
      (index % 2 === 0 ? client : second.client).call('startSync', { body: { account: 'open-api' }, idempotencyKey });
    const answers = await Promise.all(keys.map(startAs));
    await second.close();
    const id = answers[0]?.data.id ?? '';
    expect(answers.map(({ status, data }) => [status, data.id, data.operation?.outcome])).toEqual(
      keys.map(() => [202, id, 'succeeded']),
    );
    const operations = answers.map(({ data }) => data.operation?.id ?? '');
    expect(new Set(operations).size).toBe(60);
    expect(await client.getOperation({ params: { id: operations[59] ?? '' } })).toMatchObject({ resource: id });
    expect(await jobsOf(id)).toHaveLength(1);
    expect((await gateway.pool.query('SELECT FROM syncs')).rowCount).toBe(1);

    const before = asked();
    expect(await worked(id)).toMatchObject([{ status: 'succeeded', seen: cards }]);
    expect(asked()).toBe(before + 6);
    expect(await startAs('sixty-59', 0)).toMatchObject({ replayed: true, data: { id } });
    // Nothing waits for a finished sync.
    expect((await start()).id).not.toBe(id);
  });

  test('shows what changed before it was called, also while another has passed that page', async () => {
    const { openApi } = gateway.sandbox.admin;
    const running = await start();
    const ending = new AbortController();
    const before = asked();
    void gateway.sandbox.admin.until(() => asked() === before + 2).then(() => ending.abort());
    await runSync(gateway.services, uuidOf('sync', running.id), { isLastAttempt: false, signal: ending.signal });
    expect(await shown(running.id)).toMatchObject({ status: 'running', pages: 2 });
    const [changed] = openApi.cards();
    openApi.updateCard(changed?.card_id ?? '', { balance: '12.34' });

    const waiting = await start();
    expect(waiting.id).not.toBe(running.id);
    expect((await start()).id).toBe(waiting.id);
    await worked(running.id, waiting.id);
    const { data } = await client.listCards({ query: { account: 'open-api', limit: 200 } });
    const card = data.find(({ providerRef }) => providerRef === changed?.card_id);
    expect(card).toMatchObject({ balance: { amount: '12.34' } });
  });

  test('is another where account, kind or user is another', async () => {
    const bodies = [
      { account: 'open-api' },
      { account: 'keysecure' },
      { account: 'onerway', user: 'one' },
      { account: 'onerway', user: 'two' },
      { account: 'onerway', user: 'two', kind: 'subscription' },
    ] as const;
    const first = await Promise.all(bodies.map(start));
    expect(new Set(first.map(({ id }) => id)).size).toBe(bodies.length);
    expect((await Promise.all(bodies.map(start))).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    await worked(...first.map(({ id }) => id));
  });

  test('goes on where a call that found it is refused for want of time; what nobody else started ends', async () => {
    const { key } = await gateway.key();
    // More is kept to record what a provider answers than these calls have.
    const short = await gateway.another({ HTTP_RECORDING_RESERVE_MS: '9900' });
    const hasty = () =>
      call(short.url, {
        method: 'POST',
        path: '/v1/syncs',
        key,
        headers: { 'idempotency-key': randomUUID(), 'x-request-deadline': new Date(Date.now() + 8000).toISOString() },
        body: { account: 'open-api' },
      });
    const syncs = async () =>
      (
        await gateway.pool.query<{ state: string; failure: string | null }>(
          'SELECT state, failure FROM syncs ORDER BY created_at DESC',
        )
      ).rows;
    const before = (await syncs()).length;
    expect((await hasty()).status).toBe(422);
    expect((await syncs()).slice(0, -before)).toEqual([{ state: 'failed', failure: 'It was not started.' }]);

    const { id } = await start();
    expect((await hasty()).status).toBe(422);
    expect(await syncs()).toHaveLength(before + 2);
    await short.close();
    expect(await shown(id)).toMatchObject({ status: 'queued' });
    expect(await worked(id)).toMatchObject([{ status: 'succeeded', seen: cards }]);
  });
});

describe('a sync that meets an open circuit', () => {
  test('asks nobody, fails not even in its last attempt, and goes on after its last page when the circuit closes', async () => {
    const { id } = await start();
    gateway.sandbox.admin.addFault({ provider: 'open-api', operation: 'cardList', fault: 'bad_gateway', after: 2 });
    await expect(run(id)).rejects.toThrow();
    expect(await shown(id)).toMatchObject({ status: 'running', pages: 2 });
    const circuit = async () => {
      const { data } = await client.listProviders();
      return data.find(({ account }) => account === 'open-api')?.health.circuit;
    };
    expect(await circuit()).toBe('open');

    const before = asked();
    await run(id, true);
    expect(asked()).toBe(before);
    expect(await shown(id)).toMatchObject({ status: 'running', pages: 2, failure: null });
    expect(await jobsOf(id)).toEqual([{ attempts: 0, isLater: true }]);

    expect(await worked(id)).toMatchObject([{ status: 'succeeded', pages: 6, seen: cards, failure: null }]);
    expect(asked()).toBe(before + 4);
    expect(await circuit()).toBe('closed');
  });

  test('of the bindings of a user too', async () => {
    const user = 'behind-a-circuit';
    gateway.sandbox.admin.onerway.seedTokens({ merchantCustId: user, tokens: [{}, {}] });
    gateway.sandbox.admin.addFault({ provider: 'onerway', operation: 'queryTokenList', fault: 'bad_gateway' });
    const { id } = await start({ account: 'onerway', user });
    await expect(run(id)).rejects.toThrow();
    await run(id, true);
    expect(await shown(id)).toMatchObject({ status: 'running' });
    expect(await worked(id)).toMatchObject([{ status: 'succeeded', seen: 2 }]);
  });
});

test('syncs of more users than an account can be asked about in a while are turned away, and leave no record', async () => {
  const account = { account: 'yixin', kind: 'bank_card' } as const;
  await gateway.pool.query(
    `INSERT INTO syncs (id, tenant, provider, account, kind, user_ref, state, created_at)
     SELECT gen_random_uuid(), 'default', 'yixin', 'yixin', 'bank_card', 'user-' || n, 'queued', now() FROM generate_series(1, 1000) n`,
  );
  const records = async () => (await gateway.pool.query('SELECT FROM operations')).rowCount;
  const before = await records();
  const one = start({ ...account, user: 'one-more' });
  await expect(one).rejects.toMatchObject({ status: 503, code: 'account-busy', retryAfterMs: 60_000 });
  expect(await records()).toBe(before);
  expect(await start({ ...account, user: 'user-7' })).toMatchObject({ status: 'queued', user: 'user-7' });
  expect(await start({ account: 'onerway', user: 'one-more' })).toMatchObject({ status: 'queued' });
});
