import { newUuid } from '@card-gateway/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool } from '@card-gateway/database/testing';
import type pg from 'pg';
import { type WriteEvent, transition, type WriteState } from '../src/ledger/machine.ts';
import { wakeAccount } from '../src/ledger/queue-store.ts';
import { claim } from '../src/ledger/claim-store.ts';
import { recordAlone } from '../src/ledger/record-store.ts';
import { findById, type OperationRow, applyEvent } from '../src/ledger/store.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

/** Changes that the database itself rejects, whoever writes and whatever the code does. */
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openPool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function insertUnknown(): Promise<string> {
  const id = newUuid(Date.now());
  await pool.query(
    `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
       settles_by, unknown_because, unknown_since, created_at, updated_at)
     VALUES ($1::uuid, 'default', 'tests', $1::text, 'hash', 'issueCard', 'keysecure', 'keysecure', $1::uuid, 'unknown',
       'look-up', 'no_answer', now(), now(), now())`,
    [id],
  );
  return id;
}

const insertAttempt = (id: string, outcome: string): Promise<unknown> =>
  pool.query(
    `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
     VALUES ($1, (SELECT count(*) FROM operation_attempts WHERE operation_id = $1), 'look-up', now(), now(), $2)`,
    [id, outcome],
  );

const close = (id: string, state: 'succeeded' | 'refused', by: string): Promise<unknown> =>
  pool.query(
    `UPDATE operations SET state = $2, settled_by = $3, settled_at = now(), lease_until = NULL,
       refusal = CASE $2 WHEN 'refused' THEN '{}'::jsonb END WHERE id = $1`,
    [id, state, by],
  );

const insertResolution = (
  id: string,
  values: Partial<Record<'resolved_by' | 'reason' | 'outcome', string | null>> = {},
  client: pg.Pool | pg.PoolClient = pool,
) => {
  const { resolved_by, reason, outcome } = { resolved_by: 'desk', reason: 'found it', outcome: 'succeeded', ...values };
  return client.query(
    `INSERT INTO operation_resolutions (operation_id, tenant, resolved_by, api_key, outcome, reason, resolved_at)
     VALUES ($1, 'default', $2, 'key', $3, $4, now())`,
    [id, resolved_by, outcome, reason],
  );
};

const violation = (constraint: string) => ({ code: '23514', constraint });
const evidence = violation('operations_evidence');
const forward = violation('operations_forward');

describe('an operation is closed', () => {
  test.each(['answer', 'look-up', 'callback', 'list'])('by %s only with what the provider said', async (by) => {
    const id = await insertUnknown();
    await expect(close(id, 'succeeded', by)).rejects.toMatchObject(evidence);
    for (const outcome of ['unknown', 'absent', 'refused']) await insertAttempt(id, outcome);
    await expect(close(id, 'succeeded', by)).rejects.toMatchObject(evidence);
    await insertAttempt(id, 'done');
    await close(id, 'succeeded', by);
  });

  test('as refused only with a refusal', async () => {
    const id = await insertUnknown();
    await insertAttempt(id, 'done');
    await expect(close(id, 'refused', 'look-up')).rejects.toMatchObject(evidence);
    await insertAttempt(id, 'refused');
    await close(id, 'refused', 'look-up');
  });

  test('by a person only with a name and a reason, for that outcome', async () => {
    const id = await insertUnknown();
    await insertAttempt(id, 'done');
    await expect(close(id, 'succeeded', 'person')).rejects.toMatchObject(evidence);
    await expect(insertResolution(id, { resolved_by: null })).rejects.toMatchObject({ code: '23502' });
    await expect(insertResolution(id, { resolved_by: '' })).rejects.toMatchObject({ code: '23514' });
    await expect(insertResolution(id, { reason: null })).rejects.toMatchObject({ code: '23502' });
    await expect(insertResolution(id, { reason: '' })).rejects.toMatchObject({ code: '23514' });
    await insertResolution(id, { outcome: 'refused' });
    await expect(close(id, 'succeeded', 'person')).rejects.toMatchObject(evidence);
    await close(id, 'refused', 'person');
  });

  test('only with the evidence beside it, not before it was ever recorded as sent', async () => {
    const id = newUuid(Date.now());
    await expect(
      pool.query(
        `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
           state, settled_by, settled_at, created_at, updated_at)
         VALUES ($1::uuid, 'default', 'tests', $1::text, 'hash', 'issueCard', 'keysecure', 'keysecure', $1::uuid,
           'succeeded', 'answer', now(), now(), now())`,
        [id],
      ),
    ).rejects.toMatchObject(evidence);
  });
});

