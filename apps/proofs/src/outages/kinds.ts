import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@card-gateway/database/embedded';
import pg from 'pg';
import type { DatabasePlace } from '../chaos/database-place.ts';
import { unwatched } from '../chaos/drive.ts';
import { crash } from '../chaos/postgres.ts';
import { startRelay } from '../chaos/relay.ts';
import { freeze } from '../failovers/cluster.ts';
import { startNameServer } from './name-server.ts';
import { ask, type MovingServer, newFolder, promote, startOnSmallDisk, startPair, startServer } from './servers.ts';

/** A database with a disturbance. */
export interface Outage {
  readonly database: DatabasePlace;
  readonly settings?: NodeJS.ProcessEnv;
  readonly launcher?: readonly string[];
  begin(): Promise<void>;
  /** Resolves when the disturbance is over and a server could serve. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

export interface OutageKind {
  readonly name: string;
  /** It needs a mounted disk, or its own name server. */
  readonly needsRoot?: true;
  readonly open: () => Promise<Outage>;
}

const ofGateways = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'card-gateway%'";
const terminateAll = `SELECT pg_terminate_backend(pid) FROM (${ofGateways}) AS gateways`;
const name = 'database.internal';

export const outageKinds: readonly OutageKind[] = [
  {
    name: 'read-only',
    open: () =>
      onServer({
        begin: ({ now }) => ask(now, 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()'),
        end: ({ now }) => ask(now, 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()'),
      }),
  },
  { name: 'queue locked', open: () => lockedTable('graphile_worker._private_jobs') },
  { name: 'ledger locked', open: () => lockedTable('operations') },
  { name: 'no connection left', open: noConnectionLeft },
  { name: 'disk full', needsRoot: true, open: diskFull },
  {
    name: 'restarted',
    open: () => onServer({ begin: ({ now }) => now.stop(), end: (server) => server.restart() }),
  },
  {
    name: 'crashed',
    open: () => onServer({ begin: ({ now }) => crash(now), end: (server) => server.restart() }),
  },
  { name: 'failed over', open: failedOver },
  { name: 'failed over to another address', needsRoot: true, open: movedByName },
  { name: 'name server silent', needsRoot: true, open: nameServerSilent },
  { name: 'backends terminated', open: backendsTerminated },
  { name: 'server frozen', open: serverFrozen },
  { name: 'network silent', open: networkSilent },
];

async function onServer(how: {
  readonly begin: (server: MovingServer) => Promise<void>;
  readonly end: (server: MovingServer) => Promise<void>;
}): Promise<Outage> {
  const server = await startServer();
  return {
    database: server,
    begin: () => how.begin(server),
    end: () => how.end(server),
    remove: () => server.remove(),
  };
}

async function lockedTable(table: string): Promise<Outage> {
  let holder: pg.Client | null = null;
  return onServer({
    begin: async ({ now }) => {
      holder = new pg.Client({ connectionString: now.superuserUrl });
      await holder.connect();
      await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    },
    end: async () => {
      await holder?.end();
    },
  });
}

/** Another client takes every connection, after ending the gateways' own. */
async function noConnectionLeft(): Promise<Outage> {
  const taken: pg.Client[] = [];
  let taking: readonly (() => Promise<void>)[] = [];
  return onServer({
    begin: async ({ now }) => {
      const take = async (): Promise<void> => {
        const client = new pg.Client({ connectionString: now.url, application_name: 'another' });
        client.on('error', () => {});
        await client.connect();
        taken.push(client);
      };
      taking = Array.from({ length: 8 }, () => repeatedly(1, take));
      while (await areThereOfGateways(now)) await ask(now, terminateAll);
    },
    end: async () => {
      for (const stop of taking) await stop();
      await Promise.all(taken.map((client) => client.end()));
    },
  });
}

async function areThereOfGateways({ superuserUrl }: EmbeddedPostgres): Promise<boolean> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const { rows } = await client.query(ofGateways);
  await client.end();
  return rows.length > 0;
}

async function diskFull(): Promise<Outage> {
  const disk = await startOnSmallDisk(200);
  const filler = join(disk.folder, 'filler');
  return {
    database: disk.server,
    begin: async () => fill(filler),
    end: () => rm(filler),
    remove: () => disk.remove(),
  };
}

/** Writes until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  for (const size of [1 << 20, 1 << 12]) {
    const bytes = Buffer.alloc(size);
    try {
      while (writeSync(file, bytes) === size);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
}

/** The primary crashes, and a while later its standby is at its address. */
async function failedOver(): Promise<Outage> {
  const { server, standby } = await startPair();
  return {
    database: server,
    begin: () => crash(server.now),
    end: async () => {
      await promote(standby);
      server.replace(standby);
    },
    remove: () => server.remove(),
  };
}

/** The primary's machine disappears silently, and a while later the name resolves to another one. */
async function movedByName(): Promise<Outage> {
  const { server, standby } = await startPair();
  const primary = server.now;
  let vanished: readonly number[] = [];
  const folder = newFolder();
  await mkdir(folder);
  const names = await startNameServer(folder, '127.0.0.11');
  const at = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });
  const before = await startRelay(
    () => at(primary.url),
    unwatched,
    () => {},
    { host: '127.0.0.11', port: 0 },
  );
  const after = await startRelay(
    () => at(standby.url),
    unwatched,
    () => {},
    { host: '127.0.0.12', port: before.port },
  );
  return {
    database: server,
    settings: { DATABASE_URL: named(server, before.port) },
    launcher: names.launcher,
    begin: async () => {
      before.hold();
      vanished = await freeze(primary);
    },
    end: async () => {
      await promote(standby);
      server.replace(standby);
      names.answer('127.0.0.12');
    },
    remove: async () => {
      const dying = crash(primary);
      for (const pid of vanished) process.kill(pid, 'SIGCONT');
      await dying;
      await Promise.all([before.close(), after.close(), names.close()]);
      await server.remove();
      await rm(folder, { recursive: true });
    },
  };
}

