import type { bindingPageSchema, bindingQuerySchema, bindingSchema } from '@card-gateway/contract';
import { type BindingKind, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { bindingKindOf, facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import type { PageRequest } from '../page.ts';
import { requireUserIp } from '../provider-read.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import { storeBoundCards } from './bound-cards-store.ts';
import { reconcileListed } from './reconcile-listed.ts';
import { type BindingRow, getBinding, listBindings } from './store.ts';
import { bindingView } from './view.ts';
import type { Work } from '../work.ts';

/** One binding from our records. @throws ProblemError 404 */
export async function readBinding(
  services: Services,
  caller: Caller,
  id: string,
): Promise<z.output<typeof bindingSchema>> {
  const row = await getBinding(services.pool, caller.tenant, uuidOf('binding', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such binding.');
  return bindingView(row);
}

/** A page of bindings from our records; on refresh, after reading the user's complete list from the provider. */
export async function readBindings(
  services: Services,
  caller: Caller,
  query: z.output<typeof bindingQuerySchema>,
  work: Work,
): Promise<z.output<typeof bindingPageSchema>> {
  const { account, user, kind, status } = query;
  const rows = async (page: PageRequest): Promise<BindingRow[]> => {
    if (query.refresh === true && account !== undefined && user !== undefined) {
      const open = services.accounts.ofCaller(caller, account, 'query/account');
      const userIp = requireUserIp(facetOf(open, 'boundCards').needsUserIp, query.userIp, 'query/userIp');
      const kinds = kind === undefined ? facetOf(open, 'boundCards').kinds : [bindingKindOf(open, kind, 'query/kind')];
      await Promise.all(kinds.map((one) => refreshBindings(services, open, { user, kind: one, userIp }, work)));
    }
    return listBindings(services.pool, { tenant: caller.tenant, account, userRef: user, kind, status }, page);
  };
  return readPage(services, caller, 'bindings', query, rows, bindingView);
}

/** Limit per user and kind: these lists have no pages. */
const mostBoundCards = 10_000;

/** Reads a user's complete list of one kind from the provider and stores it. @returns the numbers of rows and of unreadable ones */
export async function refreshBindings(
  services: Services,
  account: OpenAccount,
  question: { readonly user: string; readonly kind: BindingKind; readonly userIp: string | null },
  work: Work,
): Promise<{ readonly rows: number; readonly unreadable: number }> {
  const answer = await askProvider(services, account, 'boundCards', work, (boundCards, call) =>
    boundCards.list(question, call),
  );
  const { value: list, askedAt } = answer;
  const count = list.cards.length + list.unreadable;
  if (count > mostBoundCards) {
    const detail = `The provider listed ${count} cards of this user, and at most ${mostBoundCards} are taken; nothing was stored.`;
    throw new ProblemError('provider-error', detail, { kind: 'final' });
  }
  await services.lists.store(work, account.name, count, () =>
    storeBoundCards(services.pool, services.sealing, account, {
      user: question.user,
      kind: question.kind,
      ...list,
      askedAt,
    }),
  );
  await reconcileListed(services, account, { ...question, askedAt }, answer);
  return { rows: list.cards.length, unreadable: list.unreadable };
}
