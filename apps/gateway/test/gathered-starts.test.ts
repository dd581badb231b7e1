import { newUuid } from '@card-gateway/core';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StartLimits } from '../src/bindings/start-limits-store.ts';
import { lockStart, recordStart } from '../src/bindings/start-store.ts';
import { claim } from '../src/ledger/claim-store.ts';
import type { NewOperation } from '../src/ledger/new-operation.ts';
import type { OperationRow } from '../src/ledger/store.ts';
import { connect, type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { until } from './setup/until.ts';
import { watchStatements } from './setup/wire.ts';

// Starts of one turn are one transaction, which takes the locks of all limits before it counts.

let database: OpenTestDatabase;
let pool: pg.Pool;
let sent: string[];
/** Another process, in a transaction. */
let other: pg.Client;
/** Looks on. */
let admin: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase('url', { connections: 4, statementTimeoutMs: 20_000 });
  ({ pool } = database);
  sent = watchStatements(pool);
  [other, admin] = await Promise.all([connect(database.superuserUrl), connect(database.superuserUrl)]);
});
afterAll(async () => {
  await Promise.all([other.end(), admin.end()]);
  await database.drop();
});
beforeEach(() => {
  sent.length = 0;
});

interface Start {
  readonly user?: string;
  readonly card?: string;
  readonly phone?: string;
  /** Its fingerprint under an older key. */
  readonly olderPhone?: string;
  readonly key?: string;
  readonly limits?: Partial<StartLimits>;
}

const unlike = (): string => crypto.randomUUID();

function orderOf({ user = unlike(), card = unlike(), phone = unlike(), key = unlike(), limits, olderPhone }: Start) {
  const [id, operationId] = [newUuid(Date.now()), newUuid(Date.now())];
  const ours = { tenant: 'default', provider: 'p', account: 'a' };
  const operation: NewOperation = {
    ...ours,
    id: operationId,
    caller: 'tests',
    idempotencyKey: key,
    requestHash: 'hash',
    requestId: 'request',
    type: 'startBinding',
    resourceId: id,
    resolvesBy: 'look-up',
    createdAt: new Date(),
    leaseUntil: new Date(Date.now() + 60_000),
  };
  const binding = {
    ...ours,
    id,
    userRef: user,
    maskedNumber: '621700*********1234',
    bin: '621700',
    last4: '1234',
    panFingerprints: [card],
    phoneFingerprints: olderPhone === undefined ? [phone] : [phone, olderPhone],
  };
  const cardNumbers = { subject: `card number of a ${user}`, most: 10, withinMs: 3_600_000 };
  return {
    operation,
    binding,
    limits: { resendAfterMs: 0, smsPerHour: 5, smsPerDay: 10, cardNumbers, ...limits },
  };
}

function start(like: Start = {}) {
  const { operation, binding, limits } = orderOf(like);
  return recordStart(pool, operation, binding, limits);
}

/** The same with the key of a refused try. */
function startInstead(refused: OperationRow, like: Start) {
  const start = orderOf(like);
  return claim(pool, start.operation, refused, {
    lock: (client) => lockStart(client, start),
    record: async (to, operation) =>
      (await recordStart(to, operation, start.binding, start.limits)).recorded?.operation ?? null,
  });
}

const outcome = ({ recorded, refusal }: Awaited<ReturnType<typeof start>>): string =>
  recorded === null ? (refusal?.because ?? 'nothing') : 'recorded';

async function waiting(count = 1): Promise<void> {
  const ask = async () => {
    const { rows } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows;
  };
  await until(ask, ({ length }) => length === count);
}

const isRowOf = async (id: string) => {
  const { rows } = await admin.query<{ status: string; guesses: string }>(
    `SELECT status, (SELECT count(*) FROM guesses g WHERE g.operation_id = b.operation_id) AS guesses FROM bindings b WHERE id = $1`,
    [id],
  );
  return rows[0];
};

test('starts of several cards are one transaction, each with its own binding and guess', async () => {
  const started = await Promise.all([start(), start(), start()]);
  expect(started.map(outcome)).toEqual(['recorded', 'recorded', 'recorded']);
  for (const { recorded } of started) {
    expect(await isRowOf(recorded?.binding.id ?? '')).toEqual({ status: 'starting', guesses: '1' });
    expect(recorded?.operation.resourceId).toBe(recorded?.binding.id);
  }
  expect(sent).toEqual(['BEGIN', 'lock-names', 'binding-start', 'COMMIT']);
});

