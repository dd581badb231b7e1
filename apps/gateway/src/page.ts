import { createHash } from 'node:crypto';
import { invalidRequest } from './problem.ts';

/** Rows of a page whose request names no limit. */
export const defaultLimit = 50;
const cursorShape =
  /^(?<list>[\w-]{12})\.(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z))?$/;

/** Start and length of a page. */
export interface PageRequest {
  readonly limit: number;
  /** The uuid after which the page starts, in list order; null for the first page. */
  readonly after: string | null;
  /** For a list ordered by another time than that of its ids: the time of the row after which the page starts. */
  readonly afterAt: Date | null;
  /** Hash of the list and its filters: a cursor is valid only for these. */
  readonly list: string;
}

/** Query members that do not affect a list's rows or order. */
const noFilters: ReadonlySet<string> = new Set(['limit', 'cursor', 'refresh', 'userIp']);

/**
 * Reads `limit` and `cursor`.
 *
 * @param list name of the list, with the id of its parent resource
 * @param query the whole query
 * @throws ProblemError 400 for a cursor of another list or other filters, and for an invalid one
 */
export function pageRequest(
  list: string,
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): PageRequest {
  const limit = query.limit ?? defaultLimit;
  const filters = Object.entries(query)
    .filter(([name, value]) => value !== undefined && !noFilters.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify([list, filters]));
  const asked = { limit, list: digest.digest('base64url').slice(0, 12) };
  if (query.cursor === undefined) return { ...asked, after: null, afterAt: null };
  const { groups } = cursorShape.exec(Buffer.from(query.cursor, 'base64url').toString('utf8')) ?? {};
  const afterAt = groups?.['at'] === undefined ? null : new Date(groups['at']);
  // A day or an hour that there is not, which only a caller's own cursor has.
  const isWrong = groups === undefined || Number.isNaN(afterAt?.getTime());
  if (!isWrong && groups['id'] !== undefined && groups['list'] === asked.list) {
    return { ...asked, after: groups['id'], afterAt };
  }
  const detail = isWrong ? 'expected the nextCursor of a page before' : otherList;
  throw invalidRequest({ pointer: 'query/cursor', detail });
}

const otherList = 'expected the nextCursor of a page before of this very list, asked for with the same filters';

/** The answer of a list. */
export interface Page<View> {
  readonly data: View[];
  /** Null ends the list. */
  readonly nextCursor: string | null;
}

/**
 * Builds a page from rows that were read with one more than its limit: the extra row only indicates a next page.
 *
 * @param at the time by which the list is ordered, if not by id; the cursor contains it, so that a row that moves does not
 * shift others
 */
export function pageOf<Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  { limit, list }: PageRequest,
  view: (row: Row) => View,
  at?: (row: Row) => string,
): Page<View> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const place = last === undefined ? [] : [list, last.id, ...(at === undefined ? [] : [at(last)])];
  return {
    data: rows.slice(0, limit).map(view),
    nextCursor: last === undefined ? null : Buffer.from(place.join('.')).toString('base64url'),
  };
}

/** Conditions such as `{ 'c.account =': 'x' }`, which becomes `c.account = $1`. Undefined and null members are omitted. */
export type Conditions = Readonly<Record<string, unknown>>;

/** The rows of a list. */
export interface ListedRows {
  /** The tenant's column. */
  readonly owner: string;
  readonly tenant: string;
  readonly filters: Conditions;
  /** Bounds on the id. */
  readonly bounds: Conditions;
}

/**
 * A list's statement, prepared once per connection and combination of filters. Reads one row more than the page holds.
 *
 * The order by tenant and id, while `= ANY` hides that it is one tenant, leaves only indexes that begin with the tenant. Otherwise
 * the planner would search the primary key for rows of a filter, and find few of them among millions of others.
 *
 * Planning takes longer than reading a page, so an unfiltered page of the default length is planned once: its limit is part of
 * the text, and sub-selects hide its values from the planner. Filtered lists are planned for their values each time, because
 * these decide which index finds few rows; a limit in a parameter has that effect.
 *
 * @param text orders by tenant, then by id, newest first
 * @param own values that the text itself references, as `$1` and so on
 */
export function listStatement(
  name: string,
  { owner, tenant, filters, bounds }: ListedRows,
  page: PageRequest,
  text: (where: string, limit: string) => string,
  own: readonly unknown[] = [],
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const [filtered, bounded] = [given(filters), given(bounds)];
  const isPlannedOnce = filtered.length === 0 && page.limit === defaultLimit;
  const used = [
    { sql: `${owner} = ANY ((SELECT $${own.length + 1}::text[])::text[])`, value: [tenant] },
    ...[...filtered, ...bounded].map(({ condition, value }, index) => {
      const place = `$${own.length + index + 2}`;
      return { sql: `${condition} ${isPlannedOnce ? `(SELECT ${place}::uuid)` : place}`, value };
    }),
  ];
  const where = `WHERE ${used.map(({ sql }) => sql).join(' AND ')}`;
  const values = [...own, ...used.map(({ value }) => value)];
  const positions = [filtered, bounded].map((some) => some.map(({ position }) => position).join('.')).join(':');
  return isPlannedOnce
    ? { name: `${name}-page:${positions}`, text: text(where, `LIMIT ${defaultLimit + 1}`), values }
    : {
        name: `${name}:${positions}`,
        text: text(where, `LIMIT $${values.length + 1}`),
        values: [...values, page.limit + 1],
      };
}

const given = (
  conditions: Conditions,
): { readonly condition: string; readonly value: unknown; readonly position: number }[] =>
  Object.entries(conditions)
    .map(([condition, value], position) => ({ condition, value, position }))
    .filter(({ value }) => value !== undefined && value !== null);
