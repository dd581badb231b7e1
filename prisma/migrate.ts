import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { MigrationError } from './migration-error.ts';
import { type MigrationFile, migrationFiles, runsAlone, type Statement, statementsOf } from './migration-files.ts';
import { type LockOptions, withMigrationLock } from './migration-lock.ts';
import { type MigrationStatus, migrationStatus } from './migration-status.ts';
import { requireSessions } from './pooler.ts';
import { grantRuntime, refuseSuperuser } from './roles.ts';

export { MigrationError } from './migration-error.ts';
export { migrationFiles } from './migration-files.ts';
export { type MigrationStatus, migrationStatus } from './migration-status.ts';

export interface MigrateOptions extends LockOptions {
  /** The role that gateways run as ({@link grantRuntime}); without it nothing is granted. */
  readonly runtimeRole?: string;
}

/**
 * Brings a database up to date as `prisma migrate deploy` does: same table, checksums and lock, so the Prisma CLI later finds
 * nothing to do. Then migrates the job queue's schema and grants the gateways' role its permissions. Safe to run from several
 * processes at once.
 *
 * @param url the owner's
 * @returns what was pending and is applied now, by its name
 * @throws MigrationError when a migration fails, was changed after being applied, or is half applied; when another process
 * migrates for too long; when the role owns nothing
 * @throws RoleError for a superuser, who would own what belongs to the owner
 * @throws PoolerError behind a pooler whose sessions do not hold locks
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<readonly string[]> {
  await requireSessions(url);
  return withClient(url, async (client) => {
    await refuseSuperuser(client);
    const { role, mayMigrate } = await rightsOf(client);
    if (!mayMigrate) {
      throw new MigrationError(
        `The role "${role}" does not own the database's objects. Run "gateway migrate" with the owner's DATABASE_URL.`,
      );
    }
    return withMigrationLock(client, options, async () => {
      const files = await migrationFiles();
      const { pending } = await migrationStatus(client, files);
      await applyMigrations(client, files, options.report);
      await migrateQueue(url);
      const left = options.runtimeRole === undefined ? null : await grantRuntime(client, options.runtimeRole);
      if (left !== null) options.report?.(left);
      return pending;
    });
  });
}

/**
 * What a gateway does before it serves: nothing if no migration is pending; otherwise {@link migrate}, if its role owns the
 * database's objects.
 *
 * @throws MigrationError when a migration is pending that its role may not apply, or was changed after being applied
 * @throws RoleError for a superuser
 * @throws PoolerError behind a pooler that shares sessions between connections
 */
export async function migrateAtStart(url: string, options: MigrateOptions = {}): Promise<void> {
  await requireSessions(url);
  const isPending = await withClient(url, async (client) => {
    await refuseSuperuser(client);
    const { role, mayMigrate, mayRead } = await rightsOf(client);
    if (!mayRead) {
      throw new MigrationError(
        `The role "${role}" may not read the database. Run "gateway migrate" with the owner's DATABASE_URL and DATABASE_RUNTIME_ROLE=${role}, which grants it what a gateway needs.`,
      );
    }
    const status = await migrationStatus(client, await migrationFiles());
    requireApplicable(status);
    if (status.pending.length === 0 || mayMigrate) return status.pending.length > 0;
    throw new MigrationError(
      `The database is not up to date, and the role "${role}" may not migrate it. Run "gateway migrate" with the owner's DATABASE_URL, then start again. Pending: ${status.pending.join(', ')}.`,
    );
  });
  if (isPending) await migrate(url, options);
}

/** @throws MigrationError when an applied migration differs from this version's, or is half applied */
function requireApplicable({ changed: [changed], failed: [failed] }: MigrationStatus): void {
  if (failed !== undefined) {
    throw new MigrationError(
      `Migration ${failed} failed half-way. Mend the database, then mark it with "prisma migrate resolve".`,
    );
  }
  if (changed !== undefined) {
    throw new MigrationError(
      `Migration ${changed} was changed after it had been applied. Restore the file and write a new migration.`,
    );
  }
}

