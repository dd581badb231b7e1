import { readdir, readFile } from 'node:fs/promises';
import { openDatabase } from '@card-gateway/database';
import { migrate, migrationFiles, migrationStatus } from '@card-gateway/database/migrate';
import { createRoles, runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import { toPublicId } from '@card-gateway/core';
import { startSandbox } from '@card-gateway/sandbox';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { verifyChain } from '../src/audit/chain.ts';
import { createTestDatabase } from './setup/database.ts';
import { install } from './setup/process.ts';

const folder = new URL('../../../prisma/versions/', import.meta.url);
const versions = (await readdir(folder)).flatMap((file) => /^(\d.*)\.sql$/.exec(file)?.[1] ?? []);

/** All that migrations make, with who owns it and who may do what: in no order that depends on theirs. */
const schemaOf = (url: string): Promise<unknown> =>
  withClient(url, async (client) => {
    const namespaces = "IN ('public'::regnamespace, 'graphile_worker'::regnamespace)";
    const statements = {
      tables: `SELECT oid::regclass::text AS name, relkind, pg_get_userbyid(relowner) AS owner, relrowsecurity,
                 ARRAY(SELECT acl::text FROM unnest(relacl) acl ORDER BY 1) AS acl
               FROM pg_class WHERE relnamespace ${namespaces} AND relkind IN ('r', 'v', 'S') ORDER BY 1`,
      columns: `SELECT attrelid::regclass::text AS "table", attname, format_type(atttypid, atttypmod) AS type, attnotnull, attgenerated,
                  pg_get_expr(adbin, adrelid) AS fallback
                FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                WHERE relnamespace ${namespaces} AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2`,
      // Those of NOT NULL are the columns'; PostgreSQL 18 gives them names, by what a table was called then.
      constraints: `SELECT conrelid::regclass::text AS "table", conname, convalidated, pg_get_constraintdef(oid) AS definition
                    FROM pg_constraint WHERE connamespace ${namespaces} AND contype <> 'n' ORDER BY 1, 2`,
      indexes: `SELECT pg_get_indexdef(indexrelid) AS definition, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indrelid
                WHERE relnamespace ${namespaces} ORDER BY 1`,
      // A condition that was dumped and read again has other parentheses.
      triggers: `SELECT translate(pg_get_triggerdef(t.oid), '()', '') AS definition, tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
                 WHERE relnamespace ${namespaces} AND NOT tgisinternal ORDER BY 1`,
      functions: `SELECT pg_get_functiondef(oid) AS definition, pg_get_userbyid(proowner) AS owner
                  FROM pg_proc WHERE pronamespace ${namespaces} ORDER BY oid::regprocedure::text`,
      policies: `SELECT schemaname, tablename, policyname, roles, qual, with_check FROM pg_policies ORDER BY 1, 2, 3`,
    };
    const schema: Record<string, unknown> = {};
    for (const [what, statement] of Object.entries(statements)) schema[what] = (await client.query(statement)).rows;
    return schema;
  });

const countsOf = (url: string, tables: readonly string[]): Promise<Record<string, number>> =>
  withClient(url, async (client) => {
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${table}`);
      counts[table] = rows[0]?.count ?? 0;
    }
    return counts;
  });

describe.each(versions)('a database of version %s', (version) => {
  let database: OwnDatabase;
  let keys: { readonly GATEWAY_SEALING_KEYS: string; readonly GATEWAY_FINGERPRINT_KEYS: string };
  let before: Record<string, number>;
  let writes: Record<string, { readonly id: string; readonly key: string }>;
  let pool: Pool;

  beforeAll(async () => {
    const dump = await readFile(new URL(`${version}.sql`, folder), 'utf8');
    const keyOf = (kind: string): string => new RegExp(`^-- ${kind} keys: (.*)$`, 'm').exec(dump)?.[1] ?? '';
    keys = { GATEWAY_SEALING_KEYS: keyOf('sealing'), GATEWAY_FINGERPRINT_KEYS: keyOf('fingerprint') };
    database = await createDatabase('template0');
    const tables = [...dump.matchAll(/^CREATE TABLE (public\.\w+) /gm)].map(([, name = '']) => name);
    await withClient(database.superuserUrl, (superuser) => superuser.query(dump));
    await withClient(database.superuserUrl, (superuser) =>
      superuser.query(
        `INSERT INTO api_keys (id, tenant, caller, hash, scopes, created_at)
         SELECT gen_random_uuid(), 'default', 'service', sha256(scopes::text::bytea), scopes, now()
         FROM (VALUES ('{cards:write,catalog:read}'::text[]), ('{cards:read}'), ('{bindings:write}'), ('{cards:write,transfers:write}')) key (scopes)`,
      ),
    );
    await withClient(database.superuserUrl, (superuser) =>
      superuser.query(
        `INSERT INTO audit_log (at, tenant, caller, key_id, action, resource, purpose)
         SELECT now() - age * interval '1 minute', 'default', 'service', 'key_of_' || age, 'card.reveal', 'card_x', 'before the upgrade'
         FROM unnest('{70,50}'::integer[]) age`,
      ),
    );
    before = await countsOf(database.superuserUrl, tables);
    const { rows } = await withClient(database.superuserUrl, (superuser) =>
      superuser.query<{ type: string; id: string; key: string }>(
        `SELECT type, resource_id AS id, idempotency_key AS key FROM operations WHERE type = 'freezeCard'
         UNION ALL SELECT 'resolveOperation', operation_id, idempotency_key FROM operation_resolutions`,
      ),
    );
    writes = Object.fromEntries(rows.map(({ type, ...write }) => [type, write]));
    await createRoles(database.superuserUrl, {
      owner: new URL(inject('templateOwnerUrl')).password,
      runtime: new URL(inject('templateRuntimeUrl')).password,
    });
    pool = openDatabase(database.url, { connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  test('has something in every table of its own', () => {
    expect(Object.keys(before).length).toBeGreaterThan(10);
    expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([]);
  });

  test('becomes what an empty one becomes, and loses nothing', async () => {
    const status = await withClient(database.ownerUrl, async (owner) => migrationStatus(owner, await migrationFiles()));
    // One that comes before what databases have would be applied there after it, and elsewhere before it.
    const { rows } = await withClient(database.ownerUrl, (owner) =>
      owner.query<{ newest: string }>('SELECT max(migration_name) AS newest FROM _prisma_migrations'),
    );
    expect(status.pending.filter((name) => name < String(rows[0]?.newest))).toEqual([]);

    await migrate(database.ownerUrl, { runtimeRole });
    const { _prisma_migrations: _, ...kept } = renamed(await countsOf(database.ownerUrl, Object.keys(before)));
    const { _prisma_migrations: __, ...had } = renamed(before);
    expect(kept).toEqual(had);
    const { rows: keysKept } = await withClient(database.ownerUrl, (owner) =>
      owner.query<{ scopes: string[] }>("SELECT scopes FROM api_keys WHERE caller = 'service' ORDER BY scopes"),
    );
    // Keys that could make transfers still can.
    expect(keysKept.map(({ scopes }) => scopes)).toEqual([
      ['bindings:write'],
      ['cards:read'],
      ['cards:write', 'catalog:read', 'transfers:write'],
      ['cards:write', 'transfers:write'],
    ]);
    const { rows: looks } = await withClient(database.ownerUrl, (owner) => owner.query('SELECT subject FROM guesses'));
    expect(looks).toEqual([{ subject: 'reveal by key_of_50' }]);
    const { rows: plain } = await withClient(database.ownerUrl, (owner) =>
      owner.query(`SELECT idempotency_key FROM operations WHERE idempotency_key !~ '^sha256:[0-9a-f]{64}$'
                   UNION ALL SELECT idempotency_key FROM operation_resolutions WHERE idempotency_key !~ '^sha256:[0-9a-f]{64}$'`),
    );
    expect(plain).toEqual([]);
    const empty = await createTestDatabase();
    expect(await schemaOf(database.ownerUrl)).toEqual(await schemaOf(empty.ownerUrl));
    await empty.drop();
  });

  test('is served by a gateway of today with its keys, and with no others', async () => {
    const sandbox = await startSandbox();
    const installation = await install(pool, sandbox, { database: database.url });
    // The caller of the earlier version.
    await pool.query("UPDATE api_keys SET caller = 'development' WHERE caller = 'tests'");
    try {
      const gateway = await installation.start(keys);
      const { client } = gateway;
      const lists = {
        cards: await client.listCards({}),
        cardholders: await client.listCardholders({}),
        bindings: await client.listBindings({}),
        transfers: await client.listTransfers({}),
        callbacks: await client.listCallbacks({}),
        operations: await client.listOperations({}),
      };
      for (const [name, { data }] of Object.entries(lists)) expect(data.length, name).toBeGreaterThan(0);
      const [unknown] = (await client.listOperations({ query: { outcome: 'unknown' } })).data;
      expect(unknown).toMatchObject({ type: 'issueCard', outcome: 'unknown' });
      // One, or two while the first of them runs.
      const jobs = await pool.query("SELECT FROM graphile_worker.jobs WHERE task_identifier = 'settle'");
      expect(jobs.rowCount).toBeGreaterThan(0);
      expect(await verifyChain(pool)).toMatchObject({ intact: true });

      // It repeats what it did before, with its keys of then.
      const { freezeCard, resolveOperation } = writes;
      const card = toPublicId('card', freezeCard?.id ?? '');
      const operation = toPublicId('operation', resolveOperation?.id ?? '');
      const body = { outcome: 'succeeded', reason: 'Support confirmed it, ticket 4712' } as const;
      const repeats = [
        await client.call('freezeCard', { params: { id: card }, idempotencyKey: freezeCard?.key ?? '' }),
        await client.call('resolveOperation', {
          params: { id: operation },
          body,
          idempotencyKey: resolveOperation?.key ?? '',
        }),
      ];
      expect(repeats).toMatchObject([
        { status: 200, replayed: true, data: { id: card } },
        { status: 200, replayed: true, data: { id: operation } },
      ]);
      await gateway.end('SIGTERM');

      const [, sealingBytes = ''] = keys.GATEWAY_SEALING_KEYS.split(':');
      const other = `${'A'.repeat(10)}${sealingBytes.slice(10)}`;
      const wrong = keys.GATEWAY_SEALING_KEYS.replace(sealingBytes, other);
      const { code, output } = await installation.run({ ...keys, GATEWAY_SEALING_KEYS: wrong });
      expect(code).toBe(1);
      expect(output).toContain('GATEWAY_SEALING_KEYS: the key ');
    } finally {
      await installation.remove();
      await sandbox.close();
    }
  });
});

/** Without the schema. */
function renamed(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name.replace('public.', ''), count]));
}
