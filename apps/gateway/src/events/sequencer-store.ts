import type { Pool } from 'pg';

/** What a pass needs to know of all passes before it. */
export interface Sequenced {
  /** The next position. */
  readonly next: number;
  /** The greatest number that has a position. */
  readonly highest: number;
  /** Smaller numbers that may still be committed, as a multirange. */
  readonly missing: string;
}

const nothing: Sequenced = { next: 1, highest: 0, missing: '{}' };

interface SequencedRow {
  readonly next: string;
  readonly highest: string;
  readonly missing: string;
}

const sequencedOf = ({ next, highest, missing }: SequencedRow): Sequenced => ({
  next: Number(next),
  highest: Number(highest),
  missing,
});

/** Whether the log ends in the same way, also if it was set back and has grown to the same position. */
export const isSame = (one: Sequenced, other: Sequenced): boolean =>
  one.next === other.next && one.highest === other.highest && one.missing === other.missing;

/** What all passes so far have left. */
export async function lastSequenced(pool: Pool): Promise<Sequenced> {
  const { rows } = await pool.query<SequencedRow>({
    name: 'events-sequenced',
    text: 'SELECT position + length AS next, highest, missing::text FROM event_runs ORDER BY position DESC LIMIT 1',
  });
  return rows[0] === undefined ? nothing : sequencedOf(rows[0]);
}

/** The result of a pass. */
export interface Pass {
  /** Null if nothing was found. */
  readonly sequenced: Sequenced | null;
  /** The log does not end with `before`: another process has gone on, or the database was set back. This pass did nothing. */
  readonly isLate: boolean;
}

/**
 * The open transactions that have written events, or are about to. Whoever draws a number holds this lock until the transaction
 * has ended, also while it is prepared, and gives it back only when its events can be seen.
 */
export async function openWriters(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ readonly writer: string }>({
    name: 'events-writers',
    text: `SELECT virtualtransaction AS writer FROM pg_locks
           WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND relation = 'events'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  });
  return rows.map(({ writer }) => writer);
}

/** Keeps a pass short after an outage. */
const mostNumbers = 10_000;

/**
 * Gives the next positions to the events that were committed since `before`, among them those that were missing.
 *
 * It is planned once, also while the log is empty: the greatest number is hidden from the planner, which else plans each pass
 * anew, and events are read by ranges of numbers, for which it always takes their key.
 *
 * @param gone of the missing numbers, those up to this one will never be committed
 * @throws the database's 23505 if another process does the same at this moment
 */
export async function sequence(pool: Pool, before: Sequenced, gone: number): Promise<Pass> {
  const { rows } = await pool.query<{
    readonly is_late: boolean;
    readonly next: string | null;
    readonly highest: string | null;
    readonly missing: string | null;
  }>({
    name: 'events-sequence',
    text: `WITH log AS (
             SELECT coalesce((SELECT position + length = $1 AND highest = $2 AND missing::text = $3 FROM event_runs
               ORDER BY position DESC LIMIT 1), $1::bigint = 1) AS ends_here
           ), missing AS (
             SELECT $3::text::int8multirange - int8multirange(int8range(NULL, $4::bigint + 1)) AS numbers
           ), fresh AS MATERIALIZED (
             SELECT e.number FROM (SELECT min(number) AS number FROM events WHERE number > (SELECT $2::bigint)) first
               JOIN events e ON e.number >= first.number AND e.number < first.number + ${mostNumbers}
             UNION ALL
             SELECT e.number FROM missing, unnest(numbers) AS gap,
               LATERAL (SELECT number FROM events WHERE number >= lower(gap) AND number < upper(gap) OFFSET 0) e
           ), islands AS (
             SELECT min(number) AS number, count(*) AS length
             FROM (SELECT number, number - row_number() OVER (ORDER BY number) AS island FROM fresh) numbered
             GROUP BY island
           ), runs AS (
             SELECT $1::bigint + sum(length) OVER (ORDER BY number) - length AS position, number, length,
               lead(number) OVER (ORDER BY number) IS NULL AS is_last
             FROM islands
           ), pass AS (
             SELECT greatest($2::bigint, max(number + length - 1)) AS highest, range_agg(int8range(number, number + length)) AS found
             FROM runs
           ), added AS (
             INSERT INTO event_runs (position, number, length, highest, missing)
             SELECT position, number, length, CASE WHEN is_last THEN pass.highest END,
               CASE WHEN is_last THEN numbers + int8multirange(int8range($2 + 1, pass.highest + 1)) - found END
             FROM runs, pass, missing, log
             WHERE log.ends_here
             RETURNING position, length, highest, missing
           )
           SELECT NOT (SELECT ends_here FROM log) AS is_late, max(position + length) AS next, max(highest) AS highest,
             min(missing::text) AS missing
           FROM added`,
    values: [before.next, before.highest, before.missing, gone],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('A pass has one row.');
  const { next, highest, missing } = row;
  const isAdded = next !== null && highest !== null && missing !== null;
  return {
    sequenced: isAdded ? sequencedOf({ next, highest, missing }) : null,
    isLate: row.is_late,
  };
}
