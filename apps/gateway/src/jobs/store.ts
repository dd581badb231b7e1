import type { Pool } from 'pg';

/** Takes the jobs, and the queues of the accounts, from workers that have held a job since before `heldBefore`. */
export async function freeLeftJobs(pool: Pool, heldBefore: Date): Promise<void> {
  await pool.query(
    `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
     FROM graphile_worker.jobs WHERE locked_at < $1 HAVING count(*) > 0`,
    [heldBefore],
  );
}
