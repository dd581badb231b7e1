import { uuidOf } from '@card-gateway/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeKinds } from '../src/app.ts';
import { reconcileWrite, sweep } from '../src/jobs/reconcile.ts';
import { queueForgotten, wakeAccount } from '../src/ledger/queue-store.ts';
import { findById, type OperationRow } from '../src/ledger/store.ts';
import { attemptOf, giveUp, postpone, resolveWrite, takeLookUp } from '../src/ledger/resolve.ts';
import type { Services } from '../src/services.ts';
import { startGateway, type TestGateway } from './setup/gateway.ts';
import { cardOrder, type CardOrder } from './setup/orders.ts';

let gateway: TestGateway;
let order: CardOrder;

beforeAll(async () => {
  // Look-ups run by the test's own clock.
  gateway = await startGateway({
    jobs: false,
    settings: {
      PROVIDER_WRITE_TIMEOUT_MS: '1500',
      PROVIDER_CIRCUIT_FAILURES: '1000',
      // Thousands of rows are written at once, which a busy machine does slowly.
      DATABASE_LOCK_TIMEOUT_MS: '50000',
      DATABASE_STATEMENT_TIMEOUT_MS: '55000',
    },
  });
  order = await cardOrder(gateway);
});
afterEach(async () => {
  gateway.sandbox.admin.clearFaults();
  await gateway.pool.query(
    "UPDATE operations SET settles_by = 'person', next_look_up_at = NULL WHERE state = 'unknown'",
  );
  await gateway.pool.query(
    "SELECT graphile_worker.remove_job(key) FROM graphile_worker.jobs WHERE key LIKE 'settle:%'",
  );
});
afterAll(() => gateway.close());

const at = (ms: number): Services => ({ ...gateway.services, now: () => ms });
const rowOf = async (operation: string): Promise<OperationRow> => {
  const row = await findById(gateway.pool, uuidOf('operation', operation));
  if (row === null) throw new Error('There is no such operation.');
  return row;
};
const dueMs = (row: OperationRow): number => row.nextLookUpAt?.getTime() ?? Infinity;
const queuedAt = async (row: OperationRow): Promise<number | undefined> => {
  const { rows } = await gateway.pool.query<{ run_at: Date }>(
    'SELECT run_at FROM graphile_worker.jobs WHERE key = $1',
    [`settle:${row.id}`],
  );
  return rows[0]?.run_at.getTime();
};
const issued = (reference: string): number => gateway.sandbox.admin.ledger({ effect: 'card_issued', reference }).length;

async function lostOrder(fault: 'work_then_reset' | 'reset') {
  gateway.sandbox.admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault });
  const { id, operation } = await gateway.client.issueCard({ body: order });
  return { card: id, operation: operation?.id ?? '' };
}

/** Does what the queue would do on the clock of the test: each look-up at its time, until `untilMs`. */
async function live(operations: readonly string[], untilMs: number): Promise<void> {
  for (;;) {
    const rows = await Promise.all(operations.map(rowOf));
    const [first] = rows.toSorted((one, other) => dueMs(one) - dueMs(other));
    if (first === undefined || dueMs(first) > untilMs) return;
    await reconcileWrite(at(dueMs(first)), writeKinds, first.id);
  }
}

