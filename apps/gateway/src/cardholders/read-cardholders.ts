import type { cardholderPageSchema, cardholderQuerySchema, cardholderSchema } from '@card-gateway/contract';
import { uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf } from '../accounts/accounts.ts';
import type { Caller } from '../http/auth.ts';
import { ProblemError } from '../http/problem.ts';
import { pageOf, pageRequest } from '../page.ts';
import { valueOf } from '../provider-read.ts';
import { readCall, type Services } from '../services.ts';
import { type CardholderRow, describeCardholder, getCardholder, listCardholders } from './store.ts';
import { cardholderView } from './view.ts';

/** One cardholder, from our records or, refreshed, from the provider's. @throws ProblemError 404 */
export async function readCardholder(
  services: Services,
  caller: Caller,
  id: string,
  options: { readonly refresh: boolean; readonly traceparent: string | undefined },
): Promise<z.output<typeof cardholderSchema>> {
  const row = await cardholderOf(services, caller, id);
  if (!options.refresh || row.providerRef === null) return cardholderView(row);

  const account = services.accounts.ofCaller(caller, row.account);
  const cardholders = facetOf(account, 'cardholders');
  const askedAt = new Date(services.now());
  const described = valueOf(account, await cardholders.read(row.providerRef, readCall(services, options.traceparent)));
  await describeCardholder(services.pool, row.id, described, askedAt);
  return cardholderView(await cardholderOf(services, caller, id));
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
  const page = pageRequest(query);
  const { account, reference, status } = query;
  const rows = await listCardholders(services.pool, { tenant: caller.tenant, account, reference, status }, page);
  return pageOf(rows, page.limit, cardholderView);
}
