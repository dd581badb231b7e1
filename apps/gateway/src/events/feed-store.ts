import type { EventKind } from '@card-gateway/contract';
import type { Uuid } from '@card-gateway/core';
import type { Pool } from 'pg';
import { eventsFrom, writtenBefore } from '../event-positions.ts';
import type { EventSight } from './sight.ts';

/** An event as it is stored. */
export interface EventRow {
  readonly number: string;
  readonly provider: string | null;
  readonly account: string | null;
  readonly kind: string;
  readonly type: string;
  readonly subjectId: string;
  readonly subjectVersion: number;
  readonly operationId: string | null;
  readonly requestId: string | null;
  /** Rows of the type `<kind>_image` as JSON text: read by JavaScript, its numbers would lose digits. */
  readonly image: string;
  readonly previous: string | null;
  readonly createdAt: Date;
}

/** What events are about. */
export type EventSubject =
  | { readonly kind: Exclude<EventKind, 'account'>; readonly id: Uuid }
  | { readonly kind: 'account'; readonly account: string };

export interface EventFilter {
  readonly tenant: string;
  readonly sees: EventSight;
  /** Only these types, and all of these kinds; undefined for all. */
  readonly types?: { readonly kinds: readonly string[]; readonly types: readonly string[] } | undefined;
  readonly account?: string | undefined;
  readonly subject?: EventSubject | undefined;
}

const columns = `e.number, e.provider, e.account, e.kind, e.type, e.subject_id AS "subjectId", e.subject_version AS "subjectVersion",
  e.operation_id AS "operationId", e.request_id AS "requestId", e.image::text AS image, e.previous::text AS previous,
  e.created_at AS "createdAt"`;

/** Whether a reader sees an event, by the values of {@link sightValues}. */
const isSeen = `e.tenant = $1 AND ($2::boolean OR e.kind = ANY ($3::text[])
  OR e.kind = 'sync' AND CASE e.image->>'kind' WHEN 'cards' THEN $5::boolean ELSE $6::boolean END
  OR e.kind = 'operation' AND CASE
    WHEN e.image->>'type' <> 'startSync' THEN e.image->>'type' = ANY ($4::text[])
    WHEN $5::boolean = $6::boolean THEN $5::boolean
    ELSE EXISTS (SELECT FROM syncs s WHERE s.id = (e.image->>'resource_id')::uuid AND (s.kind = 'cards') = $5::boolean)
  END)`;

const sightValues = ({ tenant, sees }: Pick<EventFilter, 'tenant' | 'sees'>) =>
  [tenant, sees.all, sees.kinds, sees.operationTypes, sees.syncsOfCards, sees.syncsOfBindings] as const;

/** The most positions that one page looks at, whatever its filters leave. */
const mostScanned = 10_000;

/** A part of the log. */
export interface LogPart {
  /** The first position that is kept, and the one behind the last. */
  readonly oldest: number;
  readonly end: number;
  /** Where it begins, and where what follows begins. */
  readonly from: number;
  readonly next: number;
  /** When the events before these two were written; null without one. */
  readonly fromWrittenAt: Date | null;
  readonly nextWrittenAt: Date | null;
  readonly events: readonly (EventRow & { readonly position: string })[];
}

interface LogRow {
  readonly oldest: string;
  readonly end: string;
  readonly from: string;
  readonly fromWrittenAt: Date | null;
  readonly edgeWrittenAt: Date | null;
}
type FoundRow = LogRow & EventRow & { readonly position: string };
type ScannedRow = LogRow & { readonly [Name in Exclude<keyof FoundRow, keyof LogRow>]: FoundRow[Name] | null };

/** The events of a page. */
const page = eventsFrom('log."from"', mostScanned, {
  columns,
  limit: '$14',
  filter: `${isSeen}
    AND ($8::text[] IS NULL OR e.kind = ANY ($8::text[]) OR e.type = ANY ($9::text[]))
    AND ($10::text IS NULL OR e.account = $10::text) AND ($11::text IS NULL OR e.kind = $11::text)
    AND ($12::uuid IS NULL OR e.subject_id = $12::uuid) AND ($13::text IS NULL OR e.account = $13::text)`,
});

/**
 * The events from a position on that pass a filter, oldest first, out of the next {@link mostScanned}.
 *
 * It is planned anew each time: a plan made while the log was small would read it whole for each run later, and the filter
 * that is not there costs nothing.
 *
 * @param from null for the oldest that is kept
 * @param limit the most events
 */
export async function scanEvents(
  pool: Pool,
  filter: EventFilter,
  from: number | null,
  limit: number,
): Promise<LogPart> {
  const { types, account, subject } = filter;
  const { rows } = await pool.query<ScannedRow>(
    `SELECT log.oldest, log."end", log."from", ${writtenBefore('log."from"')} AS "fromWrittenAt",
       ${writtenBefore(`least(log."from" + ${mostScanned}, log."end")`)} AS "edgeWrittenAt", e.position, e.number, e.provider, e.account,
       e.kind, e.type, e."subjectId", e."subjectVersion", e."operationId", e."requestId", e.image, e.previous, e."createdAt"
     FROM (
         SELECT oldest, "end", coalesce($7::bigint, oldest) AS "from" FROM (
           SELECT coalesce((SELECT position FROM event_runs ORDER BY position LIMIT 1), 1) AS oldest,
             coalesce((SELECT position + length FROM event_runs ORDER BY position DESC LIMIT 1), 1) AS "end"
         ) ends
       ) log
       LEFT JOIN LATERAL ${page} ON true
     ORDER BY e.position`,
    [
      ...sightValues(filter),
      from,
      types?.kinds,
      types?.types,
      account,
      subject?.kind,
      subject?.kind === 'account' ? undefined : subject?.id,
      subject?.kind === 'account' ? subject.account : undefined,
      limit,
    ],
  );
  const [first] = rows;
  if (first === undefined) throw new Error('The log has ends.');
  const events = rows.filter(isFound);
  const [oldest, end, begin] = [Number(first.oldest), Number(first.end), Number(first.from)];
  const last = events.at(-1);
  const isFull = events.length === limit && last !== undefined;
  return {
    oldest,
    end,
    from: begin,
    next: isFull ? Number(last.position) + 1 : Math.min(begin + mostScanned, end),
    fromWrittenAt: first.fromWrittenAt,
    nextWrittenAt: isFull ? last.createdAt : first.edgeWrittenAt,
    events,
  };
}

const isFound = (row: ScannedRow): row is FoundRow => row.number !== null;

/** The position of the oldest event that is kept. */
export async function oldestOfLog(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ readonly position: string }>({
    name: 'event-log-oldest',
    text: 'SELECT position FROM event_runs ORDER BY position LIMIT 1',
  });
  return Number(rows[0]?.position ?? 1);
}

/** The position behind the last event. */
export async function endOfLog(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ readonly end: string }>({
    name: 'event-log-end',
    text: `SELECT position + length AS "end" FROM event_runs ORDER BY position DESC LIMIT 1`,
  });
  return Number(rows[0]?.end ?? 1);
}

/** One event by its number, if the reader sees it. */
export async function findEvent(
  pool: Pool,
  reader: Pick<EventFilter, 'tenant' | 'sees'>,
  number: number,
): Promise<EventRow | null> {
  const { rows } = await pool.query<EventRow>({
    name: 'event-get',
    text: `SELECT ${columns} FROM events e WHERE ${isSeen} AND e.number = $7`,
    values: [...sightValues(reader), number],
  });
  return rows[0] ?? null;
}
