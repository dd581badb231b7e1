import { runMigrations } from 'graphile-worker';
import { inject, test, expect } from 'vitest';
import { migrationFiles } from './migration-files.ts';
import { applyMigrations, migrate } from './migrate.ts';
import { createRoles, ownerRole, roleUrls, runtimeRole } from './roles.ts';
import { createDatabase, withClient } from './testing.ts';

/** The owners of the gateway's objects, and of the extensions' objects. */
const ownersOf = `
  SELECT DISTINCT id IN (SELECT objid FROM pg_depend WHERE deptype = 'e') AS "ofExtension", kind, pg_get_userbyid(owner) AS owner
  FROM (
    SELECT 'database', datdba, 0::oid, oid FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'schema', nspowner, oid, oid FROM pg_namespace
    UNION ALL SELECT 'relation', relowner, relnamespace, oid FROM pg_class
    UNION ALL SELECT 'routine', proowner, pronamespace, oid FROM pg_proc
    UNION ALL SELECT 'type', typowner, typnamespace, oid FROM pg_type WHERE typelem = 0
  ) things (kind, owner, schema, id) WHERE schema IN (0, 'public'::regnamespace, 'graphile_worker'::regnamespace) ORDER BY 1, 2`;

test('a database of before there were two roles is handed to its owner, who migrates it, and granted to the gateway', async () => {
  const database = await createDatabase('template0');
  const superuserRole = new URL(database.superuserUrl).username;
  const passwordOf = (url: string): string => new URL(url).password;
  const passwords = {
    owner: passwordOf(inject('templateOwnerUrl')),
    runtime: passwordOf(inject('templateRuntimeUrl')),
  };
  try {
    // As an earlier version left it: made by the superuser that it ran as.
    await withClient(database.superuserUrl, async (superuser) => {
      await superuser.query(`ALTER DATABASE ${database.name} OWNER TO CURRENT_USER`);
      await applyMigrations(superuser, await migrationFiles());
      await superuser.query('CREATE EXTENSION pg_trgm');
      await runMigrations({ connectionString: database.superuserUrl });
      await superuser.query(`INSERT INTO api_keys VALUES (gen_random_uuid(), 't', 'c', sha256('k'), '{admin}', now())`);
    });

    await createRoles(database.superuserUrl, passwords);
    await withClient(database.superuserUrl, async (superuser) => {
      const { rows } = await superuser.query<{ kept: string }>(
        'SELECT rolpassword AS kept FROM pg_authid WHERE rolname IN ($1, $2)',
        [ownerRole, runtimeRole],
      );
      for (const { kept } of rows) expect(kept).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(rows).toHaveLength(2);
    });
    const urls = roleUrls(database.superuserUrl, passwords);
    expect(urls).toEqual({ owner: database.ownerUrl, runtime: database.url });
    await withClient(urls.owner, async (owner) => {
      const { rows } = await owner.query(ownersOf);
      expect(rows).toEqual([
        ...['database', 'relation', 'routine', 'schema', 'type'].map((kind) => ({
          ofExtension: false,
          kind,
          owner: ownerRole,
        })),
        ...['routine', 'type'].map((kind) => ({ ofExtension: true, kind, owner: superuserRole })),
      ]);
      // It can be changed by who owns it now.
      await owner.query('ALTER TABLE operations ADD COLUMN more text');
      await owner.query('ALTER TABLE operations DROP COLUMN more');
      await owner.query('TRUNCATE graphile_worker._private_known_crontabs');
    });

    await createRoles(database.superuserUrl, passwords);
    await migrate(urls.owner, { runtimeRole });
    await withClient(urls.runtime, async (runtime) => {
      expect((await runtime.query('SELECT caller FROM api_keys')).rows).toEqual([{ caller: 'c' }]);
      await runtime.query("SELECT graphile_worker.add_job('sweep')");
      expect((await runtime.query('SELECT FROM graphile_worker.jobs')).rowCount).toBe(1);
      await expect(runtime.query('CREATE TEMPORARY TABLE cards (id integer)')).rejects.toThrow('permission denied');
      await expect(runtime.query("UPDATE audit_log SET caller = 'x'")).rejects.toThrow('permission denied');
    });
  } finally {
    await database.drop();
  }
});
