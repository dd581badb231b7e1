import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@card-gateway/database/embedded';
import type { DatabasePlace } from './database-place.ts';

/** The run's own PostgreSQL server, which can be stopped and started; it comes back on another port. */
export interface ChaosPostgres extends DatabasePlace {
  /** `fast` shuts down cleanly; `crash` simulates a failure: no checkpoint, recovery from the log at the next start. */
  stop(how: 'fast' | 'crash'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Tells afterwards how long after its commit an event got its position. */
const settings = { track_commit_timestamp: 'on' };

export async function startPostgres(): Promise<ChaosPostgres> {
  // Below /var/tmp, because under root the server runs as another account, which may not enter a private folder.
  const dataFolder = `/var/tmp/card-gateway-chaos-${randomUUID()}`;
  const open = () => startEmbeddedPostgres({ dataFolder, settings });
  let server: EmbeddedPostgres | null = await open();
  let { url, ownerUrl } = server;

  const stop = async (how: 'fast' | 'crash'): Promise<void> => {
    if (server === null) return;
    const running = server;
    server = null;
    if (how === 'crash') await crash(running);
    await running.stop();
  };

  return {
    get url() {
      return url;
    },
    get ownerUrl() {
      return ownerUrl;
    },
    get host() {
      return new URL(url).hostname;
    },
    get port() {
      return Number(new URL(url).port);
    },
    stop,
    start: async () => {
      server ??= await open();
      ({ url, ownerUrl } = server);
    },
    remove: async () => {
      await stop('fast');
      await rm(dataFolder, { recursive: true, force: true });
      await rm(`${dataFolder}.password`, { force: true });
    },
  };
}

/** Crashes a server: no checkpoint, no notice to clients. */
export async function crash(server: EmbeddedPostgres): Promise<void> {
  const pid = await postmasterOf(server);
  process.kill(pid, 'SIGQUIT');
  while (isAlive(pid)) await wait(20);
}

export async function postmasterOf({ dataFolder }: EmbeddedPostgres): Promise<number> {
  const lock = await readFile(join(dataFolder, 'postmaster.pid'), 'utf8');
  return Number(lock.split('\n', 1)[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