describe('a provider that is away', () => {
  const away = (): void => {
    const fault = { operation: 'card/list', fault: 'bad_gateway', times: 0 } as const;
    gateway.sandbox.admin.addFault({ provider: 'keysecure', ...fault });
  };

  test.each([1, 60, 900])('for %i s: what it did resolves within 60 s of its return', async (seconds) => {
    away();
    const lost = await lostOrder('work_then_reset');
    const back = Date.now() + seconds * 1000;
    await live([lost.operation], back);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'unknown', resolvesBy: 'look-up' });
    gateway.sandbox.admin.clearFaults();
    await live([lost.operation], back + 60_000);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded', resolvedBy: 'look-up' });
    expect(issued(lost.card)).toBe(1);
  });

  test('for three days: it is asked each 30 s all the time, and what it did resolves within 60 s of its return', async () => {
    away();
    const lost = await lostOrder('work_then_reset');
    await live([lost.operation], Date.now() + 120_000);
    // Three days of equal look-ups: the clock advances to the last one.
    const back = Date.now() + 3 * 86_400_000;
    await gateway.pool.query('UPDATE operations SET next_look_up_at = $2 WHERE id = $1', [
      uuidOf('operation', lost.operation),
      new Date(back - 25_000),
    ]);
    await live([lost.operation], back);
    const last = await rowOf(lost.operation);
    expect(last).toMatchObject({ state: 'unknown', resolvesBy: 'look-up' });
    expect(dueMs(last)).toBe(back + 5000);
    gateway.sandbox.admin.clearFaults();
    await live([lost.operation], back + 60_000);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded', resolvedBy: 'look-up' });
  });

  test('uses up none of the 72 h after which a person is asked', async () => {
    away();
    const lost = await lostOrder('reset');
    await live([lost.operation], Date.now() + 60_000);
    const back = Date.now() + 3 * 86_400_000;
    await gateway.pool.query('UPDATE operations SET next_look_up_at = $2 WHERE id = $1', [
      uuidOf('operation', lost.operation),
      new Date(back),
    ]);
    gateway.sandbox.admin.clearFaults();
    await live([lost.operation], back + 600_000);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'unknown', resolvesBy: 'look-up', silentSince: null });
    await gateway.pool.query('UPDATE operations SET next_look_up_at = $2 WHERE id = $1', [
      uuidOf('operation', lost.operation),
      new Date(back + 73 * 3_600_000),
    ]);
    await live([lost.operation], back + 74 * 3_600_000);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'unknown', resolvesBy: 'person', nextLookUpAt: null });
  });

  test('has all writes that wait looked up at once when it is back, also those that waited long', async () => {
    const patient = await lostOrder('reset');
    const from = Date.now();
    await live([patient.operation], from + 3_600_000);
    const before = await rowOf(patient.operation);
    expect(dueMs(before) - from).toBeGreaterThan(3_600_000);

    away();
    const lost = await lostOrder('work_then_reset');
    const own = await rowOf(lost.operation);
    await reconcileWrite(at(dueMs(own)), writeKinds, own.id);
    const silent = await rowOf(lost.operation);
    expect(silent.silentSince).not.toBeNull();
    expect(dueMs(await rowOf(patient.operation))).toBe(dueMs(before));

    gateway.sandbox.admin.clearFaults();
    const back = dueMs(silent);
    await reconcileWrite(at(back), writeKinds, silent.id);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded' });
    const woken = await rowOf(patient.operation);
    expect(woken).toMatchObject({ state: 'unknown', lookUps: 0 });
    expect(dueMs(woken)).toBe(back);
    expect(await queuedAt(woken)).toBeLessThanOrEqual(Date.now());
    // An answer after an answer wakes no write.
    await reconcileWrite(at(back), writeKinds, woken.id);
    expect(dueMs(await rowOf(patient.operation))).toBe(back + 5000);
  });

  test('wakes also those that met silence, which uses up none of their time', async () => {
    away();
    const lost = [await lostOrder('reset'), await lostOrder('reset')].map(({ operation }) => operation);
    await live(lost, Date.now() + 60_000);
    const [next, other] = (await Promise.all(lost.map(rowOf))).toSorted((a, b) => dueMs(a) - dueMs(b));
    if (next === undefined || other === undefined) throw new Error('There are no such operations.');
    expect(other.silentMs).toBe(0);

    gateway.sandbox.admin.clearFaults();
    const back = dueMs(next);
    await reconcileWrite(at(back), writeKinds, next.id);
    const silentMs = back - (other.silentSince?.getTime() ?? back);
    expect(silentMs).toBeGreaterThan(30_000);
    expect(await findById(gateway.pool, other.id)).toMatchObject({ lookUps: 0, silentSince: null, silentMs });
  });

  test('wakes the others also when the process that heard it ended before it had told them', async () => {
    const patient = await lostOrder('reset');
    const from = Date.now();
    await live([patient.operation], from + 3_600_000);
    away();
    const lost = await lostOrder('work_then_reset');
    const own = await rowOf(lost.operation);
    await reconcileWrite(at(dueMs(own)), writeKinds, own.id);
    gateway.sandbox.admin.clearFaults();
    const back = dueMs(await rowOf(lost.operation));

    // Its end is a statement that fails: the waking one's, as none other sets a write back to its first look-up.
    await gateway.owner.query(
      `CREATE FUNCTION refuse_wake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''ended''; END';
       CREATE TRIGGER refuse_wake BEFORE UPDATE ON operations FOR EACH ROW WHEN (OLD.look_ups > 0 AND NEW.look_ups = 0)
         EXECUTE FUNCTION refuse_wake()`,
    );
    await expect(reconcileWrite(at(back), writeKinds, own.id)).rejects.toThrow('ended');
    await gateway.owner.query('DROP FUNCTION refuse_wake CASCADE');
    // Its lease runs out, and another process does the same.
    const later = back + 60_000;
    await reconcileWrite(at(later), writeKinds, own.id);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded' });
    expect(dueMs(await rowOf(patient.operation))).toBe(later);
  });
});

