import type { Pool } from 'pg';
import { numberAt } from '../event-positions.ts';

/** How far a destination is behind the event log. */
export interface DestinationLag {
  /** Public ids are made of it. */
  readonly id: string;
  readonly status: 'active' | 'failing' | 'disabled';
  /** Positions that its cursor has not passed, and the events that it has passed and are still to be delivered. */
  readonly events: number;
  readonly undelivered: number;
  /** When the next event of its cursor, and the oldest one that is to be delivered, were created; null if there is none. */
  readonly eventCreatedAt: Date | null;
  readonly oldestAt: Date | null;
}

/** Reads all destinations by their keys, whatever the length of the log. */
export async function destinationLags(pool: Pool): Promise<DestinationLag[]> {
  const { rows } = await pool.query<Omit<DestinationLag, 'events'> & { readonly events: string }>({
    name: 'destination-lags',
    text: `SELECT d.id, d.status, greatest(log.next - d.position, 0) AS events, held.count AS undelivered, at_cursor.created_at AS "eventCreatedAt",
             coalesce(at_oldest.created_at, at_cursor.created_at) AS "oldestAt"
           FROM event_destinations d
             CROSS JOIN (SELECT coalesce((SELECT position + length FROM event_runs ORDER BY position DESC LIMIT 1), 1) AS next) log
             CROSS JOIN LATERAL (
               SELECT count(*)::int AS count, min(position) AS oldest FROM undelivered_events WHERE destination_id = d.id
             ) held
             LEFT JOIN LATERAL (
               SELECT e.created_at FROM events e WHERE e.number = ${numberAt('d.position')}
             ) at_cursor ON d.position < log.next
             LEFT JOIN LATERAL (
               SELECT e.created_at FROM events e WHERE e.number = ${numberAt('held.oldest')}
             ) at_oldest ON held.oldest IS NOT NULL
           ORDER BY d.id`,
  });
  return rows.map(({ events, ...row }) => Object.assign(row, { events: Number(events) }));
}
