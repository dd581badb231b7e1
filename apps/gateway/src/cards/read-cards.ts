import type { cardPageSchema, cardQuerySchema, cardSchema } from '@card-gateway/contract';
import { firstUuidAt, uuidOf } from '@card-gateway/core';
import type { z } from 'zod';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { findCardholder } from '../named-cardholders/store.ts';
import { ProblemError } from '../problem.ts';
import type { PageRequest } from '../page.ts';
import { readPage } from '../read-page.ts';
import type { Services } from '../services.ts';
import { sealedPan } from './sealed-pan.ts';
import { type CardRow, findProduct, getCard, listCards, type ShownCard } from './store.ts';
import { ingestCards } from './ingest-cards.ts';
import { cardView } from './view.ts';
import type { Work } from '../work.ts';

type Card = z.output<typeof cardSchema>;

/** One card, from our records or, on refresh, from the provider's. @throws ProblemError 404 */
export async function readCard(
  services: Services,
  caller: Caller,
  id: string,
  options: { readonly refresh: boolean; readonly work: Work },
): Promise<Card> {
  const row = await cardOf(services, caller, id);
  if (!options.refresh || row.providerRef === null) return cardView(row);

  const account = services.accounts.ofResource(caller, row);
  const question = { providerRef: row.providerRef, pan: sealedPan(services, row) };
  const { value: finding, askedAt } = await askProvider(services, account, 'cards', options.work, (cards, call) =>
    cards.read(question, call),
  );
  if (finding.found) await ingestCards(services, account, [finding.value], { by: 'list', askedAt });
  return cardView(await cardOf(services, caller, id));
}

async function cardOf(services: Services, caller: Caller, id: string): Promise<CardRow> {
  const row = await getCard(services.pool, caller.tenant, uuidOf('card', id));
  if (row === null) throw new ProblemError('not-found', 'There is no such card.');
  return row;
}

/** A page of cards from our records. A filter by another tenant's resource finds nothing. */
export async function readCards(
  services: Services,
  caller: Caller,
  query: z.output<typeof cardQuerySchema>,
): Promise<z.output<typeof cardPageSchema>> {
  return readPage(services, caller, 'cards', query, (page) => cardsAsked(services, caller, query, page), cardView);
}

async function cardsAsked(
  services: Services,
  { tenant }: Caller,
  query: z.output<typeof cardQuerySchema>,
  page: PageRequest,
): Promise<ShownCard[]> {
  const [cardholder, product] = await Promise.all([
    query.cardholder === undefined
      ? undefined
      : findCardholder(services.pool, tenant, uuidOf('cardholder', query.cardholder)),
    query.product === undefined ? undefined : findProduct(services.pool, tenant, uuidOf('product', query.product)),
  ]);
  if (cardholder === null || cardholder?.providerRef === null || product === null) return [];
  const accounts = new Set([query.account, cardholder?.account, product?.account].filter((name) => name !== undefined));
  if (accounts.size > 1) return [];
  const filter = {
    tenant,
    account: [...accounts][0],
    status: query.status,
    last4: query.last4,
    cardholderRef: cardholder?.providerRef,
    productRef: product?.providerRef,
    after: query.createdAfter && firstIdAt(query.createdAfter),
    before: query.createdBefore && firstIdAt(query.createdBefore),
  };
  return listCards(services.pool, filter, page);
}

/** UUIDv7 times start in 1970: no card is older. */
function firstIdAt(time: string): string {
  return firstUuidAt(Math.max(0, Date.parse(time)));
}