test.each<[string, Start, string]>([
  ['a card', { user: unlike(), card: unlike(), limits: { resendAfterMs: 60_000 } }, 'too-soon'],
  ['a phone and an hour', { phone: unlike(), limits: { smsPerHour: 1 } }, 'phone-hour'],
  ['a phone and a day', { phone: unlike(), limits: { smsPerDay: 1 } }, 'phone-day'],
])('of several starts for %s in one turn, the limit takes those that are too many', async (_of, alike, because) => {
  const started = await Promise.all([start(alike), start(), start(alike), start(alike)]);
  expect(started.map(outcome)).toEqual(['recorded', 'recorded', because, because]);
});

test('of several card numbers of a user in one turn, the limit takes those that are too many', async () => {
  const user = unlike();
  const cardNumbers = { subject: `card number of a ${user}`, most: 2, withinMs: 3_600_000 };
  const started = await Promise.all([1, 2, 3].map(() => start({ user, limits: { cardNumbers } })));
  expect(started.map(outcome)).toEqual(['recorded', 'recorded', 'card-numbers']);
});

test('a start waits for another process that counts for its phone, and then counts what that recorded', async () => {
  const phone = unlike();
  await other.query('BEGIN');
  await other.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`phone ${phone}`]);
  const waits = start({ phone, limits: { smsPerHour: 1 } });
  await waiting();
  await other.query(
    `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, status, masked_number, bin, last4, pan_fingerprint,
       phone_fingerprint, sms_at, resend_after, created_at, updated_at)
     VALUES (gen_random_uuid(), 'default', 'p', 'a', 'u', 'bank_card', 'starting', '621700*********1234', '621700', '1234', 'x',
       $1, now(), now(), now(), now())`,
    [phone],
  );
  await other.query('COMMIT');
  expect(outcome(await waits)).toBe('phone-hour');
});

test('starts count each other, also where the newest fingerprint key of one process is another while keys are rotated', async () => {
  const [phone, olderPhone] = [unlike(), unlike()];
  const [byNewer, byOlder] = await Promise.all([
    start({ phone, olderPhone, limits: { smsPerHour: 1 } }),
    start({ phone: olderPhone, olderPhone: phone, limits: { smsPerHour: 1 } }),
  ]);
  expect([byNewer, byOlder].map(outcome).toSorted()).toEqual(['phone-hour', 'recorded']);
});

test('a start whose older challenge another transaction holds waits for it, and keeps no other start waiting', async () => {
  const card = { user: unlike(), card: unlike() };
  const older = (await start(card)).recorded?.binding.id ?? '';
  await other.query('BEGIN');
  await other.query('UPDATE bindings SET updated_at = now() WHERE id = $1', [older]);
  const newer = start(card);
  expect(outcome(await start())).toBe('recorded');
  await waiting();
  await other.query('COMMIT');
  expect(outcome(await newer)).toBe('recorded');
  expect(await isRowOf(older)).toMatchObject({ status: 'expired' });
});

test('a start that is alone in its turn closes an older challenge in its own transaction', async () => {
  const card = { user: unlike(), card: unlike() };
  const older = (await start(card)).recorded?.binding.id ?? '';
  sent.length = 0;
  expect(outcome(await start(card))).toBe('recorded');
  expect(await isRowOf(older)).toMatchObject({ status: 'expired' });
  const statements = ['binding-start', 'binding-start-refused', 'binding-start-again'];
  expect(sent).toEqual(['BEGIN', 'lock-names', ...statements, 'COMMIT']);
});

test('a start whose key is taken records nothing, and is refused only where a limit is reached', async () => {
  const key = unlike();
  expect((await Promise.all([start({ key }), start({ key })])).map(outcome).toSorted()).toEqual([
    'nothing',
    'recorded',
  ]);
  expect(outcome(await start({ key }))).toBe('nothing');
});

test('a repeat that takes over its key does not deadlock with another that has not heard of the refusal', async () => {
  const like = { user: unlike(), card: unlike(), phone: unlike(), key: unlike() };
  const refused = (await start(like)).recorded?.operation;
  if (refused === undefined) throw new Error('It was not recorded.');
  await admin.query(
    `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
     VALUES ($1, 0, 'send', now(), now(), 'refused')`,
    [refused.id],
  );
  await admin.query(
    `UPDATE operations SET state = 'refused', refusal = '{"reason":"not_sent"}', lease_until = NULL, settled_at = now(), settled_by = 'answer' WHERE id = $1`,
    [refused.id],
  );
  await admin.query("UPDATE bindings SET status = 'refused' WHERE operation_id = $1", [refused.id]);
  // The other one has the locks of its card and phone, and comes to its key last.
  await other.query('BEGIN');
  await other.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`guess card number of a ${like.user}`]);
  const late = start(like);
  await waiting(1);
  const repeat = startInstead(refused, like);
  await waiting(2);
  await other.query('COMMIT');
  expect(outcome(await late)).toBe('nothing');
  expect(await repeat).toMatchObject({ state: 'submitting' });
});
