import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { type Config, connectionShares, jobsAtOnce } from '../config.ts';

/** Takes the jobs, and the queues of the accounts, from workers that have held a job since before `heldBefore`. */
export async function freeLeftJobs(pool: Pool, heldBefore: Date): Promise<void> {
  await pool.query(
    `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
     FROM graphile_worker.jobs WHERE locked_at < $1 HAVING count(*) > 0`,
    [heldBefore],
  );
}

/** Takes them from these workers, by the names under which they hold them. */
export async function freeJobsOf(pool: Pool, workers: readonly string[]): Promise<void> {
  await pool.query('SELECT graphile_worker.force_unlock_workers($1)', [workers]);
}

/** The connections of one run of the queue. */
export interface RunConnections {
  /** As much of a pool as graphile-worker uses. */
  readonly pool: Pool;
  /** Resolves once nothing is under way on them. */
  idle(): Promise<void>;
  /** Ends all of them at once. */
  destroy(reason: Error): void;
}

type Listen = (error: undefined, client: PoolClient, release: () => void) => void;

/**
 * Connections on which nothing ever fails: the first failure is told to `onFailure`, whose run is of no more use then, and
 * what failed never ends. graphile-worker is not told, because it has no way out of some failures: of a job whose end it
 * could not record it leaves a rejection that nobody handles, or, with batches, loses count of them and never stops;
 * after others it pauses for up to two minutes, however short the outage was.
 */
export function openRunConnections(config: Config, onFailure: (error: Error) => void): RunConnections {
  // Both are let go of at the end: graphile-worker keeps for ever what it was once given as a pool.
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
    // Its jobs work on the connections of the requests: a few are enough for itself, which it would warn of.
    options: { max: jobsAtOnce(config) },
    // It wants errors of idle connections to be handled, as they are.
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
