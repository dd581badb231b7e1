import type { KnownEventType } from '@card-gateway/contract';
import type { Pool } from '@card-gateway/database';
import type { PageRequest } from '../page.ts';

/** One attempt to post an event to a destination. */
export interface AttemptRow {
  readonly id: string;
  readonly destinationId: string;
  readonly eventId: string;
  readonly type: KnownEventType;
  readonly attempt: number;
  readonly delivered: boolean;
  readonly httpStatus: number | null;
  readonly failure: string | null;
  readonly answer: string | null;
  readonly durationMs: number;
  readonly attemptedAt: Date;
  readonly nextAttemptAt: Date | null;
}

const columns = `id, destination_id AS "destinationId", event_id AS "eventId", type, attempt, delivered, http_status AS "httpStatus",
  failure, answer, duration_ms AS "durationMs", attempted_at AS "attemptedAt", next_attempt_at AS "nextAttemptAt"`;

/** The attempts at a destination, newest first; one row more than the page holds. */
export async function listAttemptsAt(pool: Pool, destinationId: string, page: PageRequest): Promise<AttemptRow[]> {
  const { rows } = await pool.query<AttemptRow>(
    `SELECT ${columns} FROM delivery_attempts WHERE destination_id = $1 AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [destinationId, page.after, page.limit + 1],
  );
  return rows;
}

/** The attempts for an event, newest first; one row more than the page holds. */
export async function listAttemptsOf(
  pool: Pool,
  tenant: string,
  eventId: string,
  page: PageRequest,
): Promise<AttemptRow[]> {
  const { rows } = await pool.query<AttemptRow>(
    `SELECT ${columns} FROM delivery_attempts WHERE event_id = $1 AND tenant = $2 AND ($3::uuid IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [eventId, tenant, page.after, page.limit + 1],
  );
  return rows;
}
