import type { Pool } from '@card-gateway/database';
import { writtenBefore } from '../event-positions.ts';
import type { Place } from '../events/cursor.ts';
import type { AttemptRow } from './attempt-store.ts';
import type { Health } from './schedule.ts';
import type { DestinationRow } from './store.ts';

/** A cursor over events to be posted once more. */
export interface Replay {
  readonly position: number;
  readonly end: number;
  readonly types: readonly string[];
  readonly after: Date;
  readonly before: Date;
}

/** A destination that this process delivers to. */
export interface LeasedDestination extends Pick<
  DestinationRow,
  'id' | 'url' | 'types' | 'account' | 'scopes' | 'status' | 'disabledReason' | 'failingSince'
> {
  readonly tenant: string;
  readonly secretsSealed: Buffer;
  readonly position: number;
  readonly replay: Replay | null;
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly revision: number;
  readonly fence: number;
}

interface LeasedRow extends Omit<LeasedDestination, 'position' | 'replay'> {
  readonly position: string;
  readonly replayPosition: string | null;
  readonly replayEnd: string | null;
  readonly replayTypes: readonly string[] | null;
  readonly replayAfter: Date | null;
  readonly replayBefore: Date | null;
}

const columns = `id, tenant, url, types, account, scopes, secrets_sealed AS "secretsSealed", status, disabled_reason AS "disabledReason",
  failing_since AS "failingSince", position, failures, retry_at AS "retryAt", revision, fence, replay_position AS "replayPosition",
  replay_end AS "replayEnd", replay_types AS "replayTypes", replay_after AS "replayAfter", replay_before AS "replayBefore"`;

function leased(row: LeasedRow): LeasedDestination {
  const { replayPosition, replayEnd, replayTypes: types, replayAfter: after, replayBefore: before, ...others } = row;
  const isWhole = replayPosition !== null && replayEnd !== null && types !== null && after !== null && before !== null;
  return {
    ...others,
    position: Number(row.position),
    replay: isWhole ? { position: Number(replayPosition), end: Number(replayEnd), types, after, before } : null,
  };
}

/**
 * Takes the lease of destinations that no process delivers to. The lease runs by the database's clock; one that ends later than
 * any was given by a clock that has been put back since.
 */
export async function leaseDestinations(pool: Pool, leaseMs: number, most: number): Promise<LeasedDestination[]> {
  const { rows } = await pool.query<LeasedRow>({
    name: 'destinations-lease',
    text: `UPDATE event_destinations SET fence = fence + 1, lease_until = clock_timestamp() + $1::int * interval '1 ms'
           WHERE id IN (SELECT id FROM event_destinations
             WHERE status <> 'disabled' AND (lease_until IS NULL OR lease_until NOT BETWEEN clock_timestamp() AND clock_timestamp() + 2 * $1::int * interval '1 ms')
             ORDER BY lease_until NULLS FIRST, id LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING ${columns}`,
    values: [leaseMs, most],
  });
  return rows.map(leased);
}

/** The destination as it is now; null if the lease is lost. */
export async function readLeased(pool: Pool, id: string, fence: number): Promise<LeasedDestination | null> {
  const { rows } = await pool.query<LeasedRow>(
    `SELECT ${columns} FROM event_destinations WHERE id = $1 AND fence = $2`,
    [id, fence],
  );
  return rows[0] === undefined ? null : leased(rows[0]);
}

export interface UndeliveredRow {
  readonly position: number;
  readonly subjectId: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
}

export async function undeliveredOf(pool: Pool, id: string): Promise<UndeliveredRow[]> {
  const { rows } = await pool.query<Omit<UndeliveredRow, 'position'> & { readonly position: string }>(
    `SELECT position, subject_id AS "subjectId", attempts, next_attempt_at AS "nextAttemptAt" FROM undelivered_events
     WHERE destination_id = $1 ORDER BY position`,
    [id],
  );
  return rows.map(({ position, ...row }) => Object.assign(row, { position: Number(position) }));
}

/** What a deliverer has done since its last report. */
export interface Report {
  /** The revision that it knows; what a later request says of its health counts, and what it passed by an older filter is read again. */
  readonly revision: number;
  readonly position: number;
  /** The positions of which one is stored: what its last report left there, and those of reports whose answer was lost since. */
  readonly positionsBefore: readonly number[];
  /** How far it has read the log. */
  readonly readUpTo: Place;
  /** Which replay it runs, and how far that is; null once it is at its end. What it says of another one is ignored. */
  readonly replay: { readonly of: Replay; readonly position: number | null } | null;
  readonly health: Pick<Health, 'status' | 'disabledReason' | 'failures' | 'failingSince' | 'retryAt'>;
  readonly lastSuccessAt: Date | null;
  /** Positions whose rows can go. */
  readonly delivered: readonly number[];
  readonly undelivered: readonly UndeliveredRow[];
  readonly attempts: readonly Omit<AttemptRow, 'destinationId'>[];
}

