import { newUuid } from '@card-gateway/core';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordChange, recordSecretChange } from '../src/cards/change-store.ts';
import { claim } from '../src/ledger/claim-store.ts';
import type { NewOperation } from '../src/ledger/new-operation.ts';
import { keyHash } from '../src/ledger/key-hash.ts';
import { connect, type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { until } from './setup/until.ts';
import { watchStatements } from './setup/wire.ts';

// Changes of one turn are one statement, which locks their cards but waits for none.

let database: OpenTestDatabase;
let pool: pg.Pool;
let sent: string[];
/** Holds cards, and looks on. */
let holder: pg.Client;
let admin: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase('url', { connections: 4, statementTimeoutMs: 20_000 });
  ({ pool } = database);
  sent = watchStatements(pool);
  [holder, admin] = await Promise.all([connect(database.superuserUrl), connect(database.superuserUrl)]);
});
afterAll(async () => {
  await Promise.all([holder.end(), admin.end()]);
  await database.drop();
});
beforeEach(() => {
  sent.length = 0;
});

async function newCard(): Promise<string> {
  const id = newUuid(Date.now());
  await admin.query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, created_at, updated_at)
     VALUES ($1, 'default', 'p', 'a', $2, 'active', now(), now())`,
    [id, id],
  );
  return id;
}

function changeOf(card: string): NewOperation {
  const id = newUuid(Date.now());
  return {
    id,
    tenant: 'default',
    caller: 'tests',
    idempotencyKey: id,
    requestHash: 'hash',
    type: 'freezeCard',
    provider: 'p',
    account: 'a',
    resourceId: card,
    resolvesBy: 'look-up',
    requestId: 'req',
    createdAt: new Date(),
    leaseUntil: new Date(Date.now() + 60_000),
  };
}

const change = (operation: NewOperation) =>
  claim(pool, operation, null, { record: recordChange({ operationId: null, status: 'active' }) });

async function operationOf(card: string): Promise<string | null> {
  const { rows } = await admin.query<{ operation: string | null }>(
    'SELECT operation_id AS operation FROM cards WHERE id = $1',
    [card],
  );
  return rows[0]?.operation ?? null;
}

const waiting = async () => {
  const { rows } = await admin.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows;
};

test('changes of several cards are recorded by one statement, each on its own card', async () => {
  const operations = [await newCard(), await newCard(), await newCard()].map(changeOf);
  const recorded = await Promise.all(operations.map(change));
  expect(recorded.map((one) => one?.id)).toEqual(operations.map(({ id }) => id));
  for (const { id, resourceId } of operations) expect(await operationOf(resourceId)).toBe(id);
  expect(sent).toEqual(['change-record']);
});

test('of several changes of one card in a turn, the first is recorded, and no other', async () => {
  const card = await newCard();
  const operations = [changeOf(card), changeOf(await newCard()), changeOf(card), changeOf(card)];
  const recorded = await Promise.all(operations.map(change));
  expect(recorded.map((one) => one?.id ?? null)).toEqual([operations[0]?.id, operations[1]?.id, null, null]);
  expect(await operationOf(card)).toBe(operations[0]?.id);
  const { rows } = await admin.query('SELECT id FROM operations WHERE resource_id = $1', [card]);
  expect(rows).toEqual([{ id: operations[0]?.id }]);
});

test('a change waits for a card that another transaction holds, and keeps no other change waiting', async () => {
  const [held, free] = [await newCard(), await newCard()];
  await holder.query('BEGIN');
  await holder.query('UPDATE cards SET expiry = $2 WHERE id = $1', [held, '2031-05']);
  const [ofHeld, ofFree] = [changeOf(held), changeOf(free)];
  const waits = change(ofHeld);
  expect((await change(ofFree))?.id).toBe(ofFree.id);
  await until(waiting, ({ length }) => length === 1);
  await holder.query('COMMIT');
  expect((await waits)?.id).toBe(ofHeld.id);
});

test('a change of a card that has changed since it was read is not recorded', async () => {
  const card = await newCard();
  await admin.query(`UPDATE cards SET status = 'frozen' WHERE id = $1`, [card]);
  expect(await change(changeOf(card))).toBeNull();
  expect(await operationOf(card)).toBeNull();
});

const hourMs = 3_600_000;
const guess = (operation: NewOperation, most: number, earlier: string | null = null) => {
  const limits = [{ subject: `PIN of ${operation.resourceId}`, most, withinMs: hourMs }];
  const entry = { keyId: 'key_1', action: 'card.set_pin', resource: operation.resourceId } as const;
  const record = recordSecretChange({ operationId: earlier, status: 'active' }, limits, entry);
  return claim(pool, { ...operation, type: 'setCardPin' }, null, { record });
};
const countsOf = async (card: string) => {
  const { rows } = await admin.query(
    `SELECT (SELECT count(*) FROM guesses WHERE subject = 'PIN of ' || $1)::integer AS guesses,
       (SELECT count(*) FROM audit_log WHERE resource = $1)::integer AS audited`,
    [card],
  );
  return rows[0] as unknown;
};

/** Inserts a write as another process would, in the transaction of `holder`. */
const recordByHolder = ({ id, caller, idempotencyKey, resourceId }: NewOperation) =>
  holder.query(
    `INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, state,
       settles_by, created_at, updated_at, lease_until)
     VALUES ($1, 'default', $2, $3, 'hash', 'setCardPin', 'p', 'a', $4, 'submitting', 'look-up', now(), now(), now())`,
    [id, caller, keyHash(idempotencyKey), resourceId],
  );

/** Records a guess and counts it, in the same way. */
async function guessByHolder(operation: NewOperation): Promise<void> {
  const { id, resourceId } = operation;
  await holder.query('BEGIN');
  await recordByHolder(operation);
  await holder.query('UPDATE cards SET operation_id = $1 WHERE id = $2', [id, resourceId]);
  await holder.query(`INSERT INTO guesses (subject, operation_id, made_at) VALUES ('PIN of ' || $2, $1, now())`, [
    id,
    resourceId,
  ]);
}

test('changes of several cards that contain a code are one statement, each counted and audited', async () => {
  const operations = [await newCard(), await newCard(), await newCard()].map(changeOf);
  const recorded = await Promise.all(operations.map((operation) => guess(operation, 1)));
  expect(recorded.map((one) => one?.id)).toEqual(operations.map(({ id }) => id));
  expect(sent).toEqual(['secret-change-record']);
  for (const { resourceId } of operations) expect(await countsOf(resourceId)).toEqual({ guesses: 1, audited: 1 });
});

test('where a limit is reached, nothing is recorded, counted or audited', async () => {
  const card = await newCard();
  const first = await guess(changeOf(card), 1);
  expect(await guess(changeOf(card), 1, first?.id)).toBeNull();
  expect(await operationOf(card)).toBe(first?.id);
  expect(await countsOf(card)).toEqual({ guesses: 1, audited: 1 });
  expect(await guess(changeOf(card), 2, first?.id)).not.toBeNull();
});

test('a guess that waits for another at the same card is not recorded, though it could not see that counted', async () => {
  const card = await newCard();
  await guessByHolder(changeOf(card));
  const waits = guess(changeOf(card), 1);
  await until(waiting, ({ length }) => length === 1);
  await holder.query('COMMIT');
  expect(await waits).toBeNull();
  expect(await countsOf(card)).toEqual({ guesses: 1, audited: 0 });
});

test('a batch that waits for a key does not hold the audit log, for which the holder of the key may have to wait', async () => {
  const [first, second, taken] = [await newCard(), await newCard(), await newCard()].map(changeOf) as [
    NewOperation,
    NewOperation,
    NewOperation,
  ];
  await holder.query('BEGIN');
  await recordByHolder({ ...taken, id: newUuid(Date.now()) });
  const recorded = Promise.all([first, taken, second].map((operation) => guess(operation, 1)));
  await until(waiting, ({ length }) => length === 1);
  await holder.query(`SET LOCAL lock_timeout = '100ms'`);
  await holder.query(
    `INSERT INTO audit_log (at, tenant, caller, key_id, action, resource) VALUES (now(), 'default', 'tests', 'key_1', 'card.set_pin', 'other')`,
  );
  await holder.query('COMMIT');
  expect((await recorded).map((one) => one?.id ?? null)).toEqual([first.id, null, second.id]);
  expect(await countsOf(taken.resourceId)).toEqual({ guesses: 0, audited: 0 });
});

test('of guesses whose statement others overtake between its snapshot and its locks, only those at unchanged cards are recorded', async () => {
  const [overtaken, free] = [await newCard(), await newCard()];
  const earlier = [await guess(changeOf(overtaken), 2), await guess(changeOf(free), 2)];
  // Who reads a guess waits, in the condition of the statement.
  await admin.query(`ALTER TABLE guesses ENABLE ROW LEVEL SECURITY`);
  await admin.query(
    `CREATE POLICY held ON guesses USING (pg_advisory_xact_lock_shared(1) IS NOT NULL) WITH CHECK (true)`,
  );
  await admin.query('SELECT pg_advisory_lock(1)');
  const held = [changeOf(overtaken), changeOf(free)].map((operation, place) => guess(operation, 2, earlier[place]?.id));
  await until(waiting, ({ length }) => length === 1);
  const other = changeOf(overtaken);
  await guessByHolder(other);
  await holder.query('COMMIT');
  await admin.query('SELECT pg_advisory_unlock(1)');
  const recorded = await Promise.all(held);
  await admin.query('DROP POLICY held ON guesses');
  await admin.query('ALTER TABLE guesses DISABLE ROW LEVEL SECURITY');
  expect(recorded.map((one) => one !== null)).toEqual([false, true]);
  expect(await operationOf(overtaken)).toBe(other.id);
  expect(await countsOf(overtaken)).toEqual({ guesses: 2, audited: 1 });
  expect(await countsOf(free)).toEqual({ guesses: 2, audited: 2 });
});

test('a repeat that takes over its key waits for no card, whose holder may wait for the key', async () => {
  const card = await newCard();
  const refused = await change(changeOf(await newCard()));
  const record = recordChange({ operationId: null, status: 'active' });
  await holder.query('BEGIN');
  await holder.query('SELECT FROM cards WHERE id = $1 FOR UPDATE', [card]);
  expect(await claim(pool, changeOf(card), refused, { record })).toBeNull();
  await holder.query('COMMIT');
  expect((await claim(pool, changeOf(card), refused, { record }))?.resourceId).toBe(card);
});
