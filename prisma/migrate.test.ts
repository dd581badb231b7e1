import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { applyMigrations, migrate, migrationFiles, migrationStatus } from './migrate.ts';
import { withMigrationLock } from './migration-lock.ts';
import { createDatabase, type OwnDatabase, withClient } from './testing.ts';

interface Migration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly [column: string]: unknown;
}

const migrationsOf = (url: string): Promise<Migration[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<Migration>('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    return rows;
  });

/** All tables, columns, constraints and indexes, and the migrations that made them. */
const stateOf = (url: string): Promise<unknown> =>
  withClient(url, async (client) => {
    const schemas = "('public', 'graphile_worker')";
    const { rows: columns } = await client.query(
      `SELECT table_schema, table_name, column_name, data_type, is_nullable FROM information_schema.columns
       WHERE table_schema IN ${schemas} ORDER BY 1, 2, 3`,
    );
    const { rows: indexes } = await client.query(
      `SELECT indexdef FROM pg_indexes WHERE schemaname IN ${schemas} ORDER BY 1`,
    );
    const { rows: migrations } = await client.query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    return { columns, indexes, migrations };
  });

describe('an empty database', () => {
  let database: OwnDatabase;
  beforeEach(async () => {
    database = await createDatabase('template0');
    return database.drop;
  });

  test('is brought up to date, and told so in the way of Prisma', async () => {
    await migrate(database.ownerUrl);
    const folder = new URL('migrations/', import.meta.url);
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const rows = await migrationsOf(database.ownerUrl);
    expect(rows.map(({ migration_name: name }) => name)).toEqual(names.map(({ name }) => name).toSorted());
    for (const { migration_name: name, checksum, ...row } of rows) {
      const script = await readFile(new URL(`${name}/migration.sql`, folder));
      expect(checksum).toBe(createHash('sha256').update(script).digest('hex'));
      expect(row).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        started_at: expect.any(Date),
        finished_at: expect.any(Date),
        applied_steps_count: 1,
        logs: null,
        rolled_back_at: null,
      });
    }
  });

  test('has the table of migrations that Prisma would make', async () => {
    await migrate(database.ownerUrl);
    const columns = await withClient(database.ownerUrl, async (client) => {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT column_name, data_type, character_maximum_length AS most, is_nullable, column_default
         FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
      );
      return rows.map((row) => Object.values(row));
    });
    expect(columns).toEqual([
      ['id', 'character varying', 36, 'NO', null],
      ['checksum', 'character varying', 64, 'NO', null],
      ['finished_at', 'timestamp with time zone', null, 'YES', null],
      ['migration_name', 'character varying', 255, 'NO', null],
      ['logs', 'text', null, 'YES', null],
      ['rolled_back_at', 'timestamp with time zone', null, 'YES', null],
      ['started_at', 'timestamp with time zone', null, 'NO', 'now()'],
      ['applied_steps_count', 'integer', null, 'NO', '0'],
    ]);
  });

  test('is migrated once, however many start at a time', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(database.ownerUrl)));
    const rows = await migrationsOf(database.ownerUrl);
    expect(new Set(rows.map(({ migration_name: name }) => name)).size).toBe(rows.length);
  });

  test('waits for a migration by the Prisma CLI, and says who holds the lock', async () => {
    await withClient(database.ownerUrl, async (client) => {
      await client.query("SET application_name = 'prisma'");
      const { rows: holder } = await client.query<{ pid: number }>(
        'SELECT pg_backend_pid() AS pid, pg_advisory_lock(72707369)',
      );
      let migrating: Promise<unknown> | undefined;
      const lines: string[] = [];
      const reported = new Promise<void>((resolve) => {
        const report = (line: string): void => {
          lines.push(line);
          resolve();
        };
        migrating = migrate(database.ownerUrl, { report });
      });
      await reported;
      const { rows } = await client.query("SELECT to_regclass('public.cards') AS cards");
      expect(rows).toEqual([{ cards: null }]);
      await client.query('SELECT pg_advisory_unlock(72707369)');
      await migrating;
      expect(lines[0]).toBe(
        `Another process holds the lock on migrations: pid ${holder[0]?.pid}, "prisma" as card_gateway_owner from 127.0.0.1. Waiting for at most 10 min.`,
      );
      expect(lines.slice(1)).toEqual((await migrationFiles()).map(({ name }) => `Applied migration ${name}.`));
    });
  });

  test('waits no longer than it is to', async () => {
    await withClient(database.ownerUrl, async (client) => {
      await client.query('SELECT pg_advisory_lock(72707369)');
      await expect(migrate(database.ownerUrl, { lockWaitMs: 1 })).rejects.toThrow(
        /^Another process still holds the lock on migrations after 1 min: pid \d+, .* See what it does in pg_stat_activity; pg_terminate_backend ends it\.$/,
      );
    });
  });

  test('has no lock left, also behind a pooler whose session goes on, and whatever fails', async () => {
    await withClient(database.ownerUrl, async (client) => {
      const locks = async (): Promise<unknown> =>
        (
          await client.query(
            `SELECT pid = pg_backend_pid() AS own FROM pg_locks JOIN pg_database d ON d.oid = database
             WHERE locktype = 'advisory' AND datname = current_database()`,
          )
        ).rows;
      await withMigrationLock(client, {}, async () => expect(await locks()).toEqual([{ own: true }]));
      expect(await locks()).toEqual([]);
      const failing = withMigrationLock(client, {}, () => Promise.reject(new Error('It failed.')));
      await expect(failing).rejects.toThrow('It failed.');
      expect(await locks()).toEqual([]);
    });
  });

  test('whose migration fails stays as it was, and the error names the migration', async () => {
    // The last table of the script is there already, so that all before it has been made when it fails.
    await withClient(database.ownerUrl, (client) => client.query('CREATE TABLE syncs (x integer)'));
    const failure = await migrate(database.ownerUrl).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(failure?.message).toMatch(
      /^Migration 20261122000000_initial failed: relation "syncs" already exists, at line 2\d\d\.$/,
    );
    const { tables } = await withClient(database.ownerUrl, async (client) => {
      const { rows } = await client.query<{ tables: string[] }>(
        "SELECT array_agg(tablename::text ORDER BY tablename) AS tables FROM pg_tables WHERE schemaname = 'public'",
      );
      return rows[0] ?? { tables: [] };
    });
    expect(tables).toEqual(['_prisma_migrations', 'syncs']);
    expect(await migrationsOf(database.ownerUrl)).toEqual([]);

    await withClient(database.ownerUrl, (client) => client.query('DROP TABLE syncs'));
    await migrate(database.ownerUrl);
    expect(await migrationsOf(database.ownerUrl)).not.toEqual([]);
  });
});

