import { grantRuntime, runtimeRole } from '@card-gateway/database/roles';
import { createDatabase, type OwnDatabase, withClient } from '@card-gateway/database/testing';

/** A database of the calling test file's own, empty and migrated. */
export type TestDatabase = OwnDatabase;

export async function createTestDatabase(): Promise<TestDatabase> {
  const database = await createDatabase('migrated');
  // Copying a database does not copy the grants on it.
  await withClient(database.ownerUrl, (owner) => grantRuntime(owner, runtimeRole));
  return database;
}
