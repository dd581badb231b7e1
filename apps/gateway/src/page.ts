import { createHash } from 'node:crypto';
import { ProblemError } from './problem.ts';

const defaultLimit = 50;
const cursorShape =
  /^(?<list>[\w-]{12})\.(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z))?$/;

/** Where a page begins and how long it is. */
export interface PageRequest {
  readonly limit: number;
  /** The uuid after which the page begins, in the order of the list; null for the first page. */
  readonly after: string | null;
  /** For a list in the order of another time than that of the ids: the time of the row after which the page begins. */
  readonly afterAt: Date | null;
  /** The list and its filters, in short: a cursor leads on in this one alone. */
  readonly list: string;
}

/** Members of a query that change nothing of which rows a list has, or in which order. */
const noFilters: ReadonlySet<string> = new Set(['limit', 'cursor', 'refresh', 'userIp']);

/**
 * Reads `limit` and `cursor`.
 *
 * @param list the name of the list, with the id of what it belongs to
 * @param query all that was asked for
 * @throws ProblemError 400 for a cursor of another list or of other filters, and for one that is none of ours
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
  if (groups?.['id'] !== undefined && groups['list'] === asked.list) {
    return { ...asked, after: groups['id'], afterAt: groups['at'] === undefined ? null : new Date(groups['at']) };
  }
  const detail = groups === undefined ? 'expected the nextCursor of a page before' : otherList;
  throw new ProblemError('invalid-request', `query/cursor: ${detail}`, {
    errors: [{ pointer: 'query/cursor', detail }],
  });
}

const otherList = 'expected the nextCursor of a page before of this very list, asked for with the same filters';

/**
 * Makes a page of rows that were read with one more than its limit: the extra row only says that there is a next page.
 *
 * @param at the time by which the list is in order, where that is not the order of the ids: it is kept in the cursor, so that
 *   a row that moves takes no other with it
 */
export function pageOf<Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  { limit, list }: PageRequest,
  view: (row: Row) => View,
  at?: (row: Row) => Date,
): { data: View[]; nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const place = last === undefined ? [] : [list, last.id, ...(at === undefined ? [] : [at(last).toISOString()])];
  return {
    data: rows.slice(0, limit).map(view),
    nextCursor: last === undefined ? null : Buffer.from(place.join('.')).toString('base64url'),
  };
}

/**
 * The statement of a list, prepared once per connection and combination of filters: planning its joins anew would cost
 * more than running them. Reads one row more than the page holds.
 *
 * @param conditions `{ 'c.account =': 'x' }` becomes `WHERE c.account = $1`; undefined and null ones are left out
 * @param own values that the text itself names, `$1` and so on
 */
export function listStatement(
  name: string,
  conditions: Readonly<Record<string, unknown>>,
  page: PageRequest,
  text: (where: string, limit: string) => string,
  own: readonly unknown[] = [],
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const used = Object.entries(conditions)
    .map(([condition, value], position) => ({ condition, value, position }))
    .filter(({ value }) => value !== undefined && value !== null);
  const clause = used.map(({ condition }, index) => `${condition} $${own.length + index + 1}`).join(' AND ');
  return {
    name: `${name}:${used.map(({ position }) => position).join('.')}`,
    text: text(`WHERE ${clause}`, `LIMIT $${own.length + used.length + 1}`),
    values: [...own, ...used.map(({ value }) => value), page.limit + 1],
  };
}
