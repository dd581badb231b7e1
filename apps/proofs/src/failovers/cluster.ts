import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@card-gateway/database/embedded';
import { temporaryFolder } from '@card-gateway/database/embedded-folder';
import { startEmbeddedStandby } from '@card-gateway/database/embedded-standby';
import pg from 'pg';
import type { DatabasePlace } from '../chaos/database-place.ts';
import { unwatched } from '../chaos/drive.ts';
import { crash, postmasterOf } from '../chaos/postgres.ts';
import { type Relay, startRelay } from '../chaos/relay.ts';

/** Whether commits wait for the standby. */
export const modes = ['synchronous', 'asynchronous'] as const;
export type Mode = (typeof modes)[number];

/**
 * How the primary is lost. `switchover`: clean shutdown. `crash`: immediately. `parted`: it keeps running but is unreachable.
 * `cut off`: immediately, some time after its standby was disconnected. `waits cancelled`, `waits terminated`: the same, while
 * an operator ends the waits for the standby.
 */
export const failoverKinds = [
  'waits cancelled',
  'crash',
  'parted',
  'cut off',
  'waits terminated',
  'switchover',
] as const;
export type FailoverKind = (typeof failoverKinds)[number];

/** A PostgreSQL with a streaming standby, which replaces the primary again and again. */
export interface Cluster extends DatabasePlace {
  /** Loses the primary and promotes the standby. Resolves when that accepts connections, still without a standby of its own. */
  failOver(kind: FailoverKind): Promise<void>;
  /** Gives the primary a new standby. */
  addStandby(): Promise<void>;
  remove(): Promise<void>;
}

/** Only the server crashes, not the machine: written data is on disk regardless. */
const settings = { fsync: 'off' };
/** How long callers write while the standby is disconnected. */
const cutOffMs = 1500;
const cancelEveryMs = 20;

export async function startCluster(mode: Mode): Promise<Cluster> {
  const folders: string[] = [];
  const newFolder = (): string => {
    const folder = temporaryFolder('failovers');
    folders.push(folder);
    return folder;
  };
  let primary = await startEmbeddedPostgres({ dataFolder: newFolder(), settings });
  let standby: EmbeddedPostgres | null = null;
  const address = (): { readonly host: string; readonly port: number } => {
    const { hostname, port } = new URL(primary.url);
    return { host: hostname, port: Number(port) };
  };
  const wire = await startRelay(address, unwatched, () => {});
  if (mode === 'synchronous') {
    await ask(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await ask(primary, 'SELECT pg_reload_conf()');
  }

  async function addStandby(): Promise<void> {
    standby = await startEmbeddedStandby(primary, {
      dataFolder: newFolder(),
      name: 'standby',
      primaryAddress: { host: '127.0.0.1', port: wire.port },
      settings,
    });
  }
  await addStandby();

  return {
    get url() {
      return primary.url;
    },
    get ownerUrl() {
      return primary.ownerUrl;
    },
    get host() {
      return address().host;
    },
    get port() {
      return address().port;
    },
    failOver: async (kind) => {
      if (standby === null) throw new Error('There is no standby to promote.');
      const lost = primary;
      const end = await lose(lost, kind, wire);
      try {
        await ask(standby, 'SELECT pg_promote()');
        primary = standby;
        standby = null;
        wire.drop();
      } finally {
        await end();
      }
      await remove(lost);
    },
    addStandby,
    remove: async () => {
      await wire.close();
      await standby?.stop();
      await primary.stop();
      for (const folder of folders) {
        await rm(folder, { recursive: true, force: true });
        await rm(`${folder}.password`, { force: true });
      }
    },
  };
}

/** @returns a function that ends the lost server for good, once another one has replaced it */
async function lose(primary: EmbeddedPostgres, kind: FailoverKind, wire: Relay): Promise<() => Promise<void>> {
  const ended = async (): Promise<void> => {};
  switch (kind) {
    case 'switchover':
      await primary.stop();
      return ended;
    case 'crash':
      await crash(primary);
      return ended;
    case 'parted': {
      const processes = await freeze(primary);
      return async () => {
        const dying = crash(primary);
        for (const pid of processes) process.kill(pid, 'SIGCONT');
        await dying;
      };
    }
    case 'cut off':
      wire.hold();
      await wait(cutOffMs);
      await crash(primary);
      return ended;
    case 'waits cancelled':
    case 'waits terminated': {
      wire.hold();
      const act = kind === 'waits cancelled' ? 'pg_cancel_backend' : 'pg_terminate_backend';
      const until = performance.now() + cutOffMs;
      while (performance.now() < until) {
        await ask(primary, `SELECT ${act}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
        await wait(cancelEveryMs);
      }
      await crash(primary);
      return ended;
    }
  }
}

/**
 * Stops all processes of a server, the postmaster first: then there are no new ones, and those that end are not gone.
 *
 * @returns them, to be continued in this order: a postmaster that runs takes away those that have ended, which then cannot be found
 */
export async function freeze(server: EmbeddedPostgres): Promise<number[]> {
  const postmaster = await postmasterOf(server);
  process.kill(postmaster, 'SIGSTOP');
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(postmaster)]);
  const others = stdout.trim().split('\n').map(Number);
  for (const pid of others) process.kill(pid, 'SIGSTOP');
  return [...others, postmaster];
}

async function remove({ dataFolder }: EmbeddedPostgres): Promise<void> {
  await rm(dataFolder, { recursive: true, force: true });
  await rm(`${dataFolder}.password`, { force: true });
}

async function ask({ superuserUrl }: EmbeddedPostgres, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
