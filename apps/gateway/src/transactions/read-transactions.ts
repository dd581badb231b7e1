import type { transactionPageSchema, transactionQuerySchema, transactionSchema } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import type { OpenAccount } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { invalidRequest, ProblemError } from '../problem.ts';
import { inParts } from '../in-parts.ts';
import { readList } from '../list-reading.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import { latestAt } from '../provider-date.ts';
import type { Services } from '../services.ts';
import {
  findCard,
  getTransaction,
  listTransactions,
  storeProviderTransactions,
  type TransactionFilter,
  type TransactionRow,
} from './store.ts';
import { transactionView } from './view.ts';
import type { Work } from '../work.ts';

/** Default period of a refresh. */
const usualWindowMs = 30 * 86_400_000;
/** A refresh of more than this would exceed its caller's patience. */
const most = { pages: 50, rows: 10_000 };

/** A page of a card's transactions from our records, refreshed first on request. @throws ProblemError 404 */
export async function readTransactions(
  services: Services,
  caller: Caller,
  cardId: string,
  query: z.output<typeof transactionQuerySchema>,
  work: Work,
): Promise<z.output<typeof transactionPageSchema>> {
  const rows = async (page: PageRequest): Promise<TransactionRow[]> => {
    const card = await findCard(services.pool, caller.tenant, uuidOf('card', cardId));
    if (card === null) throw new ProblemError('not-found', 'There is no such card.');
    if (card.providerRef === null) return [];
    if (query.refresh === true) {
      const account = services.accounts.ofResource(caller, card);
      const to = query.to === undefined ? latestAt(account.clock, services.now()).getTime() : Date.parse(query.to);
      const from = query.from === undefined ? to - usualWindowMs : Date.parse(query.from);
      const question = { cardRef: card.providerRef, from: new Date(from), to: new Date(to) };
      await pullTransactions(services, account, question, work);
    }
    const { status, type, from, to } = query;
    const filter: TransactionFilter = { account: card.account, cardRef: card.providerRef, status, type, from, to };
    return listTransactions(services.pool, filter, page);
  };
  const list = `transactions of ${cardId}`;
  return readPage(services, caller, list, query, rows, transactionView, ({ firstAt }) => firstAt);
}

/** Stores a card's transactions of a period from the provider's list; each page is kept, even if a later one fails. */
async function pullTransactions(
  services: Services,
  account: OpenAccount,
  question: { readonly cardRef: string; readonly from: Date; readonly to: Date },
  work: Work,
): Promise<void> {
  let askedAt = new Date(services.now());
  const isWhole = await readList(
    async (next) => {
      const answer = await askProvider(services, account, 'transactions', work, (transactions, call) =>
        transactions.page({ ...question, next }, call),
      );
      askedAt = answer.askedAt;
      return answer.value;
    },
    (rows) =>
      inParts(rows, (part) =>
        services.lists.store(work, account.name, part.length, () =>
          storeProviderTransactions(services.pool, account, part, askedAt),
        ),
      ),
    most,
  );
  if (isWhole) return;
  const detail = 'expected a shorter time: there are more transactions in it than one request can bring in';
  throw invalidRequest({ pointer: 'query/from', detail });
}

/** One transaction, from our records or, on refresh, from the provider's. @throws ProblemError 404 */
export async function readTransaction(
  services: Services,
  caller: Caller,
  id: string,
  options: { readonly refresh: boolean; readonly work: Work },
): Promise<z.output<typeof transactionSchema>> {
  const row = await transactionOf(services, caller, id);
  if (!options.refresh) return transactionView(row);

  const account = services.accounts.ofResource(caller, row);
  const { value: finding, askedAt } = await askProvider(
    services,
    account,
    'transactions',
    options.work,
    (transactions, call) => transactions.read(row.providerRef, call),
  );
  if (finding.found) await storeProviderTransactions(services.pool, account, [finding.value], askedAt);
  return transactionView(await transactionOf(services, caller, id));
}

async function transactionOf(services: Services, caller: Caller, id: string): Promise<TransactionRow> {
  const row = await getTransaction(services.pool, caller.tenant, uuidOf('transaction', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such transaction.');
  return row;
}
