import type { Pool } from 'pg';
import { readingScopes } from './unseen-types.ts';

/** A run of events; see the table `event_runs`. */
interface Run {
  readonly position: string;
  readonly number: string;
  readonly length: number;
}

/**
 * Removes the oldest events, at most `most`, with their positions: never one without a position, and never the last run, which tells
 * where the log goes on. A subject whose last event goes keeps its version, unless it never has another event. Both happen in one
 * statement, so that a trigger, which looks for both in one statement too, finds one of them. Destinations that had not got such an
 * event are told, if their scopes show events of its kind.
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
       RETURNING subject_id, subject_version, type, number, tenant, kind, account, created_at
     ), missed AS (
       UPDATE event_destinations d SET missed_until = greatest(d.missed_until, missing.until) FROM (
         SELECT id, max(created_at) AS until FROM (
           SELECT d.id, e.created_at FROM event_destinations d JOIN removed e ON d.tenant = e.tenant
           WHERE d.position < $1 + ($3 - $2) AND d.position <= $1 + (e.number - $2)
             AND (d.account IS NULL OR d.account = e.account)
             AND (e.type = ANY (d.types) OR e.kind || '.*' = ANY (d.types) OR '*' = ANY (d.types))
             AND ('admin' = ANY (d.scopes) OR EXISTS (
               SELECT FROM json_array_elements_text($5::json -> e.kind) showing (scope) WHERE showing.scope = ANY (d.scopes)))
           UNION ALL
           SELECT u.destination_id, e.created_at FROM event_destinations d
             JOIN undelivered_events u ON u.destination_id = d.id AND u.position >= $1 AND u.position < $1 + ($3 - $2)
             JOIN removed e ON e.number = $2 + (u.position - $1)
         ) event GROUP BY id
       ) missing WHERE d.id = missing.id
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
    [run.position, run.number, Number(run.number) + Math.min(run.length, most), before, JSON.stringify(readingScopes)],
  );
  return counts[0]?.removed ?? 0;
}