/**
 * Stores a report in one statement, and prolongs the lease; storing it twice changes nothing. What the URL from before put off is
 * due at once.
 *
 * A database that was set back, by a failover or a restore, knows less than the deliverer: there its position would pass events
 * that are yet to come, or have come in place of those that it has read.
 *
 * @param leaseMs 0 to give the lease back
 * @returns what is stored now; null if the lease is lost, or the database was set back, and nothing was stored
 */
export async function storeReport(
  pool: Pool,
  { id, fence, url }: Pick<LeasedDestination, 'id' | 'fence' | 'url'>,
  report: Report,
  leaseMs: number,
): Promise<{ readonly revision: number; readonly position: number } | null> {
  const { health } = report;
  const { rows } = await pool.query<{ revision: number; position: string }>({
    name: 'destination-report',
    text: `WITH owned AS (
             UPDATE event_destinations d SET position = CASE WHEN is_known THEN $3 ELSE d.position END, lease_until = clock_timestamp() + $4::int * interval '1 ms',
               last_success_at = greatest(d.last_success_at, $5),
               status = CASE WHEN is_known THEN $6 ELSE d.status END,
               disabled_reason = CASE WHEN is_known THEN $7 ELSE d.disabled_reason END,
               failures = CASE WHEN is_known THEN $8 ELSE d.failures END,
               failing_since = CASE WHEN is_known THEN $9 ELSE d.failing_since END,
               retry_at = CASE WHEN is_known THEN $10 ELSE d.retry_at END,
               replay_position = CASE WHEN is_same THEN $11::bigint ELSE replay_position END,
               replay_end = CASE WHEN is_same AND $11::bigint IS NULL THEN NULL ELSE replay_end END,
               replay_types = CASE WHEN is_same AND $11::bigint IS NULL THEN NULL ELSE replay_types END,
               replay_after = CASE WHEN is_same AND $11::bigint IS NULL THEN NULL ELSE replay_after END,
               replay_before = CASE WHEN is_same AND $11::bigint IS NULL THEN NULL ELSE replay_before END
             FROM (SELECT id, revision = $12 AS is_known,
                 coalesce(replay_end = $16 AND replay_after = $17 AND replay_before = $18 AND replay_types = $19, false) AS is_same
               FROM event_destinations WHERE id = $1 AND fence = $2 AND position = ANY ($20::bigint[])
                 AND $3 <= coalesce((SELECT r.position + r.length FROM event_runs r ORDER BY r.position DESC LIMIT 1), 1)
                 AND coalesce(${writtenBefore('$22::bigint')} = $23, true) FOR UPDATE) known
             WHERE d.id = known.id RETURNING d.id, d.tenant, d.revision, d.position, d.url = $21 AS is_there
           ), gone AS (
             DELETE FROM undelivered_events u USING owned WHERE u.destination_id = owned.id AND u.position = ANY ($13::bigint[])
           ), kept AS (
             INSERT INTO undelivered_events (destination_id, position, subject_id, attempts, next_attempt_at)
             SELECT owned.id, r.position, r."subjectId", r.attempts,
               CASE WHEN is_there THEN r."nextAttemptAt" ELSE least(r."nextAttemptAt", clock_timestamp()) END
             FROM owned, json_to_recordset($14::json) AS r (position bigint, "subjectId" uuid, attempts int, "nextAttemptAt" timestamptz)
             ON CONFLICT (destination_id, position) DO UPDATE SET attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at
           ), logged AS (
             INSERT INTO delivery_attempts (id, tenant, destination_id, event_id, type, attempt, delivered, http_status, failure, answer,
               duration_ms, attempted_at, next_attempt_at)
             SELECT r.id, owned.tenant, owned.id, r."eventId", r.type, r.attempt, r.delivered, r."httpStatus", r.failure, r.answer,
               r."durationMs", r."attemptedAt", r."nextAttemptAt"
             FROM owned, json_to_recordset($15::json) AS r (id uuid, "eventId" uuid, type text, attempt int, delivered boolean,
               "httpStatus" smallint, failure text, answer text, "durationMs" int, "attemptedAt" timestamptz, "nextAttemptAt" timestamptz)
             ON CONFLICT (id) DO NOTHING
           )
           SELECT revision, position FROM owned`,
    values: [
      id,
      fence,
      report.position,
      leaseMs,
      report.lastSuccessAt,
      health.status,
      health.disabledReason,
      health.failures,
      health.failingSince,
      health.retryAt,
      report.replay?.position,
      report.revision,
      report.delivered.map(String),
      JSON.stringify(report.undelivered),
      JSON.stringify(report.attempts),
      report.replay?.of.end,
      report.replay?.of.after,
      report.replay?.of.before,
      report.replay?.of.types,
      report.positionsBefore.map(String),
      url,
      report.readUpTo.position,
      report.readUpTo.writtenAt,
    ],
  });
  const [row] = rows;
  return row === undefined ? null : { revision: row.revision, position: Number(row.position) };
}
