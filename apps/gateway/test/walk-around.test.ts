import { randomUUID } from 'node:crypto';
import { administer, withClient } from '@card-gateway/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../src/audit/chain.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';

/** A compromised gateway, in a database whose owner never revoked temporary tables. */
let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  await administer(`GRANT TEMPORARY ON DATABASE ${database.name} TO card_gateway_runtime`);
});
afterAll(() => database.drop());
beforeEach(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return () => client.end();
});

const record = "INSERT INTO public.audit_log (at, caller, action, resource) VALUES (now(), 'c', 'key.create', 'key_1')";

describe('a temporary table', () => {
  test.each([
    ['as it is', ''],
    ['first in the search path', 'SET search_path = pg_temp, public'],
  ])('is not taken for the audit log: %s', async (_, setting) => {
    await client.query(record);
    await client.query(
      `CREATE TEMPORARY TABLE audit_log (seq bigint, hash bytea); INSERT INTO audit_log VALUES (9223372036854775806, sha256('x'))`,
    );
    await client.query(`${setting}; ${record}`);
    await client.query('DROP TABLE pg_temp.audit_log; RESET search_path');
    const { rows } = await client.query<{ seq: string }>('SELECT max(seq) AS seq FROM audit_log');
    expect(await verifyChain(client as unknown as pg.Pool)).toMatchObject({
      intact: true,
      head: { seq: BigInt(rows[0]?.seq ?? 0) },
    });
  });

  test('is not taken for the evidence that closes an operation', async () => {
    const id = randomUUID();
    await client.query(
      `CREATE TEMPORARY TABLE operation_attempts (operation_id uuid, outcome text);
       CREATE TEMPORARY TABLE operation_resolutions (operation_id uuid, outcome text);
       INSERT INTO operation_attempts VALUES ('${id}', 'done'); INSERT INTO operation_resolutions VALUES ('${id}', 'succeeded')`,
    );
    for (const by of ['answer', 'person']) {
      const closed = client.query(
        `INSERT INTO operations (id, tenant, caller, type, provider, account, resource_id, state, settled_by, settled_at, created_at, updated_at)
         VALUES ($1, 't', 'c', 'issueCard', 'p', 'a', $1, 'succeeded', $2, now(), now(), now())`,
        [id, by],
      );
      await expect(closed).rejects.toMatchObject({ code: '23514', constraint: 'operations_evidence' });
    }
  });

  test('is not taken for the list of retired keys', async () => {
    await withClient(database.ownerUrl, (owner) =>
      owner.query("INSERT INTO retired_sealing_keys VALUES ('old', now())"),
    );
    await client.query('CREATE TEMPORARY TABLE retired_sealing_keys (id text)');
    const sealed = Buffer.from('\u0001\u0003old and more');
    const kept = client.query(
      `INSERT INTO callbacks (id, tenant, provider, account, deduplication_key, kind, record_sealed, state, received_at)
       VALUES (gen_random_uuid(), 't', 'p', 'a', 'd', 'other', $1, 'received', now())`,
      [sealed],
    );
    await expect(kept).rejects.toThrow('the sealing key "old" is retired');
  });
});

test('every function of the database has a search path of its own, with temporary tables last', async () => {
  const { rows } = await client.query(
    `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     AND NOT coalesce('search_path=pg_catalog, public, pg_temp' = ANY (proconfig), false)`,
  );
  expect(rows).toEqual([]);
});

test('no row of the audit log has a number after which there is none', async () => {
  await withClient(database.ownerUrl, async (owner) => {
    await owner.query('BEGIN; ALTER TABLE audit_log DISABLE TRIGGER audit_log_chain');
    const last = owner.query(
      `INSERT INTO audit_log (seq, at, caller, action, resource, previous_hash, hash)
       VALUES (9223372036854775807, now(), 'c', 'key.create', 'x', '', '')`,
    );
    await expect(last).rejects.toMatchObject({ code: '23514', constraint: 'audit_log_seq' });
    await owner.query('ROLLBACK');
  });
});
