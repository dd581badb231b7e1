import { isDeepStrictEqual } from 'node:util';
import type { EventKind, EventType, EventView } from '@card-gateway/contract';
import { type IdKind, idPrefixes, toPublicId } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { EventData, EventViews } from '../event-views.ts';
import { cursorAt } from './cursor.ts';
import { eventUuid } from './event-id.ts';
import type { EventRow } from './feed-store.ts';

/** An event with its place in the log, if that is known. */
type PlacedRow = EventRow & { readonly position?: string };

/** The views of events, with one statement for each kind among them. */
export async function viewEvents(pool: Pool, views: EventViews, rows: readonly PlacedRow[]): Promise<EventView[]> {
  const shown = new Map<EventRow, Shown>();
  await Promise.all(
    [...Map.groupBy(rows, ({ kind }) => kind)].map(async ([kind, ofKind]) => {
      for (const [row, subject] of await viewSubjects(pool, views, kind, ofKind)) shown.set(row, subject);
    }),
  );
  return rows.map((row) => eventView(row, shown.get(row) ?? { data: null, previous: null }));
}

type Shown = Pick<EventView, 'data' | 'previous'>;

async function viewSubjects(
  pool: Pool,
  views: EventViews,
  kind: string,
  rows: readonly EventRow[],
): Promise<(readonly [EventRow, Shown])[]> {
  const view = views[kind as EventKind];
  if (view === undefined) return [];
  const changed = rows.flatMap((row) => (row.previous === null ? [] : [{ row, image: before(row, row.previous) }]));
  const images = [...rows.map(({ image }) => image), ...changed.map(({ image }) => image)];
  const subjects = await view(pool, `[${images.join(',')}]`);
  if (subjects.length !== images.length) throw new Error(`Not every image of a ${kind} has its view.`);
  const earlier = new Map(changed.map(({ row }, at) => [row, subjects[rows.length + at]]));
  return rows.map((row, at) => {
    const data = subjects[at] ?? null;
    const past = earlier.get(row) ?? null;
    return [row, { data, previous: data === null || past === null ? null : differences(past, data) }];
  });
}

/** The image with the changed columns as they were: of two members with one name, PostgreSQL takes the last. */
function before({ image }: EventRow, previous: string): string {
  return `${image.trimEnd().slice(0, -1)},${previous.trimStart().slice(1)}`;
}

/** The members of `past` that `data` has otherwise. */
function differences(past: EventData, data: EventData): Record<string, unknown> {
  return Object.fromEntries(Object.entries(past).filter(([name, value]) => !isDeepStrictEqual(value, data[name])));
}

function eventView(row: PlacedRow, { data, previous }: Shown): EventView {
  return {
    id: toPublicId('event', eventUuid(Number(row.number), row.createdAt.getTime())),
    type: row.type as EventType as EventView['type'],
    provider: row.provider,
    account: row.account,
    subject: subjectOf(row),
    subjectVersion: row.subjectVersion,
    data: data === null ? null : { ...data },
    previous,
    operation: row.operationId && toPublicId('operation', row.operationId),
    requestId: row.requestId,
    cursor:
      row.position === undefined ? null : cursorAt({ position: Number(row.position) + 1, writtenAt: row.createdAt }),
    createdAt: row.createdAt.toISOString(),
  };
}

function subjectOf({ kind, account, subjectId }: EventRow): string {
  if (kind === 'account' && account !== null) return account;
  return kind in idPrefixes ? toPublicId(kind as IdKind, subjectId) : subjectId;
}