describe('a migration', () => {
  let database: OwnDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createDatabase('migrated');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    return async () => {
      await client.end();
      await database.drop();
    };
  });

  /** Applies what is written here as the next migration. */
  const applying = async (script: string, report?: (line: string) => void): Promise<void> =>
    applyMigrations(
      client,
      [...(await migrationFiles()), { name: '29991231000000_next', script, checksum: 'x' }],
      report,
    );

  test.each([
    ['SELECT 1;\nSELECT 1,\n  nothing;', 'column "nothing" does not exist', 3],
    ['-- It fails\n-- when it runs.\n\nSELECT 1;\n\nSELECT 1 / 0;\n', 'division by zero', 6],
    ['CREATE TABLE a ();\nCREATE TABLE b (;', 'syntax error at or near ";"', 2],
  ])("that fails is named, with the server's own words and the line: %j", async (script, words, line) => {
    await expect(applying(script)).rejects.toThrow(`Migration 29991231000000_next failed: ${words}, at line ${line}.`);
    expect(await status()).toMatchObject({ pending: ['29991231000000_next'], failed: [] });
  });

  test('waits for a table that others use without keeping them from it, and is tried again', async () => {
    await withClient(database.ownerUrl, async (other) => {
      await other.query('BEGIN; SELECT FROM cards');
      const lines: string[] = [];
      await applying('ALTER TABLE cards ADD COLUMN more text', (line) => {
        lines.push(line);
        if (lines.length === 1) void other.query('COMMIT');
      });
      expect(lines).toEqual([
        'Migration 29991231000000_next failed: canceling statement due to lock timeout, at line 1. Others use the table; trying again.',
        'Applied migration 29991231000000_next.',
      ]);
    });
  });

  test('makes an index while others write, and is left half-way when that fails', async () => {
    await client.query('CREATE TABLE kept (x integer); INSERT INTO kept VALUES (1)');
    await applying('CREATE INDEX CONCURRENTLY kept_x ON kept (x);');
    expect(await indexesOfKept()).toEqual([{ indisvalid: true }]);
    await client.query("DELETE FROM _prisma_migrations WHERE checksum = 'x'; INSERT INTO kept VALUES (1)");
    const again = applying('CREATE UNIQUE INDEX CONCURRENTLY kept_twice ON kept (x);');
    await expect(again).rejects.toThrow('could not create unique index "kept_twice", at line 1.');
    expect(await status()).toMatchObject({ failed: ['29991231000000_next'] });
  });

  test('that begins by removing what it may have left is applied again after it stopped half-way', async () => {
    const script = `DROP INDEX CONCURRENTLY IF EXISTS kept_x;
      CREATE UNIQUE INDEX CONCURRENTLY kept_x ON kept (x);`;
    await client.query('CREATE TABLE kept (x integer); INSERT INTO kept VALUES (1), (1)');
    await expect(applying(script)).rejects.toThrow('could not create unique index "kept_x", at line 2.');
    expect(await indexesOfKept()).toEqual([{ indisvalid: false }]);
    expect(await status(script)).toMatchObject({ pending: ['29991231000000_next'], failed: [] });
    await client.query('DELETE FROM kept; INSERT INTO kept VALUES (1)');
    await applying(script);
    expect(await indexesOfKept()).toEqual([{ indisvalid: true }]);
    expect(await status(script)).toMatchObject({ pending: [], changed: [], failed: [] });
  });

  const indexesOfKept = async (): Promise<unknown[]> =>
    (await client.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'kept'::regclass")).rows;

  const status = async (script = '') =>
    migrationStatus(client, [...(await migrationFiles()), { name: '29991231000000_next', script, checksum: 'x' }]);
});

