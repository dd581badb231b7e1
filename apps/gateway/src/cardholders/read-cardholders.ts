import type { cardholderPageSchema, cardholderQuerySchema, cardholderSchema } from '@card-gateway/contract';
import { instantOf, toPublicId, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { askProvider, noAnswer } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import { type CardholderRow, describeCardholder, getCardholder, listCardholders } from './store.ts';
import { cardholderView } from './view.ts';
import type { Work } from '../work.ts';

/** One cardholder, from our records or, on refresh, from the provider's. @throws ProblemError 404 */
export async function readCardholder(
  services: Services,
  caller: Caller,
  id: string,
  options: { readonly refresh: boolean; readonly work: Work },
): Promise<z.output<typeof cardholderSchema>> {
  const row = await cardholderOf(services, caller, id);
  if (!options.refresh || row.providerRef === null) return cardholderView(row);

  const account = services.accounts.ofResource(caller, row);
  const { providerRef } = row;
  const { value: described, askedAt } = await askProvider(
    services,
    account,
    'cardholders',
    options.work,
    (cardholders, call) => cardholders.read(providerRef, call),
  );
  await describeCardholder(services.pool, row.id, described, askedAt);
  const refreshed = await cardholderOf(services, caller, id);
  if (refreshed.status !== 'rejected' || refreshed.failReason !== null) return cardholderView(refreshed);
  await askForReason(services, account, refreshed, options.work);
  return cardholderView(await cardholderOf(services, caller, id));
}

/**
 * Why an application was rejected: a provider may state it only in a look-up by our reference, around the time of the
 * application. Without an answer the reason is omitted, and requested again at the next refresh.
 */
async function askForReason(services: Services, account: OpenAccount, row: CardholderRow, work: Work): Promise<void> {
  const { reconciliation } = facetOf(account, 'cardholders');
  if (reconciliation.by !== 'look-up') return;
  const applications = [row.createdAt.getTime(), ...(row.operationId === null ? [] : [instantOf(row.operationId)])];
  // No document says whether a list dates a cardholder by the first application or by the last.
  for (const sentAt of new Set(applications)) {
    const order = { reference: toPublicId('cardholder', row.id), sentAt: new Date(sentAt) };
    const answer = await askProvider(services, account, 'cardholders', work, (_cardholders, call) =>
      reconciliation.find(order, call),
    ).catch(noAnswer);
    if (answer === null) return;
    if (!answer.value.found) continue;
    await describeCardholder(services.pool, row.id, answer.value.value, answer.askedAt);
    return;
  }
}

async function cardholderOf(services: Services, caller: Caller, id: string): Promise<CardholderRow> {
  const row = await getCardholder(services.pool, caller.tenant, uuidOf('cardholder', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such cardholder.');
  return row;
}

/** A page of cardholders from our records. */
export async function readCardholders(
  services: Services,
  caller: Caller,
  query: z.output<typeof cardholderQuerySchema>,
): Promise<z.output<typeof cardholderPageSchema>> {
  const { account, reference, status } = query;
  const filter = { tenant: caller.tenant, account, reference, status };
  const rows = (page: PageRequest) => listCardholders(services.pool, filter, page);
  return readPage(services, caller, 'cardholders', query, rows, cardholderView);
}
