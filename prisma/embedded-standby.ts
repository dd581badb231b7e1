import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

const run = promisify(execFile);

export interface EmbeddedStandbyOptions {
  /** Folder of the copied cluster; must not exist yet. */
  readonly dataFolder: string;
  /** The name under which the primary knows it (`synchronous_standby_names`). */
  readonly name: string;
  /** Address of its primary, e.g. a proxy whose connections a test can cut; default the primary's own. */
  readonly primaryAddress?: { readonly host: string; readonly port: number };
  /** Server settings; those that a standby must share with its primary (`max_connections`) are copied from it. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Copies a running server and starts the copy as its streaming standby. The embedded binaries have no `pg_basebackup`: this
 * is the "low-level base backup" of PostgreSQL's documentation (25.3.4), on one machine.
 */
export async function startEmbeddedStandby(
  primary: EmbeddedPostgres,
  { dataFolder, name, primaryAddress, settings }: EmbeddedStandbyOptions,
): Promise<EmbeddedPostgres> {
  const url = new URL(primary.superuserUrl);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query('SELECT pg_backup_start($1, true)', [name]);
    await copyCluster(primary.dataFolder, dataFolder);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()');
    await writeFile(join(dataFolder, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  const { host, port } = primaryAddress ?? { host: url.hostname, port: Number(url.port) };
  const password = decodeURIComponent(url.password);
  await appendFile(
    join(dataFolder, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${host} port=${port} user=${url.username} password=${password} application_name=${name}'\n`,
  );
  await writeFile(join(dataFolder, 'standby.signal'), '');
  await cp(`${primary.dataFolder}.password`, `${dataFolder}.password`);
  await giveAway(primary.dataFolder, [dataFolder, `${dataFolder}.password`]);
  // Its primary may be away only briefly: retry sooner than after the default of 5 s.
  return startEmbeddedPostgres({ dataFolder, settings: { wal_retrieve_retry_interval: '100ms', ...settings } });
}

async function copyCluster(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await once(new Worker(new URL('embedded-copy.ts', import.meta.url), { workerData: { from, to } }), 'exit');
}

/** Under root the server runs as another account, the owner of the primary's files. */
async function giveAway(primaryFolder: string, paths: readonly string[]): Promise<void> {
  const { uid, gid } = await stat(primaryFolder);
  if (uid === process.getuid?.()) return;
  await run('chown', ['-R', `${uid}:${gid}`, ...paths]);
}
