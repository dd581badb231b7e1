import { cardPageSchema, type cardQuerySchema } from '@card-gateway/contract';
import { firstUuidAt, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { findCardholder } from '../named-cardholders/store.ts';
import { ProblemError } from '../problem.ts';
import { defaultLimit, pageOf, type PageRequest, pageRequest } from '../page.ts';
import type { Services } from '../services.ts';
import { sealedPan } from './sealed-pan.ts';
import { ingestCards } from './ingest-cards.ts';
import { type CardFilter, listCards, listCardVersions } from './list-store.ts';
import { findProduct, getCard } from './store.ts';
import { idOfVersion } from './version-store.ts';
import { cardView } from './view.ts';
import type { WrittenCards } from './written-cards.ts';
import type { Work } from '../work.ts';
import { writerBy, writtenPage } from '../written.ts';

/** One card as JSON, from our records or, on refresh, from the provider's. @throws ProblemError 404 */
export async function readCard(
  services: Services,
  written: WrittenCards,
  caller: Caller,
  publicId: string,
  options: { readonly refresh: boolean; readonly work: Work },
): Promise<string> {
  const id = uuidOf('card', publicId);
  if (options.refresh) await refreshCard(services, caller, id, options.work);
  return (await written.textOf(caller.tenant, id)) ?? noCard();
}

async function refreshCard(services: Services, caller: Caller, id: string, work: Work): Promise<void> {
  const row = (await getCard(services.pool, caller.tenant, id)) ?? noCard();
  if (row.providerRef === null) return;
  const account = services.accounts.ofResource(caller, row);
  const question = { providerRef: row.providerRef, pan: sealedPan(services, row) };
  const { value: finding, askedAt } = await askProvider(services, account, 'cards', work, (cards, call) =>
    cards.read(question, call),
  );
  if (finding.found) await ingestCards(services, account, [finding.value], { by: 'list', askedAt });
}

function noCard(): never {
  throw new ProblemError('not-found', 'There is no such card.');
}

/** A whole page at once takes less time than its cards one by one. */
const writePage = writerBy(cardPageSchema, 'A page of cards');

/** A page of cards from our records, as JSON. A filter by another tenant's resource finds nothing. */
export async function readCards(
  services: Services,
  written: WrittenCards,
  caller: Caller,
  query: z.output<typeof cardQuerySchema>,
): Promise<string> {
  const page = pageRequest('cards', query);
  services.accounts.requireFilter(caller, query.account);
  const filter = await filterOf(services, caller, query);
  if (filter === null) return writtenPage({ data: [], nextCursor: null });
  if (!isUsual(filter, page) || !written.isAskedAgain(caller.tenant, page)) {
    return writePage(pageOf(await listCards(services.pool, filter, page), page, cardView));
  }
  const versions = await listCardVersions(services.pool, filter, page);
  const rows = versions.map((version) => ({ id: idOfVersion(version), version }));
  const { data, nextCursor } = pageOf(rows, page, ({ version }) => version);
  const texts = await written.textsOf(caller.tenant, data);
  return writtenPage({ data: texts.filter((text) => text !== undefined), nextCursor });
}

/**
 * Whether the page is planned once, and has no filter but by time: cards that are read after their versions might no longer match
 * another.
 */
function isUsual({ account, status, last4, cardholderRef, productRef }: CardFilter, page: PageRequest): boolean {
  const isFiltered = [account, status, last4, cardholderRef, productRef].some((value) => value !== undefined);
  return !isFiltered && page.limit === defaultLimit;
}

/** Null if nothing can match. */
async function filterOf(
  services: Services,
  { tenant }: Caller,
  query: z.output<typeof cardQuerySchema>,
): Promise<CardFilter | null> {
  const [cardholder, product] = await Promise.all([
    query.cardholder === undefined
      ? undefined
      : findCardholder(services.pool, tenant, uuidOf('cardholder', query.cardholder)),
    query.product === undefined ? undefined : findProduct(services.pool, tenant, uuidOf('product', query.product)),
  ]);
  if (cardholder === null || cardholder?.providerRef === null || product === null) return null;
  const accounts = new Set([query.account, cardholder?.account, product?.account].filter((name) => name !== undefined));
  if (accounts.size > 1) return null;
  return {
    tenant,
    account: [...accounts][0],
    status: query.status,
    last4: query.last4,
    cardholderRef: cardholder?.providerRef,
    productRef: product?.providerRef,
    after: query.createdAfter && firstIdAt(query.createdAfter),
    before: query.createdBefore && firstIdAt(query.createdBefore),
  };
}

/** UUIDv7 times start in 1970: no card is older. */
function firstIdAt(time: string): string {
  return firstUuidAt(Math.max(0, Date.parse(time)));
}