describe('state never goes back', () => {
  test('from closed to anything else, nor is it closed anew', async () => {
    const id = await insertUnknown();
    await insertAttempt(id, 'done');
    await insertAttempt(id, 'refused');
    await close(id, 'succeeded', 'look-up');
    await expect(close(id, 'refused', 'look-up')).rejects.toMatchObject(forward);
    await expect(close(id, 'succeeded', 'answer')).rejects.toMatchObject(forward);
    for (const state of ['unknown', 'submitting']) {
      await expect(
        pool.query(`UPDATE operations SET state = $2, settled_by = NULL, settled_at = NULL WHERE id = $1`, [id, state]),
      ).rejects.toMatchObject(forward);
    }
    // Columns other than the state may still change, e.g. when its key is forgotten.
    await pool.query('UPDATE operations SET idempotency_key = NULL, request_hash = NULL WHERE id = $1', [id]);
  });

  test('from unknown to being sent', async () => {
    const id = await insertUnknown();
    await expect(
      pool.query("UPDATE operations SET state = 'submitting', lease_until = now() WHERE id = $1", [id]),
    ).rejects.toMatchObject(forward);
  });
});

test('an operation is superseded by one that succeeded, and only its own answer can still close it', async () => {
  const [lost, later] = [await insertUnknown(), await insertUnknown()];
  const supersede = (id: string, by: string | null): Promise<unknown> =>
    pool.query(`UPDATE operations SET state = 'superseded', superseded_by = $2, next_look_up_at = NULL WHERE id = $1`, [
      id,
      by,
    ]);
  await expect(supersede(lost, null)).rejects.toMatchObject(violation('operations_superseded'));
  await expect(supersede(lost, later)).rejects.toMatchObject(violation('operations_successor'));
  await insertAttempt(later, 'done');
  await close(later, 'succeeded', 'answer');
  await supersede(lost, later);
  await expect(supersede(later, lost)).rejects.toMatchObject(forward);
  await insertAttempt(lost, 'done');
  await expect(close(lost, 'succeeded', 'look-up')).rejects.toMatchObject(forward);
  await expect(
    pool.query(`UPDATE operations SET state = 'unknown', superseded_by = NULL WHERE id = $1`, [lost]),
  ).rejects.toMatchObject(forward);
  await close(lost, 'succeeded', 'answer');
});

test('an operation that is not resolved keeps its key, and one that is being sent has an owner', async () => {
  const id = await insertUnknown();
  await expect(
    pool.query('UPDATE operations SET idempotency_key = NULL, request_hash = NULL WHERE id = $1', [id]),
  ).rejects.toMatchObject(violation('operations_keyed'));
  await expect(
    pool.query(
      `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
         state, created_at, updated_at)
       VALUES ($1::uuid, 'default', 'tests', $1::text, 'hash', 'issueCard', 'keysecure', 'keysecure', $1::uuid,
         'submitting', now(), now())`,
      [newUuid(Date.now())],
    ),
  ).rejects.toMatchObject(violation('operations_lease'));
});

