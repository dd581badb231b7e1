import { eventTypes } from '@card-gateway/contract';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenTestDatabase, openTestDatabase } from './setup/database.ts';
import { compareLog, recordRows, subjectKinds, subjectTables } from './setup/row-history.ts';
import {
  assigned,
  type Columns,
  insert,
  insertOperations,
  inTransaction,
  kinds,
  readColumns,
} from './setup/subject-rows.ts';

let database: OpenTestDatabase;
let owner: Pool;
let columns: Columns;
/** Types of events that were written so far. */
const written = new Set<string>();

beforeAll(async () => {
  database = await openTestDatabase('ownerUrl', { connections: 4, statementTimeoutMs: 30_000 });
  owner = database.pool;
  await recordRows(owner);
  columns = await readColumns(owner);
});
afterAll(() => database.drop());
beforeEach(() => forget());

const forget = (): Promise<unknown> => owner.query('TRUNCATE events, row_history');

/** Compares the log with all changes since it was last forgotten. */
async function expectWhole(): Promise<void> {
  const { wanted, found } = await compareLog(owner);
  for (const kind of subjectKinds) {
    expect(found[kind]).toEqual(wanted[kind]);
    for (const { type } of found[kind]) written.add(type);
  }
}

describe.each(kinds)('of a %s', (kind) => {
  const { table } = subjectTables[kind];

  test('every column that is shown and changes is told', async () => {
    const id = randomUUID();
    await inTransaction(owner, async (client) => {
      await client.query(`SET LOCAL "TimeZone" = 'Asia/Kolkata'`);
      await insert(client, kind, [id]);
      for (const [column, values] of columns.changing.get(kind) ?? []) {
        if (column === 'status') continue;
        for (const value of values) {
          await client.query(`UPDATE ${table} SET ${column} = ${assigned(column, 2)} WHERE id = $1`, [id, value]);
        }
      }
      await client.query(`UPDATE ${table} SET updated_at = now(), synced_at = now() WHERE id = $1`, [id]);
    });
    await expectWhole();
  });

  test('every change of status is told by its own type', async () => {
    const id = randomUUID();
    const of = columns.statuses.get(kind) ?? [];
    await inTransaction(owner, async (client) => {
      await insert(client, kind, [id]);
      for (const from of of) {
        for (const to of of) {
          for (const status of [from, to])
            await client.query(`UPDATE ${table} SET status = $2 WHERE id = $1`, [id, status]);
        }
      }
    });
    await expectWhole();
  });
});

test('changes of one row by many at once have versions without a hole', async () => {
  const id = randomUUID();
  await insert(owner, 'card', [id]);
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => owner.query('UPDATE cards SET balance = $2 WHERE id = $1', [id, at])),
  );
  await expectWhole();
  const { rows } = await owner.query('SELECT subject_version FROM events WHERE subject_id = $1 ORDER BY number', [id]);
  expect(rows.map((row) => row.subject_version)).toEqual(Array.from({ length: 21 }, (_, at) => at + 1));
});

test('a row from before there were events begins with version 1, and its first event says what was', async () => {
  const id = randomUUID();
  await inTransaction(owner, async (client) => {
    await client.query('ALTER TABLE cards DISABLE TRIGGER USER');
    await insert(client, 'card', [id]);
    await client.query('ALTER TABLE cards ENABLE TRIGGER USER');
  });
  await owner.query(`UPDATE cards SET status = 'active', last4 = '4321' WHERE id = $1`, [id]);
  const { rows } = await owner.query(
    'SELECT type, subject_version AS version, previous FROM events WHERE subject_id = $1',
    [id],
  );
  expect(rows).toEqual([{ type: 'card.activated', version: 1, previous: { status: 'pending', last4: null } }]);
});

test('what retention removes of a card or a binding was never shown, so that it is no change', async () => {
  const id = randomUUID();
  await insert(owner, 'card', [id]);
  await insert(owner, 'binding', [id]);
  await owner.query(`UPDATE cards SET pan_sealed = 'x', pan_fingerprint = 'f' WHERE id = $1`, [id]);
  await owner.query('UPDATE cards SET pan_sealed = NULL, pan_fingerprint = NULL WHERE id = $1', [id]);
  await owner.query(`UPDATE bindings SET phone_fingerprint = 'f' WHERE id = $1`, [id]);
  await owner.query(`UPDATE cards SET tenant = 'other' WHERE id = $1`, [id]);
  await owner.query('DELETE FROM cards WHERE id = $1', [id]);
  await expectWhole();
  const { rows } = await owner.query('SELECT type FROM events ORDER BY number');
  expect(rows.map(({ type }) => type)).toEqual(['card.pending', 'binding.starting', 'card.removed']);
});

