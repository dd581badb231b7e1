import { readFile } from 'node:fs/promises';
import { MigrationError } from './migration-error.ts';
import { migrationFiles } from './migration-files.ts';

const listed = /^([0-9a-f]{64}) {2}migrations\/(.+)\/migration\.sql$/;

/**
 * The released migrations with their checksums, `migrations.sha256`, in the format of `sha256sum`. Databases contain them, so
 * they never change; new migrations are appended.
 *
 * @throws MigrationError when a listed migration was changed or is missing
 */
export async function frozenMigrations(list?: string): Promise<string> {
  const text = list ?? (await readFile(new URL('migrations.sha256', import.meta.url), 'utf8'));
  const files = await migrationFiles();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, checksum, name] = listed.exec(line) ?? [];
    const file = files.find((one) => one.name === name);
    if (name === undefined)
      throw new MigrationError(`prisma/migrations.sha256 has a line that is no migration: ${line}`);
    if (file?.checksum === checksum) continue;
    throw new MigrationError(
      `Migration ${name} was ${file === undefined ? 'removed' : 'changed'}, and databases have it already. Restore the file and write a new migration.`,
    );
  }
  return files.map(({ name, checksum }) => `${checksum}  migrations/${name}/migration.sql\n`).join('');
}