describe('a migrated database', () => {
  let database: OwnDatabase;
  beforeEach(async () => {
    database = await createDatabase('migrated');
    return database.drop;
  });

  const change = (statement: string): Promise<unknown> =>
    withClient(database.ownerUrl, (client) => client.query(statement));

  test('is not touched again', async () => {
    const before = await stateOf(database.ownerUrl);
    await migrate(database.ownerUrl);
    expect(await stateOf(database.ownerUrl)).toEqual(before);
  });

  test('is refused when a migration was changed afterwards', async () => {
    await change("UPDATE _prisma_migrations SET checksum = repeat('0', 64)");
    const before = await stateOf(database.ownerUrl);
    await expect(migrate(database.ownerUrl)).rejects.toThrow(
      'Migration 20261122000000_initial was changed after it had been applied. Restore the file and write a new migration.',
    );
    expect(await stateOf(database.ownerUrl)).toEqual(before);
  });

  test('is refused when a migration failed half-way', async () => {
    await change('UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate(database.ownerUrl)).rejects.toThrow(
      'Migration 20261122000000_initial failed half-way. Mend the database, then mark it with "prisma migrate resolve".',
    );
  });

  test('forgets what was marked as rolled back', async () => {
    await change('UPDATE _prisma_migrations SET rolled_back_at = now()');
    await expect(migrate(database.ownerUrl)).rejects.toThrow('Migration 20261122000000_initial failed: relation');
  });

  test('may hold a newer migration than this version knows, as after going back a version', async () => {
    await change(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ('${randomUUID()}', 'x', '29991231000000_future', now(), 1)`,
    );
    await migrate(database.ownerUrl);
  });
});

test('a server that is not there is an error without the password', async () => {
  const url = new URL(inject('templateOwnerUrl'));
  const { password } = url;
  url.port = '1';
  const failure = await migrate(url.href).then(
    () => null,
    (error: unknown) => error as Error & { code?: string },
  );
  expect(failure?.code).toBe('ECONNREFUSED');
  expect(JSON.stringify([failure, failure?.message, failure?.stack])).not.toContain(password);
});

describe('the database refuses', () => {
  let database: OwnDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createDatabase('migrated');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    for (const [table, row] of Object.entries(rows)) await insert(table, row);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const at = '2026-11-22T10:00:00Z';
  const resource = { tenant: 't', provider: 'p', account: 'a', created_at: at, updated_at: at };
  const operation = {
    ...resource,
    id: '01a20000-0000-7000-8000-000000000001',
    caller: 'c',
    idempotency_key: 'k',
    request_hash: 'h',
    type: 'issueCard',
    resource_id: '01a20000-0000-7000-8000-000000000002',
    state: 'submitting',
    lease_until: at,
  };
  const resolved = { state: 'succeeded', settled_by: 'answer', settled_at: at, lease_until: null };
  const unknown = {
    state: 'unknown',
    unknown_because: 'no_answer',
    unknown_since: at,
    settles_by: 'person',
    lease_until: null,
  };
  /** A possible row of each table. */
  const rows: Record<string, Record<string, unknown>> = {
    api_keys: { id: operation.id, tenant: 't', caller: 'c', hash: Buffer.alloc(32), scopes: ['admin'], created_at: at },
    operations: operation,
    operation_attempts: {
      operation_id: operation.id,
      number: 0,
      kind: 'send',
      started_at: at,
      finished_at: at,
      outcome: 'done',
    },
    operation_resolutions: {
      operation_id: operation.id,
      tenant: 't',
      resolved_by: 'c',
      api_key: 'key',
      outcome: 'refused',
      reason: 'r',
      resolved_at: at,
    },
    card_products: {
      id: operation.id,
      tenant: 't',
      provider: 'p',
      account: 'a',
      provider_ref: 'r',
      status: 'available',
      issuable: true,
      seen_at: at,
    },
    cardholders: { ...resource, id: operation.id, reference: 'r', status: 'pending' },
    cards: { ...resource, id: operation.id, status: 'pending' },
    bindings: {
      ...resource,
      id: operation.id,
      user_ref: 'u',
      kind: 'bank_card',
      status: 'bound',
      masked_number: '621700******0123',
      last4: '0123',
    },
    card_transactions: {
      ...resource,
      id: operation.id,
      provider_ref: 'r',
      card_ref: 'c',
      type: 'purchase',
      provider_type: 'Consumption',
      status: 'succeeded',
      provider_status: 'Success',
      amount: '1.00',
      said_at: at,
      first_at: at,
      synced_at: at,
    },
    transfers: {
      ...resource,
      id: operation.id,
      cardholder_id: operation.id,
      direction: 'in',
      amount: '1.00',
      currency: 'TUSDT',
      status: 'pending',
      operation_id: operation.id,
    },
    callbacks: {
      id: operation.id,
      tenant: 't',
      provider: 'p',
      account: 'a',
      deduplication_key: 'd',
      kind: 'other',
      record_sealed: Buffer.alloc(1),
      state: 'received',
      received_at: at,
    },
    authorization_decisions: {
      account: 'a',
      transaction_ref: 'x',
      card_ref: 'c',
      amount: '1.50',
      decision: 'decline',
      because: 'no_setting',
      decided_at: at,
    },
    key_checks: { kind: 'sealing', id: 'k', check_value: Buffer.alloc(32) },
    audit_log: { at, caller: 'c', action: 'key.create', resource: 'key' },
    syncs: {
      id: operation.id,
      tenant: 't',
      provider: 'p',
      account: 'a',
      kind: 'cards',
      state: 'queued',
      created_at: at,
    },
    sync_rows: { sync_id: operation.id, provider_ref: 'r', first_lap: 1, lap: 1 },
    account_circuits: { account: 'a', tenant: 't', provider: 'p', circuit: 'open', status: 'down' },
    event_destinations: {
      id: operation.id,
      tenant: 't',
      url: 'https://hooks.example.com',
      types: ['*'],
      scopes: ['admin'],
      secrets_sealed: Buffer.alloc(1),
      status: 'active',
      position: 1,
      created_at: at,
      updated_at: at,
    },
  };

  /** For each CHECK and each rule, rows that it alone makes impossible. */
  const impossible: Record<string, Record<string, unknown>[]> = {
    api_keys_hash_length: [{ hash: Buffer.alloc(31) }, { hash: Buffer.alloc(33) }, { hash: Buffer.alloc(0) }],
    operations_type: [{ type: 'sendMoney' }],
    operations_state: [{ state: 'failed', lease_until: null }],
    operations_settles_by: [{ settles_by: 'hope' }],
    operations_unknown_because: [{ unknown_because: 'bad_luck' }],
    operations_settled_by: [{ ...resolved, settled_by: 'hope' }],
    operations_settled: [
      { state: 'succeeded', lease_until: null },
      { state: 'succeeded', settled_at: at, lease_until: null },
      { state: 'refused', refusal: {}, settled_by: 'answer', lease_until: null },
      { settled_by: 'answer', settled_at: at },
    ],
    operations_unknown: [
      { state: 'unknown' },
      { state: 'unknown', unknown_because: 'no_answer', unknown_since: at },
      { state: 'unknown', unknown_because: 'no_answer', settles_by: 'person' },
      { state: 'unknown', unknown_since: at, settles_by: 'person' },
    ],
    operations_refusal: [{ ...resolved, state: 'refused' }, { ...resolved, refusal: {} }, { refusal: {} }],
    operations_answer: [
      { ...resolved, answer: {} },
      { ...resolved, answer_status: 201 },
      { answer: {}, answer_status: 201 },
    ],
    operations_keyed: [
      { ...resolved, idempotency_key: null },
      { ...resolved, request_hash: null },
      { idempotency_key: null, request_hash: null },
      { ...resolved, idempotency_key: null, request_hash: null, answer: {}, answer_status: 201 },
    ],
    operations_lease: [{ lease_until: null }, { ...resolved, lease_until: at }],
    operations_fence: [{ fence: 0 }],
    operations_silent: [{ silent_ms: -1 }, { silent_since: at }],
    operations_superseded: [
      { superseded_by: operation.id },
      { state: 'superseded', lease_until: null, unknown_since: at },
    ],
    operation_attempts_number: [{ number: -1, kind: 'look-up' }],
    operation_attempts_kind: [{ kind: 'guess' }],
    operation_attempts_send_once: [{ number: 1 }],
    operation_resolutions_by: [{ resolved_by: '' }],
    operation_resolutions_outcome: [{ outcome: 'perhaps' }],
    operation_resolutions_reason: [{ reason: '' }, { reason: 'x'.repeat(501) }],
    operation_resolutions_keyed: [{ idempotency_key: 'k' }, { request_hash: 'h' }],
    operation_attempts_outcome: [{ number: 1, kind: 'look-up', outcome: 'perhaps' }],
    card_products_status: [{ status: 'gone' }],
    card_products_forms: [{ forms: ['paper'] }, { forms: ['virtual', 'paper'] }],
    cardholders_status: [{ status: 'dead' }],
    cardholders_failed_is_nowhere: [{ status: 'failed', provider_ref: 'r' }],
    cards_status: [{ status: 'eaten' }],
    cards_form: [{ form: 'paper' }],
    cards_last4: [{ last4: '123' }, { last4: '12345' }, { last4: 'abcd' }],
    cards_bin: [{ bin: '12345' }, { bin: '1234567' }],
    cards_expiry: [{ expiry: '2026-13' }, { expiry: '2026-00' }, { expiry: '12/26' }, { expiry: '2026-12-01' }],
    cards_sealed_has_fingerprint: [{ pan_sealed: Buffer.alloc(1) }, { pan_fingerprint: 'f1:00' }],
    bindings_kind: [{ kind: 'paper' }],
    bindings_status: [{ status: 'torn' }],
    bindings_masked: [{ masked_number: '6217001234567890123' }, { masked_number: '621700123***0123' }],
    bindings_last4: [{ last4: '123' }],
    bindings_challenge: [
      { status: 'awaiting_code' },
      { status: 'verifying', challenge_ref: 'c', challenge_expires_at: at },
      { status: 'awaiting_code', challenge_ref: 'c', attempts_left: 5 },
      { status: 'awaiting_code', challenge_expires_at: at, attempts_left: 5 },
    ],
    bindings_attempts: [{ attempts_left: -1 }],
    bindings_removed_has_no_token: [{ status: 'removed', token_sealed: Buffer.alloc(1) }],
    card_transactions_type: [{ type: 'gift' }],
    card_transactions_status: [{ status: 'lost' }],
    card_transactions_fees: [{ fees: '{}' }],
    card_transactions_merchant: [{ merchant: '"a shop"' }],
    card_transactions_first: [{ first_at: '2026-11-22T10:00:00.001Z' }],
    transfers_direction: [{ direction: 'sideways' }],
    transfers_amount: [{ amount: '0' }, { amount: '-1' }],
    transfers_status: [{ status: 'unrecognized' }],
    transfers_succeeded_is_there: [{ status: 'succeeded' }],
    callbacks_deduplication_key: [{ deduplication_key: '' }, { deduplication_key: 'x'.repeat(201) }],
    callbacks_kind: [{ kind: 'gossip' }],
    callbacks_state: [{ state: 'lost' }],
    callbacks_deliveries: [{ deliveries: 0 }],
    callbacks_decision: [{ kind: 'authorization', decision: 'perhaps' }],
    callbacks_decided: [{ decision: 'approve' }, { kind: 'authorization' }],
    callbacks_worked: [{ state: 'worked' }, { worked_at: at }],
    callbacks_failure: [{ state: 'failed' }, { failure: 'x' }],
    authorization_decisions_decision: [{ decision: 'perhaps', because: 'setting' }],
    authorization_decisions_because: [{ because: 'mood' }],
    authorization_decisions_approved: [{ decision: 'approve' }, { decision: 'approve', because: 'service_late' }],
    audit_log_action: [{ action: 'reveal' }, { action: 'Card.reveal' }, { action: 'card.' }],
    audit_log_purpose: [{ purpose: '' }, { purpose: 'card 621700123' }],
    key_checks_kind: [{ kind: 'signing' }],
    key_checks_value: [{ check_value: Buffer.alloc(31) }],
    syncs_kind: [{ kind: 'coins', user_ref: 'u' }],
    syncs_user: [{ user_ref: 'u' }, { kind: 'token' }],
    syncs_state: [{ state: 'lost' }],
    syncs_finished: [{ state: 'succeeded' }, { finished_at: at }],
    sync_rows_laps: [{ first_lap: 0 }, { first_lap: 2 }],
    account_circuits_circuit: [{ circuit: 'half-open' }],
    event_destinations_url: [{ url: '' }, { url: 'x'.repeat(1001) }],
    event_destinations_status: [{ status: 'asleep' }],
    event_destinations_disabled: [{ status: 'disabled' }, { disabled_reason: 'gone' }],
    event_destinations_replay: [{ replay_position: 1 }, { replay_position: 1, replay_end: 2, replay_types: ['*'] }],
    syncs_failure: [
      { state: 'failed', finished_at: at },
      { state: 'succeeded', finished_at: at, failure: 'x' },
    ],
  };

  async function insert(table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    await client.query(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
      Object.values(row),
    );
  }

  async function update(table: string, change: Record<string, unknown>): Promise<void> {
    const sets = Object.keys(change).map((name, index) => `${name} = $${index + 1}`);
    await client.query(`UPDATE ${table} SET ${sets.join(', ')}`, Object.values(change));
  }

  test('by every CHECK and every rule there is', async () => {
    const { rows: checks } = await client.query<{ name: string }>(
      `SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
       UNION
       SELECT (regexp_matches(prosrc, $$THEN '(\\w+)'$$, 'g'))[1]
       FROM pg_proc WHERE proname LIKE '%\\_rules' AND 2 = (
         SELECT count(DISTINCT tgtype) FROM pg_trigger WHERE tgfoid = pg_proc.oid AND tgenabled = 'O' AND tgqual IS NULL
           AND tgrelid::regclass || '_rules' = proname AND tgtype IN (7, 17) -- before an insert, and after an update, of each row
       )`,
    );
    // The number of a row and the hash of a key are the database's own, whatever is written (walk-around and upgrade tests).
    const ofTheDatabase = ['audit_log_seq', 'operations_key_is_hash', 'operation_resolutions_key_is_hash'];
    // What a row may become is no question of its values (ledger tests).
    const elsewhere = new Set([...ofTheDatabase, 'operations_forward']);
    const others = checks.flatMap(({ name }) => (elsewhere.has(name) ? [] : [name]));
    expect(others.toSorted()).toEqual(Object.keys(impossible).toSorted());
  });

  test.each(Object.entries(impossible))('what %s forbids', async (constraint, changes) => {
    const table = tableOf(constraint);
    for (const change of changes) {
      const row: Record<string, unknown> = { ...rows[table], ...change };
      if (row['id'] !== undefined) row['id'] = randomUUID();
      await expect(insert(table, row), JSON.stringify(change)).rejects.toMatchObject({ code: '23514', constraint });
    }
    for (const change of appendOnly.has(table) ? [] : changes) {
      await client.query('BEGIN');
      try {
        if (change['state'] === 'superseded') await update(table, unknown); // nothing else can become superseded
        const updated = update(table, change);
        await expect(updated, `update ${JSON.stringify(change)}`).rejects.toMatchObject({ code: '23514', constraint });
      } finally {
        await client.query('ROLLBACK');
      }
    }
  });
  const appendOnly: ReadonlySet<string> = new Set(['audit_log']);

  function tableOf(constraint: string): string {
    const tables = Object.keys(rows).filter((name) => constraint.startsWith(`${name}_`));
    return tables.sort((one, other) => other.length - one.length)[0] ?? constraint;
  }

  const twice: [string, string, Record<string, unknown>, Record<string, unknown>][] = [
    ['api_keys_hash_key', 'api_keys', {}, {}],
    ['operations_idempotency_key', 'operations', {}, {}],
    ['operation_attempts_pkey', 'operation_attempts', {}, {}],
    ['card_products_provider_ref_key', 'card_products', {}, {}],
    [
      'cardholders_provider_ref_key',
      'cardholders',
      { provider_ref: 'x', reference: 'r1' },
      { provider_ref: 'x', reference: 'r2' },
    ],
    ['cardholders_reference_key', 'cardholders', { reference: 'r3' }, { reference: 'r3' }],
    ['cards_provider_ref_key', 'cards', { provider_ref: 'x' }, { provider_ref: 'x' }],
    ['bindings_provider_ref_key', 'bindings', { provider_ref: 'x' }, { provider_ref: 'x' }],
    [
      'bindings_open_challenge_key',
      'bindings',
      { status: 'starting', pan_fingerprint: 'f' },
      { status: 'starting', pan_fingerprint: 'f' },
    ],
    ['bindings_bound_key', 'bindings', { pan_fingerprint: 'g' }, { pan_fingerprint: 'g' }],
    ['callbacks_deduplication_key_key', 'callbacks', {}, {}],
    ['event_destinations_url_key', 'event_destinations', {}, {}],
    ['key_checks_pkey', 'key_checks', { id: 'twice' }, { id: 'twice' }],
    ['authorization_decisions_pkey', 'authorization_decisions', {}, {}],
  ];

  test.each(twice)('a second row by %s', async (constraint, table, first, second) => {
    const fresh = (change: Record<string, unknown>): Record<string, unknown> => ({
      ...rows[table],
      ...(rows[table]?.['id'] !== undefined && { id: randomUUID() }),
      ...change,
    });
    if (Object.keys(first).length > 0) await insert(table, fresh(first));
    await expect(insert(table, fresh(second))).rejects.toMatchObject({ code: '23505', constraint });
  });

  test('no key of another tenant or caller', async () => {
    for (const change of [{ tenant: 'u' }, { caller: 'd' }, { idempotency_key: 'l' }]) {
      await insert('operations', { ...operation, id: randomUUID(), ...change });
    }
  });

  test('no reference that a refused application left free', async () => {
    const failed = { ...rows['cardholders'], reference: 'again', status: 'failed' };
    await insert('cardholders', { ...failed, id: randomUUID() });
    await insert('cardholders', { ...failed, id: randomUUID() });
    await insert('cardholders', { ...failed, id: randomUUID(), status: 'pending' });
  });
});
