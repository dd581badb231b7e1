import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@card-gateway/database/embedded';
import { temporaryFolder } from '@card-gateway/database/embedded-folder';
import { startEmbeddedStandby } from '@card-gateway/database/embedded-standby';
import pg from 'pg';
import type { DatabasePlace } from '../chaos/database-place.ts';

const run = promisify(execFile);

/** Only the server crashes, not the machine: written data is on disk regardless. */
const settings = { fsync: 'off', max_connections: '60' };

/** A server that can be stopped, restarted and replaced; its address is always the current one. */
export interface MovingServer extends DatabasePlace {
  readonly now: EmbeddedPostgres;
  restart(): Promise<void>;
  /** Moves its address to another server. */
  replace(server: EmbeddedPostgres): void;
  remove(): Promise<void>;
}

export const newFolder = (): string => temporaryFolder('outages');

export async function startServer(dataFolder = newFolder()): Promise<MovingServer> {
  let now = await startEmbeddedPostgres({ dataFolder, settings });
  const all = new Set([now]);
  return {
    get now() {
      return now;
    },
    get url() {
      return now.url;
    },
    get ownerUrl() {
      return now.ownerUrl;
    },
    get host() {
      return new URL(now.url).hostname;
    },
    get port() {
      return Number(new URL(now.url).port);
    },
    restart: async () => {
      all.delete(now);
      now = await startEmbeddedPostgres({ dataFolder: now.dataFolder, settings });
      all.add(now);
    },
    replace: (server) => {
      now = server;
      all.add(server);
    },
    remove: async () => {
      for (const server of all) {
        await server.stop();
        await rm(server.dataFolder, { recursive: true, force: true });
        await rm(`${server.dataFolder}.password`, { force: true });
      }
    },
  };
}

/** A server with a standby that its commits wait for. */
export async function startPair(): Promise<{ readonly server: MovingServer; readonly standby: EmbeddedPostgres }> {
  const server = await startServer();
  await ask(server.now, "ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()');
  const standby = await startEmbeddedStandby(server.now, { dataFolder: newFolder(), name: 'standby', settings });
  return { server, standby };
}

/** Promotes the standby to primary; it has no standby itself, and waits for none. */
export async function promote(standby: EmbeddedPostgres): Promise<void> {
  await ask(standby, 'SELECT pg_promote()', 'ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()');
}

export interface SmallDisk {
  readonly server: MovingServer;
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * A server whose tables are on a small disk of their own. Needs root. Its WAL is elsewhere, because without space for it the
 * server would end.
 */
export async function startOnSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = newFolder();
  await mkdir(folder);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', folder]);
  const dataFolder = join(folder, 'data');
  const first = await startEmbeddedPostgres({ dataFolder, settings });
  await first.stop();
  const log = `${folder}.log`;
  await cp(join(dataFolder, 'pg_wal'), log, { recursive: true });
  await run('chown', ['-R', `--reference=${dataFolder}`, log]);
  await rm(join(dataFolder, 'pg_wal'), { recursive: true });
  await symlink(log, join(dataFolder, 'pg_wal'));
  const server = await startServer(dataFolder);
  return {
    server,
    folder,
    remove: async () => {
      await server.remove();
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
      await rm(log, { recursive: true });
    },
  };
}

/** Runs statements as superuser, one after another. */
export async function ask({ superuserUrl }: EmbeddedPostgres, ...texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
  } finally {
    await client.end();
  }
}
