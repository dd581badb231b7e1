import { rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '@card-gateway/database/embedded';
import { temporaryFolder } from '@card-gateway/database/embedded-folder';
import { migrate } from '@card-gateway/database/migrate';
import { runtimeRole } from '@card-gateway/database/roles';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the migrated database that each test file's own is copied from; a superuser's, as those below are of its roles. */
    templateUrl: string;
    templateOwnerUrl: string;
    templateRuntimeUrl: string;
  }
}

/** One real PostgreSQL for all test files; none of them touches its template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = temporaryFolder('test');
  const postgres = await startEmbeddedPostgres({
    dataFolder,
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300', max_prepared_transactions: '2' },
  });
  await migrate(postgres.ownerUrl, { runtimeRole });
  project.provide('templateUrl', postgres.superuserUrl);
  project.provide('templateOwnerUrl', postgres.ownerUrl);
  project.provide('templateRuntimeUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true });
    await rm(`${dataFolder}.password`);
  };
}
