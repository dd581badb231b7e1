import type { Pool } from '@card-gateway/database';

/** What is removed once it is old enough; each statement is limited to the given number of rows. */
const statements = {
  // Nothing looks up a cancelled card by its number any more.
  card_numbers: `
    UPDATE cards SET pan_sealed = NULL, pan_fingerprint = NULL WHERE id IN
      (SELECT id FROM cards WHERE status IN ('cancelled', 'replaced', 'failed') AND pan_sealed IS NOT NULL AND updated_at < $1
       ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
  // An unresolved write may still need them for its look-up.
  binding_fingerprints: `
    UPDATE bindings SET pan_fingerprint = NULL, phone_fingerprint = NULL, token_fingerprint = NULL WHERE id IN
      (SELECT id FROM bindings b WHERE status IN ('removed', 'expired', 'refused', 'not_required')
         AND (pan_fingerprint IS NOT NULL OR phone_fingerprint IS NOT NULL OR token_fingerprint IS NOT NULL) AND updated_at < $1
         AND NOT EXISTS (SELECT FROM operations o WHERE o.resource_id = b.id AND o.state IN ('submitting', 'unknown'))
       ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
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

export type Kept = keyof typeof statements;

/** Removes at most `most` rows that were closed before `before`. @returns the number of rows */
export async function removeOver(pool: Pool, what: Kept, before: Date, most: number): Promise<number> {
  return (await pool.query(statements[what], [before, most])).rowCount ?? 0;
}
