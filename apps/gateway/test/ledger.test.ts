import { newUuid } from '@card-gateway/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

/** What the database itself refuses, whoever writes and whatever their code makes of it. */
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
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
) => {
  const { resolved_by, reason, outcome } = { resolved_by: 'desk', reason: 'found it', outcome: 'succeeded', ...values };
  return pool.query(
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
    // What is not its state may still change, as when its key is forgotten.
    await pool.query('UPDATE operations SET idempotency_key = NULL, request_hash = NULL WHERE id = $1', [id]);
  });

  test('from unknown to being sent', async () => {
    const id = await insertUnknown();
    await expect(
      pool.query("UPDATE operations SET state = 'submitting', lease_until = now() WHERE id = $1", [id]),
    ).rejects.toMatchObject(forward);
  });
});

test('an operation that is not settled keeps its key, and one that is being sent has an owner', async () => {
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