/** Connections end, and the name server does not answer for new ones. */
async function nameServerSilent(): Promise<Outage> {
  const server = await startServer();
  const folder = newFolder();
  await mkdir(folder);
  const names = await startNameServer(folder, '127.0.0.1');
  return {
    database: server,
    settings: { DATABASE_URL: named(server, server.port) },
    launcher: names.launcher,
    begin: async () => {
      names.answer(null);
      await ask(server.now, terminateAll);
    },
    end: async () => names.answer('127.0.0.1'),
    remove: async () => {
      await names.close();
      await server.remove();
      await rm(folder, { recursive: true });
    },
  };
}

async function backendsTerminated(): Promise<Outage> {
  let terminating = async (): Promise<void> => {};
  return onServer({
    begin: async ({ now }) => {
      terminating = repeatedly(200, () => ask(now, terminateAll));
    },
    end: () => terminating(),
  });
}

async function serverFrozen(): Promise<Outage> {
  let frozen: readonly number[] = [];
  return onServer({
    begin: async ({ now }) => {
      frozen = await freeze(now);
    },
    end: async () => {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    },
  });
}

/** No byte gets through, on old and new connections; data in transit is lost. */
async function networkSilent(): Promise<Outage> {
  const server = await startServer();
  const wire = await startRelay(
    () => server,
    unwatched,
    () => {},
  );
  return {
    database: { url: server.url, ownerUrl: server.ownerUrl, host: '127.0.0.1', port: wire.port },
    begin: async () => wire.hold(),
    end: async () => wire.drop(),
    remove: async () => {
      await wire.close();
      await server.remove();
    },
  };
}

function named({ url }: MovingServer, port: number): string {
  const led = new URL(url);
  led.host = `${name}:${port}`;
  return led.href;
}

/** Repeats an act regardless of its result; returns a function that stops it. */
function repeatedly(pauseMs: number, work: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await work().catch(() => {});
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const looping = loop();
  return async () => {
    stopping.abort();
    await looping;
  };
}
