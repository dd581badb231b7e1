import type { Pool } from 'pg';

/** When the oldest committed event was written that has no position yet; null without one. */
export async function oldestUnsequenced(pool: Pool): Promise<Date | null> {
  const { rows } = await pool.query<{ readonly since: Date | null }>(
    `WITH last AS (
       SELECT coalesce(max(highest), 0) AS highest, coalesce(max(missing::text), '{}')::int8multirange AS missing
       FROM (SELECT highest, missing FROM event_runs ORDER BY position DESC LIMIT 1) run
     )
     SELECT min(created_at) AS since FROM last, LATERAL (
       (SELECT created_at FROM events WHERE number > last.highest ORDER BY number LIMIT 1)
       UNION ALL
       SELECT late.created_at FROM unnest(last.missing) AS gap, LATERAL (
         SELECT created_at FROM events WHERE number >= lower(gap) AND number < upper(gap) ORDER BY number LIMIT 1
       ) late
     ) waiting`,
  );
  return rows[0]?.since ?? null;
}
