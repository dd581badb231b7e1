import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { type Config, connectionShares, jobsAtOnce } from '../config.ts';

/** Releases jobs, and the accounts' queues, held by workers since before `heldBefore`. */
export async function freeLeftJobs(pool: Pool, heldBefore: Date): Promise<void> {
  await pool.query(
    `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
     FROM graphile_worker.jobs WHERE locked_at < $1 HAVING count(*) > 0`,
    [heldBefore],
  );
}

/** Releases the jobs of these workers, by worker name. */
export async function freeJobsOf(pool: Pool, workers: readonly string[]): Promise<void> {
  await pool.query('SELECT graphile_worker.force_unlock_workers($1)', [workers]);
}

/** The connections of one run of the queue. */
export interface RunConnections {
  /** The part of a pool that graphile-worker uses. */
  readonly pool: Pool;
  /** Resolves once nothing is in flight on them. */
  idle(): Promise<void>;
  /** Ends all of them at once. */
  destroy(reason: Error): void;
}

type Listen = (error: undefined, client: PoolClient, release: () => void) => void;

/**
 * Connections whose failures graphile-worker never sees: the first one goes to `onFailure`, after which the run is useless, and
 * the failed call never settles. graphile-worker cannot handle some failures: for a job whose completion it could not record it
 * leaves an unhandled rejection or, with batches, loses count and never stops; after others it pauses for up to two minutes,
 * however short the outage was.
 */
export function openRunConnections(config: Config, onFailure: (error: Error) => void): RunConnections {
  // Both are released at the end, because graphile-worker keeps every pool it was given for ever.
  let report: typeof onFailure | null = onFailure;
  let open: ReturnType<typeof openDatabase> | null = openDatabase(config.DATABASE_URL, {
    purpose: 'queue',
    connections: connectionShares(config).queue,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: config.DATABASE_LOCK_TIMEOUT_MS,
    onIdleError: (error) => report?.(error),
  });
  const failed = (error: Error): Promise<never> => {
    report?.(error);
    return new Promise(() => {});
  };
  open.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    client.query = (...given: unknown[]): never => query(...given).catch(failed) as never;
  });
  const connect = (): Promise<PoolClient> =>
    open === null ? failed(new Error('The run is over.')) : open.connect().catch(failed);

  const pool = {
    // Its jobs use the request connections, so a few suffice for itself; it would warn about that.
    options: { max: jobsAtOnce(config) },
    // It requires a handler for errors of idle connections; there is one.
    listeners: () => [failed],
    connect: (listen?: Listen) => {
      const connected = connect();
      return listen === undefined
        ? connected
        : void connected.then((client) => listen(undefined, client, () => client.release()));
    },
    query: async (...given: [string, unknown[]]) => {
      const client = await connect();
      const result = await client.query(...given);
      client.release();
      return result;
    },
  };
  return {
    pool: pool as unknown as Pool,
    idle: async () => {
      const isBusy = (): boolean => open !== null && (open.waitingCount > 0 || open.idleCount < open.totalCount);
      while (isBusy()) await wait(20);
    },
    destroy: (reason) => {
      report = null;
      open?.destroy(reason);
      open = null;
    },
  };
}
