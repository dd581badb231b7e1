import { newUuid } from '@card-gateway/core';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyHash } from '../src/ledger/key-hash.ts';
import { resolving } from '../src/ledger/resolve-store.ts';
import { connect, type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { until } from './setup/until.ts';

// What others change between the snapshot of the statement that resolves writes and its locks. It waits there, for a lock in its
// condition.

let database: OpenTestDatabase;
let gateway: pg.Pool;
/** Keeps the statement waiting. */
let holder: pg.Client;
let other: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase('url', { connections: 2, statementTimeoutMs: 20_000 });
  gateway = database.pool;
  [holder, other] = await Promise.all([connect(database.superuserUrl), connect(database.superuserUrl)]);
});
afterAll(async () => {
  await Promise.all([holder.end(), other.end()]);
  await database.drop();
});

const parts = {
  shown: 'cards',
  fit: 'pg_advisory_xact_lock_shared(1) IS NOT NULL',
  resource: `UPDATE cards c SET status = 'failed' FROM moved WHERE c.id = moved.resource_id`,
} as const;
const resolve = resolving('scheduled', parts);

/** A write that is being sent, recorded with its card. */
async function sending(): Promise<string> {
  const [id, card] = [newUuid(Date.now()), newUuid(Date.now())];
  await holder.query(
    `WITH recorded AS (
       INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state, settles_by, lease_until,
         created_at, updated_at)
       VALUES ($1, 'default', 'tests', $3, 'hash', 'issueCard', 'p', 'a', $2, 'submitting', 'look-up', now(), now(), now())
     )
     INSERT INTO cards (id, tenant, provider, account, status, operation_id, created_at, updated_at)
     VALUES ($2, 'default', 'p', 'a', 'pending', $1, now(), now())`,
    [id, card, keyHash(id)],
  );
  return id;
}

const card = `UPDATE cards SET expiry = '2031-05' WHERE operation_id = $1`;
const lease = 'UPDATE operations SET lease_until = now() WHERE id = $1';
const givenUp = `UPDATE operations SET state = 'unknown', lease_until = NULL, unknown_because = 'no_answer', unknown_since = now(),
  next_look_up_at = now() WHERE id = $1`;

test.each<[what: string, isResolved: boolean, statements: readonly string[]]>([
  ['nothing', true, []],
  ['the card', false, [card]],
  ['the card, and back', false, [card, 'UPDATE cards SET expiry = NULL WHERE operation_id = $1']],
  ['the card, rolled back', true, ['BEGIN', card, 'ROLLBACK']],
  ['the card, not yet committed', false, ['BEGIN', card]],
  [
    'nothing of a card that was locked',
    true,
    ['BEGIN', 'SELECT FROM cards WHERE operation_id = $1 FOR UPDATE', 'COMMIT'],
  ],
  ['the card away', false, ['DELETE FROM cards WHERE operation_id = $1']],
  ['the lease', false, [lease]],
  ['the lease, then the card', false, [lease, card]],
  ['the state', false, [givenUp]],
  ['state and card in one transaction', false, ['BEGIN', givenUp, card, 'COMMIT']],
])(
  'of three writes of one turn, one of which another transaction changes %s, the others are resolved',
  async (...row) => {
    const [, isResolved, statements] = row;
    const ids = [await sending(), await sending(), await sending()];
    await holder.query('SELECT pg_advisory_lock(1)');
    const at = new Date();
    const attempt = {
      kind: 'send',
      startedAt: at,
      finishedAt: at,
      httpStatus: 200,
      providerCode: null,
      providerMessage: null,
    } as const;
    const refusal = { reason: 'declined', code: null, message: null } as const;
    const resolution = {
      refusal,
      answer: { status: 422, body: {} },
      attempt: { ...attempt, outcome: 'refused' },
      at,
      own: {},
    } as const;
    const resolving = Promise.all(ids.map((id) => resolve(gateway, { ...resolution, id })));
    await until(
      () => other.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`),
      ({ rowCount }) => rowCount !== 0,
    );
    for (const text of statements) await other.query(text, text.includes('$1') ? [ids[1]] : []);
    await holder.query('SELECT pg_advisory_unlock(1)');
    const resolved = await resolving;
    await other.query('COMMIT');
    expect(resolved.map((one) => one !== null)).toEqual([true, isResolved, true]);
    const { rows } = await other.query<{ state: string; status: string | null }>(
      `SELECT o.state, c.status FROM operations o LEFT JOIN cards c ON c.operation_id = o.id WHERE o.id = $1`,
      [ids[1]],
    );
    const [now] = rows;
    expect(now?.state === 'refused').toBe(isResolved);
    expect(now?.status === 'failed').toBe(isResolved);
  },
);