describe('of two that work on one write', () => {
  const leaseMs = 10_000;
  const kind = () => {
    const found = writeKinds.find(({ type }) => type === 'issueCard');
    if (found === undefined) throw new Error('There is no such kind.');
    return found;
  };
  const absent = (ms: number) => attemptOf('look-up', { kind: 'absent' }, new Date(ms), new Date(ms));

  test('only one has it, and what the one before writes once its lease ran out does not land', async () => {
    const lost = await lostOrder('reset');
    const seen = await rowOf(lost.operation);
    const start = dueMs(seen);
    const first = await takeLookUp(at(start), seen, leaseMs);
    if (first === null) throw new Error('Nobody has it.');
    expect(await takeLookUp(at(start + leaseMs - 1), seen, leaseMs)).toBeNull();
    const second = await takeLookUp(at(start + leaseMs), seen, leaseMs);
    expect(second?.fence).toBe(first.fence + 1);

    // It would postpone the look-up, or leave it to a person; the stale owner may do neither.
    const now = start + leaseMs + 1000;
    for (const showed of ['absent', 'silence', 'unreadable', 'contradiction', 'nothing'] as const) {
      await postpone(at(now), first, showed, absent(now));
    }
    expect(await rowOf(lost.operation)).toEqual(second);
    const { attempts } = await gateway.client.getOperation({ params: { id: lost.operation } });
    expect(attempts).toHaveLength(1);
    if (second !== null) await postpone(at(now), second, 'absent', absent(now));
    expect(await rowOf(lost.operation)).toMatchObject({ lookUps: 1, leaseUntil: null });
  });

  test('what a stale one saw of the provider is evidence all the same', async () => {
    const lost = await lostOrder('reset');
    const seen = await rowOf(lost.operation);
    const start = dueMs(seen);
    const first = await takeLookUp(at(start), seen, leaseMs);
    await takeLookUp(at(start + leaseMs), seen, leaseMs);
    if (first === null) throw new Error('Nobody has it.');
    const found = { kind: 'done', value: { providerRef: 'C-seen-late' }, evidence: null } as const;
    const attempt = attemptOf('look-up', found, new Date(start), new Date(start));
    await resolveWrite(at(start + leaseMs), kind(), first, found, 'look-up', attempt, 'stale');
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded', resolvedBy: 'look-up', leaseUntil: null });
  });

  test('the sender has it while it may still answer; then it is given up, and only its evidence counts', async () => {
    const { admin } = gateway.sandbox;
    admin.addFault({ provider: 'keysecure', operation: 'card/apply', fault: 'work_then_hang' });
    const call = gateway.client.call('issueCard', { body: order });
    const before = admin.ledger({ effect: 'card_issued' }).length;
    await admin.until(() => admin.ledger({ effect: 'card_issued' }).length > before);
    const [running] = (await gateway.client.listOperations({ query: { outcome: 'submitting' } })).data;
    const sending = await rowOf(running?.id ?? '');
    const untilMs = sending.leaseUntil?.getTime() ?? 0;
    // An answer of the last moment may take ten seconds to be recorded.
    const longestMs = gateway.services.config.PROVIDER_WRITE_TIMEOUT_MS + 10_000;
    expect(untilMs - sending.createdAt.getTime()).toBeGreaterThan(longestMs);

    await giveUp(at(untilMs - 1), kind(), sending);
    expect(await rowOf(running?.id ?? '')).toMatchObject({ state: 'submitting', fence: 1 });
    await giveUp(at(untilMs), kind(), sending);
    const given = await rowOf(running?.id ?? '');
    expect(given).toMatchObject({ state: 'unknown', fence: 2, unknownBecause: 'no_answer' });

    // Its own "no answer" is too late to count, but is stored as its observation.
    expect(await call).toMatchObject({ status: 202 });
    expect(await rowOf(running?.id ?? '')).toEqual(given);
    const { attempts } = await gateway.client.getOperation({ params: { id: running?.id ?? '' } });
    expect(attempts).toMatchObject([{ kind: 'send', outcome: 'unknown' }]);
  });

  test('a write without a job is found by the sweep also behind thousands that wait in line', async () => {
    const lost = await lostOrder('work_then_reset');
    const seen = await rowOf(lost.operation);
    await gateway.pool.query('SELECT graphile_worker.remove_job($1)', [`settle:${seen.id}`]);
    await gateway.pool.query(
      `WITH waiting AS (
         INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
           state, settles_by, unknown_because, unknown_since, next_look_up_at, created_at, updated_at)
         SELECT gen_random_uuid(), 'default', 'line', 'line-' || n, 'hash', 'issueCard', 'keysecure', 'hanging',
           gen_random_uuid(), 'unknown', 'look-up', 'no_answer', now(), now(), now() - interval '1 hour', now()
         FROM generate_series(1, 3000) n RETURNING id
       )
       SELECT graphile_worker.add_jobs(array_agg(('settle', json_build_object('operationId', id::text, 'account', 'hanging'),
         NULL, NULL, NULL, 'settle:' || id::text, NULL, NULL)::graphile_worker.job_spec)) FROM waiting`,
    );
    expect(await sweep(at(dueMs(seen) + 31_000))).toBe(1);
    expect(await queuedAt(seen)).toBeDefined();
    await gateway.pool.query("DELETE FROM operations WHERE account = 'hanging'");
  });

  test('of thousands that wait all are queued, or woken, at once', async () => {
    await gateway.pool.query(
      `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
         state, settles_by, unknown_because, unknown_since, look_ups, next_look_up_at, created_at, updated_at)
       SELECT gen_random_uuid(), 'default', 'many', 'many-' || n, 'hash', 'issueCard', 'keysecure', 'hanging',
         gen_random_uuid(), 'unknown', 'look-up', 'no_answer', now(), 3, $1, now(), now()
       FROM generate_series(1, 2000) n`,
      [new Date(1000)],
    );
    const jobs = () =>
      gateway.pool.query(
        "SELECT count(*)::int, max(run_at) AS last FROM graphile_worker.jobs WHERE key LIKE 'settle:%'",
      );
    expect(await queueForgotten(gateway.pool, new Date(40_000), new Date(10_000))).toBe(2000);
    expect(await wakeAccount(gateway.pool, 'hanging', new Date(500))).toBe(2000);
    expect((await jobs()).rows).toEqual([{ count: 2000, last: new Date(500) }]);
    expect(await wakeAccount(gateway.pool, 'hanging', new Date(500))).toBe(0);
    await gateway.pool.query("DELETE FROM operations WHERE account = 'hanging'");
  });

  test('a look-up whose process ended is taken up by the sweep, not before its lease ran out', async () => {
    const lost = await lostOrder('work_then_reset');
    const seen = await rowOf(lost.operation);
    const start = dueMs(seen);
    await takeLookUp(at(start), seen, 60_000);
    await gateway.pool.query('SELECT graphile_worker.remove_job($1)', [`settle:${seen.id}`]);
    await sweep(at(start + 50_000));
    expect(await queuedAt(seen)).toBeUndefined();
    await reconcileWrite(at(start + 50_000), writeKinds, seen.id);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'unknown' });

    await sweep(at(start + 61_000));
    expect(await queuedAt(seen)).toBeDefined();
    await reconcileWrite(at(start + 61_000), writeKinds, seen.id);
    expect(await rowOf(lost.operation)).toMatchObject({ state: 'succeeded' });
  });
});
