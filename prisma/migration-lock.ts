import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { MigrationError } from './migration-error.ts';

/** Prisma's own lock, so that this and `prisma migrate deploy` never run at once. */
const key = 72_707_369;
const tryAgainMs = 500;
const longestWaitMs = 600_000;

export interface LockOptions {
  /** Longest wait for migrations of another process, in milliseconds; default ten minutes. */
  readonly lockWaitMs?: number;
  /** Receives one-line messages for the operator. */
  readonly report?: (line: string) => void;
}

/**
 * Runs `work` while this connection holds the migration lock. It polls instead of waiting in the server, because a waiting
 * statement would keep another process's `CREATE INDEX CONCURRENTLY` from finishing.
 *
 * @throws MigrationError, naming the process that holds the lock for too long
 */
export async function withMigrationLock<T>(
  client: pg.Client,
  { lockWaitMs = longestWaitMs, report }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const end = AbortSignal.timeout(lockWaitMs);
  const longest = `${Math.ceil(lockWaitMs / 60_000)} min`;
  for (let reported = false; !(await tryLock(client)); reported = true) {
    const holder = await holderOf(client);
    if (end.aborted) {
      throw new MigrationError(
        `Another process still holds the lock on migrations after ${longest}: ${holder}. See what it does in pg_stat_activity; pg_terminate_backend ends it.`,
      );
    }
    if (!reported) report?.(`Another process holds the lock on migrations: ${holder}. Waiting for at most ${longest}.`);
    await wait(tryAgainMs);
  }
  try {
    return await work();
  } finally {
    // Behind a pooler the server session outlives this connection. A broken session has released its lock already.
    await client.query('SELECT pg_advisory_unlock($1)', [key]).catch(() => {});
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [key]);
  return rows[0]?.taken === true;
}

/** The holder of the lock, as far as this role may see it. */
async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; application: string; role: string; address: string | null }>(
    `SELECT pid, application_name AS application, usename AS role, host(client_addr) AS address
     FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND (classid, objid, objsubid) = (0, $1, 1) AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [key],
  );
  const [holder] = rows;
  if (holder === undefined) return 'one that is gone now';
  const { pid, application, role, address } = holder;
  return `pid ${pid}, "${application}" as ${role}${address === null ? '' : ` from ${address}`}`;
}