/** Applies the pending migrations. The caller holds the migration lock, or has the database to itself. */
export async function applyMigrations(
  client: pg.Client,
  files: readonly MigrationFile[],
  report?: (line: string) => void,
): Promise<void> {
  await createMigrationTable(client);
  const status = await migrationStatus(client, files);
  requireApplicable(status);
  for (const file of files) {
    if (!status.pending.includes(file.name)) continue;
    await apply(client, file, report);
    report?.(`Applied migration ${file.name}.`);
  }
}

async function createMigrationTable(client: pg.Client): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`);
}

/**
 * How long a migration waits for a table lock, because other statements queue behind it. Then it is retried this many times.
 */
const lockTimeoutMs = 2000;
const pauseMs = 1000;
const mostTries = 100;
const lockNotAvailable = '55P03';

async function apply(client: pg.Client, file: MigrationFile, report?: (line: string) => void): Promise<void> {
  const statements = statementsOf(file.script);
  if (statements.some(runsAlone)) return applyWithoutTransaction(client, file, statements);
  for (let tries = 1; ; tries += 1) {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    try {
      for (const statement of statements) await run(client, file, statement);
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
         VALUES ($1, $2, $3, now(), 1)`,
        [randomUUID(), file.checksum, file.name],
      );
      await client.query('COMMIT');
      return;
    } catch (error) {
      // A connection that broke has rolled back by itself.
      await client.query('ROLLBACK').catch(() => {});
      const { code } = ((error as Error).cause ?? error) as { code?: string };
      if (code !== lockNotAvailable || tries === mostTries) throw error;
      if (tries === 1) report?.(`${(error as Error).message} Others use the table; trying again.`);
      await wait(pauseMs);
    }
  }
}

/**
 * A failure here leaves the migration half applied; `started_at` without `finished_at` marks it. Unless it is repeatable, a person
 * has to inspect it.
 */
async function applyWithoutTransaction(
  client: pg.Client,
  file: MigrationFile,
  statements: readonly Statement[],
): Promise<void> {
  const id = randomUUID();
  await client.query(
    'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND finished_at IS NULL',
    [file.name],
  );
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    file.checksum,
    file.name,
  ]);
  for (const statement of statements) await run(client, file, statement);
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}

/** @throws MigrationError with the server's message and the line it refers to */
async function run(client: pg.Client, { name }: MigrationFile, { text, line }: Statement): Promise<void> {
  try {
    await client.query(text);
  } catch (error) {
    const { message, position = '1' } = error as pg.DatabaseError;
    const within = text.slice(0, Number(position) - 1).split('\n').length - 1;
    throw new MigrationError(`Migration ${name} failed: ${message}, at line ${line + within}.`, error);
  }
}

/** The job queue brings its own connections, which are closed at the end. */
async function migrateQueue(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, application_name: 'card-gateway migrate', max: 2 });
  // The running statement fails by itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await runMigrations({ pgPool: pool });
  } finally {
    await pool.end();
  }
}

const connectTimeoutMs = 10_000;

interface Rights {
  readonly role: string;
  readonly mayMigrate: boolean;
  readonly mayRead: boolean;
}

/** The connection's permissions on the applied migrations, or on a database that has none yet. */
async function rightsOf(client: pg.Client): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT current_user AS role, coalesce(pg_has_role(relowner, 'USAGE'), has_schema_privilege('public', 'CREATE')) AS "mayMigrate",
       coalesce(has_table_privilege(c.oid, 'SELECT'), true) AS "mayRead"
     FROM (VALUES (to_regclass('_prisma_migrations'))) migrations (id) LEFT JOIN pg_class c ON c.oid = migrations.id`,
  );
  return rows[0] ?? { role: '', mayMigrate: false, mayRead: false };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'card-gateway migrate',
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // If the connection breaks between two statements, the next one fails.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
