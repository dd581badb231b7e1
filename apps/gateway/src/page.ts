import { ProblemError } from './http/problem.ts';

const defaultLimit = 50;
const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Where a page begins and how long it is. */
export interface PageRequest {
  readonly limit: number;
  /** The uuid after which the page begins, newest first; null for the first page. */
  readonly after: string | null;
}

/** Reads `limit` and `cursor`. @throws ProblemError 400 for a cursor that is none of ours */
export function pageRequest(query: {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}): PageRequest {
  const limit = query.limit ?? defaultLimit;
  if (query.cursor === undefined) return { limit, after: null };
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8');
  if (uuidShape.test(after)) return { limit, after };
  const detail = 'expected the nextCursor of a page before';
  throw new ProblemError('invalid-request', `query/cursor: ${detail}`, {
    errors: [{ pointer: 'query/cursor', detail }],
  });
}

/** Makes a page of rows that were read with one more than `limit`: the extra row only says that there is a next page. */
export function pageOf<Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
): { data: View[]; nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map(view),
    nextCursor: last === undefined ? null : Buffer.from(last.id).toString('base64url'),
  };
}

/**
 * The statement of a list, prepared once per connection and combination of filters: planning its joins anew would cost
 * more than running them. Reads one row more than the page holds.
 *
 * @param conditions `{ 'c.account =': 'x' }` becomes `WHERE c.account = $1`; undefined and null ones are left out
 */
export function listStatement(
  name: string,
  conditions: Readonly<Record<string, unknown>>,
  page: PageRequest,
  text: (where: string, limit: string) => string,
): { readonly name: string; readonly text: string; readonly values: unknown[] } {
  const used = Object.entries(conditions)
    .map(([condition, value], position) => ({ condition, value, position }))
    .filter(({ value }) => value !== undefined && value !== null);
  const clause = used.map(({ condition }, index) => `${condition} $${index + 1}`).join(' AND ');
  return {
    name: `${name}:${used.map(({ position }) => position).join('.')}`,
    text: text(`WHERE ${clause}`, `LIMIT $${used.length + 1}`),
    values: [...used.map(({ value }) => value), page.limit + 1],
  };
}
