import type { Pool } from '@card-gateway/database';
import { isAheadOfTime } from '../ahead-of-time.ts';

/** Whether the clock that says this is ahead of the database's, by more than clocks differ. */
export async function isAhead(pool: Pool, now: Date): Promise<boolean> {
  const { rows } = await pool.query<{ ahead: boolean }>(
    `SELECT (${isAheadOfTime('$1::timestamptz', 'now()')}) IS TRUE AS ahead`,
    [now],
  );
  return rows[0]?.ahead === true;
}

/** What is removed as a whole once it is old enough; each statement is limited to the given number of rows. */
const removals = {
  failed_callbacks: `
    DELETE FROM callbacks WHERE id IN
      (SELECT id FROM callbacks WHERE state = 'failed' AND received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  syncs: `
    DELETE FROM syncs WHERE id IN
      (SELECT id FROM syncs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  // Their ids begin with the time, so the oldest are found by them.
  delivery_attempts: `
    DELETE FROM delivery_attempts WHERE id IN
      (SELECT id FROM delivery_attempts
       WHERE id < rpad(lpad(to_hex((extract(epoch FROM $1::timestamptz) * 1000)::bigint), 12, '0'), 32, '0')::uuid
       ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)`,
} as const;

export type Removed = keyof typeof removals;

/** Removes at most `most` rows that were closed before `before`. @returns the number of rows */
export async function removeOver(pool: Pool, what: Removed, before: Date, most: number): Promise<number> {
  return (await pool.query(removals[what], [before, most])).rowCount ?? 0;
}

const isCardOver = `status IN ('cancelled', 'replaced', 'failed') AND pan_sealed IS NOT NULL`;
const isBindingOver = `status IN ('removed', 'expired', 'refused', 'not_required')
  AND (pan_fingerprint IS NOT NULL OR phone_fingerprint IS NOT NULL OR token_fingerprint IS NOT NULL)`;
const due = 'SELECT id FROM seen WHERE updated_at < $1';
const lastRow = `SELECT id, (SELECT count(*) FROM emptied)::integer AS emptied FROM seen ORDER BY id DESC LIMIT 1`;

/**
 * What is removed from rows that stay. No index has their age, because an index on what every change of a row changes makes each
 * of them write to all indexes of the table. So a statement reads the given number of rows that still have something to remove,
 * in the order of their ids, and compares the age.
 */
const emptyings = {
  // Nothing looks up a cancelled card by its number any more.
  card_numbers: `
    WITH seen AS (SELECT id, updated_at FROM cards WHERE ${isCardOver} AND id > $3 ORDER BY id LIMIT $2), emptied AS (
      UPDATE cards SET pan_sealed = NULL, pan_fingerprint = NULL WHERE id IN
        (SELECT id FROM cards WHERE id IN (${due}) AND ${isCardOver} AND updated_at < $1 FOR UPDATE SKIP LOCKED)
      RETURNING id
    ) ${lastRow}`,
  // An unresolved write may still need them for its look-up.
  binding_fingerprints: `
    WITH seen AS (SELECT id, updated_at FROM bindings WHERE ${isBindingOver} AND id > $3 ORDER BY id LIMIT $2), emptied AS (
      UPDATE bindings SET pan_fingerprint = NULL, phone_fingerprint = NULL, token_fingerprint = NULL WHERE id IN
        (SELECT id FROM bindings b WHERE id IN (${due}) AND ${isBindingOver} AND updated_at < $1
           AND NOT EXISTS (SELECT FROM operations o WHERE o.resource_id = b.id AND o.state IN ('submitting', 'unknown'))
         FOR UPDATE SKIP LOCKED)
      RETURNING id
    ) ${lastRow}`,
} as const;

export type Emptied = keyof typeof emptyings;

/**
 * Reads the next `most` rows after an id, and empties those that were last changed before `before`.
 *
 * @returns the last id read, and the number of rows emptied; null if there is no row after `after`
 */
export async function emptyOver(
  pool: Pool,
  what: Emptied,
  before: Date,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<{ readonly id: string; readonly emptied: number } | null> {
  const { rows } = await pool.query<{ id: string; emptied: number }>(emptyings[what], [before, most, after]);
  return rows[0] ?? null;
}
