import type { Caller } from './caller.ts';
import { type Page, pageOf, type PageRequest, pageRequest } from './page.ts';
import type { Services } from './services.ts';

/**
 * A requested page of a list of our records.
 *
 * @param list name of the list, as in {@link pageRequest}
 * @param rows reads one row more than the page holds, after bringing our records up to date if the request asks for that
 * @param at the time that orders the list, as in {@link pageOf}
 * @throws ProblemError 400 for a cursor of another list, 404 for a filter by an account that the caller does not have
 */
export async function readPage<Row extends { readonly id: string }, View>(
  { accounts }: Pick<Services, 'accounts'>,
  caller: Caller,
  list: string,
  query: {
    readonly account?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  },
  rows: (page: PageRequest) => Promise<readonly Row[]>,
  view: (row: Row) => View,
  at?: (row: Row) => string,
): Promise<Page<View>> {
  const page = pageRequest(list, query);
  accounts.requireFilter(caller, query.account);
  return pageOf(await rows(page), page, view, at);
}
