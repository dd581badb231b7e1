import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { startEmbeddedPostgres } from '@card-gateway/database/embedded';
import pg from 'pg';

/** A database of the run's one PostgreSQL server. */
export interface BenchDatabase {
  /** Connection string of the gateway's runtime role. */
  readonly url: string;
  readonly ownerUrl: string;
  /** Connects as superuser. */
  readonly pool: pg.Pool;
}

export interface BenchServer {
  create(name: string): Promise<BenchDatabase>;
}

/**
 * Starts PostgreSQL with its default settings, so every commit waits for the disk, but for three fifths of the machine's memory as
 * its buffers. With a quarter, as its manual recommends, ten million cards were in part in both its buffers and the system's cache,
 * which together did not hold them on a machine of 24 GB.
 */
export async function startServer(undo: AsyncDisposableStack): Promise<BenchServer> {
  // Below /var/tmp, because root starts the server as another account, which may not enter a private folder.
  const dataFolder = `/var/tmp/card-gateway-bench-${randomUUID()}`;
  undo.defer(async () => {
    await rm(dataFolder, { recursive: true, force: true });
    await rm(`${dataFolder}.password`, { force: true });
  });
  const buffers = Math.floor((totalmem() * 3) / 5 / 2 ** 20);
  const server = await startEmbeddedPostgres({ dataFolder, settings: { shared_buffers: `${buffers}MB` } });
  undo.defer(() => server.stop());
  const admin = openPool(server.superuserUrl, 1, undo);
  const owner = new URL(server.ownerUrl).username;
  return {
    create: async (name) => {
      await admin.query(`CREATE DATABASE ${name} OWNER ${owner}`);
      const [url, ownerUrl, superuserUrl] = [server.url, server.ownerUrl, server.superuserUrl].map((one) => {
        const own = new URL(one);
        own.pathname = name;
        return own.href;
      });
      return { url: url ?? '', ownerUrl: ownerUrl ?? '', pool: openPool(superuserUrl ?? '', 2, undo) };
    },
  };
}

/** @param undo ends it */
export function openPool(connectionString: string, max: number, undo: AsyncDisposableStack): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  // A pool has ended before its connections have, which the end of the server may still reach.
  pool.on('error', () => {});
  undo.defer(() => pool.end());
  return pool;
}
