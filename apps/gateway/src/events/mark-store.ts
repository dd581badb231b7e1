import type { Pool } from 'pg';
import { eventsFrom, writtenBefore } from '../event-positions.ts';

/** What of an event tells whether it may concern a reader. */
export interface EventMark {
  readonly position: string;
  readonly tenant: string;
  readonly account: string | null;
  readonly kind: string;
  readonly type: string;
  readonly subjectId: string;
  readonly createdAt: Date;
}

const mostMarks = 1000;

interface MarkRow extends EventMark {
  readonly fromWrittenAt: Date | null;
}

const next = eventsFrom('$1::bigint', mostMarks, {
  columns: 'number, tenant, account, kind, type, subject_id, created_at',
  limit: `${mostMarks}`,
});

/**
 * The marks of the next events from a position on, in order.
 *
 * @param from not before the oldest position that is kept, where it finds none: who waits stands at the end, which retention keeps
 * @returns `fromWrittenAt`: when the event before was written; null without one
 */
export async function nextMarks(
  pool: Pool,
  from: number,
): Promise<{ readonly marks: readonly EventMark[]; readonly fromWrittenAt: Date | null }> {
  const { rows } = await pool.query<MarkRow>(
    `SELECT position, tenant, account, kind, type, subject_id AS "subjectId", created_at AS "createdAt",
       ${writtenBefore('$1::bigint')} AS "fromWrittenAt"
     FROM ${next} ORDER BY position`,
    [from],
  );
  return { marks: rows, fromWrittenAt: rows[0]?.fromWrittenAt ?? null };
}

/** When the event before a position was written; null without one. */
export async function eventWrittenBefore(pool: Pool, position: number): Promise<Date | null> {
  const { rows } = await pool.query<{ readonly at: Date | null }>(`SELECT ${writtenBefore('$1::bigint')} AS at`, [
    position,
  ]);
  return rows[0]?.at ?? null;
}