describe('what is stored of a write', () => {
  const leaseMs = 45_000;
  const start = new Date('2026-11-22T10:00:00Z');

  async function record(account: string): Promise<OperationRow> {
    const id = newUuid(Date.now());
    const settings = {
      tenant: 'default',
      caller: 'tests',
      requestHash: 'hash',
      type: 'issueCard',
      provider: 'p',
    } as const;
    const claimed = await claim(
      pool,
      {
        ...settings,
        id,
        idempotencyKey: id,
        account,
        resourceId: id,
        resolvesBy: 'look-up',
        requestId: 'req',
        createdAt: start,
        leaseUntil: new Date(start.getTime() + leaseMs),
      },
      null,
      { record: recordAlone },
    );
    if (claimed === null) throw new Error('The key was taken.');
    return claimed;
  }

  /** Does in the database what the machine does in memory, by an owner who saw the write as it was then. */
  async function store(operation: OperationRow, event: WriteEvent, at: Date): Promise<void> {
    if (event.kind === 'providerRecovered') {
      await wakeAccount(pool, operation.account, at);
      return;
    }
    const resolves = event.kind === 'evidenceSeen' || event.kind === 'resolved' ? event.outcome : null;
    const outcome = resolves ?? 'unknown';
    const said = { httpStatus: null, providerCode: null, providerMessage: null };
    const attempt = { kind: 'list', startedAt: at, finishedAt: at, outcome, ...said } as const;
    const refusal = outcome === 'refused' ? ({ reason: 'declined', code: null, message: null } as const) : null;
    await applyEvent(pool, { operation, event, at, refusal, attempt }, async (client) => {
      if (event.kind === 'resolved') {
        await insertResolution(operation.id, { outcome: event.outcome === 'done' ? 'succeeded' : 'refused' }, client);
      }
      return null;
    });
  }

  const stateOf = ({ state, fence, leaseUntil, resolvesBy, unknownBecause, unknownSince, ...rest }: WriteState) => {
    const { lookUps, nextLookUpAt, silentSince, silentMs, resolvedBy, resolvedAt } = rest;
    const unknown = { unknownBecause, unknownSince, resolvesBy, lookUps, nextLookUpAt, silentSince, silentMs };
    return { state, fence, leaseUntil, resolvedBy, resolvedAt, ...unknown };
  };

  const fence = fc.integer({ min: 1, max: 4 });
  const event: fc.Arbitrary<WriteEvent> = fc.oneof(
    fc.record({ kind: fc.constant('answerLost'), why: fc.constant('no_answer'), fence }),
    fc.constant({ kind: 'leaseExpired' } as const),
    fc.record({ kind: fc.constant('lookUpStarted'), leaseMs: fc.constantFrom(1000, leaseMs) }),
    fc.record({
      kind: fc.constant('lookUpFinished'),
      showed: fc.constantFrom('absent', 'silence', 'unreadable', 'contradiction'),
      fence,
    }),
    fc.constant({ kind: 'providerRecovered' } as const),
    fc.record({
      kind: fc.constant('evidenceSeen'),
      outcome: fc.constantFrom('done', 'refused'),
      by: fc.constant('list'),
    }),
    fc.record({ kind: fc.constant('resolved'), outcome: fc.constantFrom('done', 'refused') }),
  );
  const steps = fc.array(
    fc.record({ event: event, afterMs: fc.integer({ min: 1, max: 60_000 }), seenBefore: fc.nat(3) }),
    {
      minLength: 1,
      maxLength: 10,
    },
  );

  test('is what the machine says, also when who writes it saw an older state', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (path) => {
        const recorded = await record(`account-${(run += 1)}`);
        const lost: WriteEvent = { kind: 'answerLost', why: 'no_answer', fence: 1 };
        let write: WriteState = recorded;
        const rows = [recorded];
        let at = start;
        for (const { event, afterMs, seenBefore } of [{ event: lost, afterMs: 1, seenBefore: 0 }, ...path]) {
          at = new Date(at.getTime() + afterMs);
          await store(rows.at(-1 - seenBefore) ?? recorded, event, at);
          write = transition(write, event, at) ?? write;
          const now = await findById(pool, recorded.id);
          if (now === null) throw new Error('The operation is gone.');
          rows.push(now);
          expect(stateOf(now), JSON.stringify(event)).toEqual(stateOf(write));
        }
      }),
      { numRuns: 60 },
    );
  });
});
