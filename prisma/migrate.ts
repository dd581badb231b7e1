import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { grantRuntime, refuseSuperuser } from './roles.ts';

/** Prisma's own lock, so that this and `prisma migrate deploy` never run at once. */
const migrationLock = 72_707_369;
const folder = new URL('migrations/', import.meta.url);

/** The newest revision of the job queue's schema in graphile-worker 0.18. */
const queueRevision = 20;

export interface MigrateOptions {
  /** The role that gateways run as ({@link grantRuntime}); nothing is granted without one. */
  readonly runtimeRole?: string;
  /** Told what the operator should know, in a line each. */
  readonly report?: (line: string) => void;
}

/** A database that is not as this version needs it. The message says how to mend it. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}

/**
 * Brings a database up to date, in the way `prisma migrate deploy` does: the same table, checksums and lock, so that the
 * Prisma CLI later finds nothing to do. The job queue's own schema follows, then the grants of the role that gateways run as.
 * Safe to run from several processes at once.
 *
 * @param url the owner's
 * @throws MigrationError when a migration was changed after it had been applied, or failed half-way
 * @throws RoleError for a superuser, who would own what the owner should
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  await withClient(url, async (client) => {
    await refuseSuperuser(client);
    const { role, mayMigrate } = await rightsOf(client);
    if (!mayMigrate) {
      throw new MigrationError(
        `The role "${role}" does not own the database's objects. Run "gateway migrate" with the owner's DATABASE_URL.`,
      );
    }
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await applyMigrations(client, await migrationNames());
    await migrateQueue(url);
    const left = options.runtimeRole === undefined ? null : await grantRuntime(client, options.runtimeRole);
    if (left !== null) options.report?.(left);
  });
}

/**
 * What a gateway does before it serves: nothing, where nothing is pending; otherwise {@link migrate}, where its role owns the
 * database's objects.
 *
 * @throws MigrationError when something is pending that its role may not apply
 * @throws RoleError for a superuser
 */
export async function migrateAtStart(url: string, options: MigrateOptions = {}): Promise<void> {
  const isPending = await withClient(url, async (client) => {
    await refuseSuperuser(client);
    const { role, mayMigrate, mayRead } = await rightsOf(client);
    if (!mayRead) {
      throw new MigrationError(
        `The role "${role}" may not read the database. Run "gateway migrate" with the owner's DATABASE_URL and DATABASE_RUNTIME_ROLE=${role}, which grants it what a gateway needs.`,
      );
    }
    const pending = await pendingMigrations(client);
    if (pending.length === 0 || mayMigrate) return pending.length > 0;
    throw new MigrationError(
      `The database is not up to date, and the role "${role}" may not migrate it. Run "gateway migrate" with the owner's DATABASE_URL, then start again. Pending: ${pending.join(', ')}.`,
    );
  });
  if (isPending) await migrate(url, options);
}

/** The job queue brings its own connections; these are closed when this is over. */
async function migrateQueue(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, application_name: 'card-gateway migrate', max: 2 });
  // The statement that was running fails by itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await runMigrations({ pgPool: pool });
  } finally {
    await pool.end();
  }
}

interface Rights {
  readonly role: string;
  readonly mayMigrate: boolean;
  readonly mayRead: boolean;
}

/** What the connection's role may do with the migrations that the database has, or with a database that has none yet. */
async function rightsOf(client: pg.Client): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT current_user AS role, coalesce(pg_has_role(relowner, 'USAGE'), has_schema_privilege('public', 'CREATE')) AS "mayMigrate",
       coalesce(has_table_privilege(c.oid, 'SELECT'), true) AS "mayRead"
     FROM (VALUES (to_regclass('_prisma_migrations'))) migrations (id) LEFT JOIN pg_class c ON c.oid = migrations.id`,
  );
  return rows[0] ?? { role: '', mayMigrate: false, mayRead: false };
}

/** The names of the migrations that this version has and the database has not. */
async function pendingMigrations(client: pg.Client): Promise<string[]> {
  const applied = await appliedMigrations(client);
  const pending = (await migrationNames()).filter((name) => !applied.has(name));
  const { rows } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('graphile_worker.migrations') IS NOT NULL AS "isThere"`,
  );
  const { rows: revisions } =
    rows[0]?.isThere === true
      ? await client.query<{ revision: number | null }>('SELECT max(id) AS revision FROM graphile_worker.migrations')
      : { rows: [] };
  const revision = revisions[0]?.revision ?? 0;
  return revision < queueRevision ? [...pending, `the job queue's (${revision} of ${queueRevision})`] : pending;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'card-gateway migrate' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function appliedMigrations(client: pg.Client): Promise<Map<string, Applied>> {
  const { rows: kept } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "isThere"`,
  );
  if (kept[0]?.isThere !== true) return new Map();
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

/** Those of this version, in the order in which they are applied. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** Those of the migrations that the database has not had yet, in their order. For who holds the lock, or has the database alone. */
export async function applyMigrations(client: pg.Client, names: readonly string[]): Promise<void> {
  await createMigrationTable(client);
  const applied = await appliedMigrations(client);
  for (const name of names) {
    const script = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
    const checksum = createHash('sha256').update(script).digest('hex');
    const before = applied.get(name);
    if (before === undefined) {
      await apply(client, name, script, checksum);
    } else if (before.finished_at === null) {
      throw new MigrationError(
        `Migration ${name} failed half-way. Mend the database, then mark it with "prisma migrate resolve".`,
      );
    } else if (before.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${name} was changed after it had been applied. Restore the file and write a new migration.`,
      );
    }
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

async function apply(client: pg.Client, name: string, script: string, checksum: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(script);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(`Migration ${name} failed: ${(error as Error).message}`, error);
  }
}
