import { type Database, openDatabase } from '@card-gateway/database';
import { grantRuntime, runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';
import pg from 'pg';

/** A database of the calling test file's own, empty and migrated. */
export type TestDatabase = OwnDatabase;

export async function createTestDatabase(): Promise<TestDatabase> {
  const database = await createDatabase('migrated');
  // Copying a database does not copy the grants on it.
  await withClient(database.ownerUrl, (owner) => grantRuntime(owner, runtimeRole));
  return database;
}

export interface OpenTestDatabase extends TestDatabase {
  readonly pool: Database;
}

/** The same with a pool of the role `url` or `ownerUrl`, which `drop` ends too. */
export async function openTestDatabase(
  role: 'url' | 'ownerUrl',
  { connections = 10, statementTimeoutMs = 10_000 } = {},
): Promise<OpenTestDatabase> {
  const database = await createTestDatabase();
  const pool = openDatabase(database[role], { connections, connectTimeoutMs: 5000, statementTimeoutMs });
  const drop = async (): Promise<void> => {
    await pool.end();
    await database.drop();
  };
  return { ...database, pool, drop };
}

/** A connection beside all pools; the test ends it. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
