import type { Pool, PoolClient } from 'pg';

/**
 * Queues a look-up, in the transaction that makes it necessary, or again for later. It waits by the clock of the queue: that of this
 * process may be hours ahead.
 */
export async function queueReconciliation(
  client: Pool | PoolClient,
  operation: { readonly id: string; readonly account: string },
  waitMs: number,
): Promise<void> {
  await client.query(
    `SELECT graphile_worker.add_job('settle', json_build_object('operationId', $1::text, 'account', $3::text),
       run_at => now() + $2::float8 * interval '1 millisecond', job_key => 'settle:' || $1::text)`,
    [operation.id, waitMs, operation.account],
  );
}

/** Limit that keeps the statement short; the next sweep takes the rest. */
const mostAtOnce = 2000;

/**
 * Jobs for these rows as one array, because adding them one by one would search the queue for each. A null member gets its
 * default.
 */
const specs = (runAt: string): string =>
  `array_agg(('settle', json_build_object('operationId', id::text, 'account', account), NULL, ${runAt}, NULL,
     'settle:' || id::text, NULL, NULL)::graphile_worker.job_spec)`;

/**
 * Queues every abandoned write: sent with a sender's lease that expired before `now` (the process ended), or unknown and
 * overdue since `dueBefore` (the job was lost, or failed). Look-ups still in the queue are left there, so that thousands of
 * them at a hanging provider do not hide others.
 */
export async function queueForgotten(pool: Pool, now: Date, dueBefore: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH forgotten AS (
       SELECT id, account FROM operations
       WHERE ((state = 'submitting' AND lease_until < $1)
           OR (state = 'unknown' AND next_look_up_at < $2 AND (lease_until IS NULL OR lease_until < $1)))
         AND NOT EXISTS (SELECT FROM graphile_worker.jobs WHERE key = 'settle:' || operations.id::text AND attempts = 0)
       ORDER BY created_at, id LIMIT ${mostAtOnce}
     ), jobs AS (SELECT ${specs('NULL')} AS all FROM forgotten HAVING count(*) > 0)
     SELECT added.id FROM jobs, graphile_worker.add_jobs(jobs.all, job_key_preserve_run_at => true) added`,
    [now, dueBefore],
  );
  return rowCount ?? 0;
}

/**
 * The provider answered after silence: makes every waiting write of the account due now (the event `providerRecovered`) in one
 * statement, those with the longest remaining wait first. Concurrent calls skip each other's rows.
 */
export async function wakeAccount(pool: Pool, account: string, at: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH woken AS (
       UPDATE operations SET look_ups = 0, next_look_up_at = $2::timestamptz, updated_at = $2, silent_since = NULL,
         silent_ms = silent_ms + greatest(0, coalesce(extract(epoch FROM $2 - silent_since) * 1000, 0))::bigint
       WHERE id IN (SELECT id FROM operations
                    WHERE account = $1 AND state = 'unknown' AND settles_by = 'look-up' AND next_look_up_at > $2
                      AND (lease_until IS NULL OR lease_until <= $2)
                    ORDER BY next_look_up_at DESC LIMIT ${mostAtOnce} FOR UPDATE SKIP LOCKED)
       RETURNING id, account
     ), jobs AS (SELECT ${specs('least($2, now())')} AS all FROM woken HAVING count(*) > 0)
     SELECT added.id FROM jobs, graphile_worker.add_jobs(jobs.all) added`,
    [account, at],
  );
  return rowCount ?? 0;
}