test('each state of an operation, a sync and a callback that others wait for is told', async () => {
  const known = `lease_until = NULL, settled_at = now(), settled_by`;
  const unknown = `state = 'unknown', lease_until = NULL, unknown_because = 'no_answer', unknown_since = now()`;
  const refused = `state = 'refused', refusal = '{"reason": "rejected"}'`;
  const later = `next_look_up_at = now() + interval '1 minute'`;
  const id = Object.fromEntries(['done', 'refused', 'person', 'late'].map((name) => [name, randomUUID()]));
  await inTransaction(owner, async (client) => {
    await insertOperations(client, Object.values(id));
    for (const one of [id['done'], id['late']]) {
      await client.query(
        `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
         VALUES ($1, 0, 'send', now(), now(), 'done')`,
        [one],
      );
    }
    await client.query(
      `INSERT INTO operation_attempts (operation_id, number, kind, started_at, finished_at, outcome)
       VALUES ($1, 1, 'look-up', now(), now(), 'refused')`,
      [id['refused']],
    );
    await client.query(
      `INSERT INTO operation_resolutions (operation_id, tenant, resolved_by, api_key, outcome, reason, resolved_at)
       VALUES ($1, 'default', 'ada', 'key', 'succeeded', 'found', now())`,
      [id['person']],
    );
    const steps: readonly (readonly [string, string])[] = [
      ['done', `state = 'succeeded', ${known} = 'answer'`],
      ['refused', `${unknown}, settles_by = 'look-up', ${later}`],
      ['refused', `look_ups = 1, next_look_up_at = now() + interval '2 minutes'`],
      ['refused', `${refused}, ${known} = 'look-up', next_look_up_at = NULL`],
      ['person', `${unknown}, settles_by = 'look-up', ${later}`],
      ['person', `settles_by = 'person', next_look_up_at = NULL`],
      ['person', `state = 'succeeded', ${known} = 'person'`],
      ['late', `${unknown}, settles_by = 'person'`],
      ['late', `state = 'superseded', superseded_by = '${id['done']}', settles_by = NULL`],
      ['late', `state = 'succeeded', ${known} = 'answer'`],
      ['late', 'answer_status = NULL'],
    ];
    for (const [name, change] of steps) await client.query(`UPDATE operations SET ${change} WHERE id = $1`, [id[name]]);
    for (const end of ['succeeded', 'failed']) {
      const sync = randomUUID();
      const failure = end === 'failed' ? `'it''s gone'` : 'NULL';
      await client.query(
        `INSERT INTO syncs (id, tenant, provider, account, kind, state, created_at)
         VALUES ($1, 'default', 'keysecure', 'keysecure', 'cards', 'queued', now())`,
        [sync],
      );
      for (const change of [
        `state = 'running', started_at = now()`,
        'pages = 2, seen = 99, total = 99, unreadable = 1',
        `state = '${end}', failure = ${failure}, finished_at = now()`,
      ]) {
        await client.query(`UPDATE syncs SET ${change} WHERE id = $1`, [sync]);
      }
      await client.query('DELETE FROM syncs WHERE id = $1', [sync]);
    }
    const callback = randomUUID();
    await client.query(
      `INSERT INTO callbacks (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, received_at)
       VALUES ($1, 'default', 'keysecure', 'keysecure', 'c1', 'other', 'x', 'received', now())`,
      [callback],
    );
    for (const change of [
      `state = 'failed', failure = 'cannot be read'`,
      `state = 'received', failure = NULL, deliveries = 2`,
      `state = 'failed', failure = 'still not'`,
      `state = 'worked', failure = NULL, worked_at = now()`,
    ]) {
      await client.query(`UPDATE callbacks SET ${change} WHERE id = $1`, [callback]);
    }
    await client.query('DELETE FROM callbacks WHERE id = $1', [callback]);
  });
  await expectWhole();
});

test('the catalogue has every type that is written, and no other', () => {
  const others = eventTypes.filter((type) => /^(account|destination)\./.test(type));
  expect([...written, ...others].sort()).toEqual([...eventTypes].sort());
});
