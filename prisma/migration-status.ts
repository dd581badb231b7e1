import type pg from 'pg';
import { isRepeatable, type MigrationFile } from './migration-files.ts';

/** The newest revision of the job queue's schema in graphile-worker 0.18. */
const queueRevision = 20;

/** A connection, or a pool of them. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/** This version's migrations compared with those of a database, by name. */
export interface MigrationStatus {
  /** Not applied yet, or to be applied again because it stopped half-way and is written for that. */
  readonly pending: readonly string[];
  /** Applied from a file with other contents. */
  readonly changed: readonly string[];
  /** Started and never finished, for a person to mend. */
  readonly failed: readonly string[];
  /** Applied by a newer version; this one works without knowing them. */
  readonly newer: readonly string[];
}

/**
 * Compares a database with migrations without changing anything.
 *
 * @param files this version's (`migrationFiles`)
 * @throws the server's error (SQLSTATE 42501) when the role may not read the applied migrations
 */
export async function migrationStatus(
  connection: Queryable,
  files: readonly MigrationFile[],
): Promise<MigrationStatus> {
  const applied = await appliedMigrations(connection);
  const revision = await queueRevisionOf(connection);
  const known = new Set(files.map(({ name }) => name));
  for (const { name, script } of files) {
    if (applied.get(name)?.finished_at === null && isRepeatable(script)) applied.delete(name);
  }
  const queue = revision < queueRevision ? [`the job queue's (revision ${queueRevision})`] : [];
  return {
    pending: [...files.flatMap(({ name }) => (applied.has(name) ? [] : [name])), ...queue],
    changed: files.flatMap(({ name, checksum }) => {
      const row = applied.get(name);
      return row === undefined || row.finished_at === null || row.checksum === checksum ? [] : [name];
    }),
    failed: [...applied.values()].flatMap(({ migration_name: name, finished_at: end }) => (end === null ? [name] : [])),
    newer: [...applied.keys()].filter((name) => !known.has(name)),
  };
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function appliedMigrations(connection: Queryable): Promise<Map<string, Applied>> {
  if (!(await exists(connection, '_prisma_migrations'))) return new Map();
  const { rows } = await connection.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

async function queueRevisionOf(connection: Queryable): Promise<number> {
  if (!(await exists(connection, 'graphile_worker.migrations'))) return 0;
  const { rows } = await connection.query<{ revision: number | null }>(
    'SELECT max(id) AS revision FROM graphile_worker.migrations',
  );
  return rows[0]?.revision ?? 0;
}

async function exists(connection: Queryable, table: string): Promise<boolean> {
  const { rows } = await connection.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [table]);
  return rows[0]?.is === true;
}
