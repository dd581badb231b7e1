import type { Pool, PoolClient } from '@card-gateway/database';
import { numberAt } from '../event-positions.ts';
import { type DestinationRow, shownColumns } from './store.ts';

/** Which events are to be posted once more. */
export interface Selection {
  readonly after: Date;
  readonly before: Date;
  /** Patterns as `card.*`. */
  readonly types: readonly string[];
}

/** The latest time of the events around a position; null if none of them is kept. */
export async function latestAround(pool: Pool, position: number): Promise<Date | null> {
  const { rows } = await pool.query<{ at: Date | null }>(
    `SELECT max(e.created_at) AS at
     FROM (SELECT ${numberAt('$1')} AS number) found JOIN events e ON e.number BETWEEN found.number - 50 AND found.number`,
    [position],
  );
  return rows[0]?.at ?? null;
}

/** Starts a replay, in place of one that runs. @returns null if there is no such destination */
export async function startReplay(
  client: PoolClient,
  id: string,
  { position, end, after, before, types }: Selection & { readonly position: number; readonly end: number },
  at: Date,
): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `UPDATE event_destinations SET replay_position = $2, replay_end = $3, replay_types = $4, replay_after = $5,
       replay_before = $6, revision = revision + 1, updated_at = $7
     WHERE id = $1 RETURNING ${shownColumns}`,
    [id, position, end, types, after, before, at],
  );
  return rows[0] ?? null;
}

/** Makes the undelivered events of a selection due. @returns null if there is no such destination */
export async function retryUndelivered(
  client: PoolClient,
  id: string,
  { after, before, types }: Selection,
  at: Date,
): Promise<DestinationRow | null> {
  const { rows } = await client.query<DestinationRow>(
    `WITH selected AS (
       SELECT u.position FROM undelivered_events u
         JOIN events e ON e.number = ${numberAt('u.position')}
       WHERE u.destination_id = $1 AND e.created_at >= $2 AND e.created_at < $3
         AND (e.type = ANY ($4) OR e.kind || '.*' = ANY ($4) OR '*' = ANY ($4))
     ), due AS (
       UPDATE undelivered_events SET next_attempt_at = $5 FROM selected
       WHERE destination_id = $1 AND undelivered_events.position = selected.position
     )
     UPDATE event_destinations SET retry_at = NULL, revision = revision + 1, updated_at = $5
     WHERE id = $1 RETURNING ${shownColumns}`,
    [id, after, before, types, at],
  );
  return rows[0] ?? null;
}

/** Adds one event to those that are to be posted. @returns false if it has no position yet, or there is no such destination */
export async function addUndelivered(
  client: PoolClient,
  destinationId: string,
  number: number,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `WITH added AS (
       INSERT INTO undelivered_events (destination_id, position, subject_id, attempts, next_attempt_at)
       SELECT d.id, run.position + (e.number - run.number), e.subject_id, 0, $3
       FROM (SELECT id FROM event_destinations WHERE id = $1 FOR UPDATE) d, events e JOIN event_runs run ON e.number >= run.number AND e.number < run.number + run.length
       WHERE e.number = $2
       ON CONFLICT (destination_id, position) DO UPDATE SET next_attempt_at = $3 RETURNING destination_id
     )
     UPDATE event_destinations SET revision = revision + 1 WHERE id IN (SELECT destination_id FROM added)`,
    [destinationId, number, at],
  );
  return rowCount === 1;
}
