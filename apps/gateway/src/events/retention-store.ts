import type { Pool } from 'pg';

/** A run of events; see the table `event_runs`. */
interface Run {
  readonly position: string;
  readonly number: string;
  readonly length: number;
}

/**
 * Removes the oldest events, at most `most`, with their positions: never one without a position, and never the last run, which tells
 * where the log goes on. A subject whose last event goes keeps its version, unless it never has another event. Both happen in one
 * statement, so that a trigger, which looks for both in one statement too, finds one of them.
 *
 * @param before none that was written from then on is removed
 * @returns how many were removed
 */
export async function removeEvents(pool: Pool, before: Date, most: number): Promise<number> {
  const { rows } = await pool.query<Run>({
    name: 'events-oldest',
    text: 'SELECT position, number, length FROM event_runs ORDER BY position LIMIT 2',
  });
  const [run, later] = rows;
  if (run === undefined || later === undefined) return 0;
  const { rows: counts } = await pool.query<{ readonly removed: number }>(
    `WITH due AS (
       SELECT position FROM event_runs WHERE position = $1 AND number = $2 AND NOT EXISTS
         (SELECT FROM events WHERE number >= $2 AND number < $3 AND created_at >= $4)
     ), cut AS (
       UPDATE event_runs r SET position = r.position + ($3 - $2), number = $3, length = r.length - ($3 - $2)::integer
       FROM due WHERE r.position = due.position AND r.number = $2 AND r.number + r.length > $3 RETURNING r.position
     ), ended AS (
       DELETE FROM event_runs r USING due
       WHERE r.position = due.position AND r.number = $2 AND r.number + r.length <= $3 RETURNING r.position
     ), removed AS (
       DELETE FROM events WHERE number >= $2 AND number < $3 AND EXISTS (SELECT FROM cut UNION ALL SELECT FROM ended)
       RETURNING subject_id, subject_version, type
     ), versions AS (
       INSERT INTO event_versions AS v (subject_id, subject_version)
       SELECT subject_id, subject_version FROM (
         SELECT DISTINCT ON (subject_id) subject_id, subject_version, type FROM removed ORDER BY subject_id, subject_version DESC
       ) last
       WHERE type <> ALL ('{operation.succeeded,operation.refused,sync.completed,sync.failed}')
         AND NOT EXISTS (SELECT FROM events e WHERE e.subject_id = last.subject_id AND e.subject_version > last.subject_version)
       ON CONFLICT (subject_id) DO UPDATE SET subject_version = greatest(v.subject_version, excluded.subject_version)
     )
     SELECT count(*)::integer AS removed FROM removed`,
    [run.position, run.number, Number(run.number) + Math.min(run.length, most), before],
  );
  return counts[0]?.removed ?? 0;
}
