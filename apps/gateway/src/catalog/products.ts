import type { cardProductPageSchema, cardProductQuerySchema, cardProductSchema } from '@card-gateway/contract';
import { type ProviderProduct, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { facetOf, type OpenAccount } from '../accounts/accounts.ts';
import { askProvider } from '../ask-provider.ts';
import type { Caller } from '../caller.ts';
import { ProblemError } from '../problem.ts';
import { readList } from '../list-reading.ts';
import { readPage } from '../read-page.ts';
import type { PageRequest } from '../page.ts';
import type { Services } from '../services.ts';
import { listProducts, type ProductRow, productsSeenAt, storeProducts } from './store.ts';
import type { Work } from '../work.ts';

/** Limit for a provider whose list does not end, so that a wrong `next` cannot hold up a request. */
const most = { pages: 100, rows: 10_000 };

/**
 * A page of products as last seen. Accounts not asked recently are refreshed first. If an account does not answer, its products
 * are shown as last seen; it is an error only if the request names that account and none of its products are known.
 */
export async function readProducts(
  services: Services,
  caller: Caller,
  query: z.output<typeof cardProductQuerySchema>,
  work: Work,
): Promise<z.output<typeof cardProductPageSchema>> {
  const rows = async (page: PageRequest): Promise<ProductRow[]> => {
    const accounts = accountsOf(services, caller, query.account);
    if (page.after === null) {
      await Promise.all(accounts.map((account) => refreshIfOld(services, account, query, work)));
    }
    const names = accounts.map(({ name }) => name);
    return listProducts(services.pool, { tenant: caller.tenant, accounts: names }, page);
  };
  return readPage(services, caller, 'products', query, rows, productView);
}

async function refreshIfOld(
  services: Services,
  account: OpenAccount,
  query: z.output<typeof cardProductQuerySchema>,
  work: Work,
): Promise<void> {
  const seenAt = await productsSeenAt(services.pool, account.name);
  const fresh = seenAt !== null && services.now() - seenAt.getTime() < services.config.PRODUCTS_MAX_AGE_MS;
  if (fresh && query.refresh !== true) return;
  try {
    await refreshProducts(services, account, work);
  } catch (error) {
    const isNeeded = query.account !== undefined && seenAt === null;
    if (isNeeded || !(error instanceof ProblemError)) throw error;
  }
}

function accountsOf(services: Services, caller: Caller, name: string | undefined): readonly OpenAccount[] {
  if (name === undefined) {
    return services.accounts.all.filter(
      ({ tenant, adapter }) => tenant === caller.tenant && adapter.products !== undefined,
    );
  }
  const account = services.accounts.ofCaller(caller, name, 'query/account');
  facetOf(account, 'products');
  return [account];
}

/** Reads all products of an account from the provider and stores them. @throws ProblemError 502 or 503 */
export async function refreshProducts(services: Services, account: OpenAccount, work: Work): Promise<void> {
  const askedAt = new Date(services.now());
  const products: ProviderProduct[] = [];
  let unreadable = 0;
  const isRead = await readList(
    async (position) => {
      const { value: page } = await askProvider(services, account, 'products', work, (facet, call) =>
        facet.page(position, call),
      );
      unreadable += page.unreadable;
      return page;
    },
    (rows) => void products.push(...rows),
    most,
  );
  await services.lists.store(work, account.name, products.length, () =>
    storeProducts(services.pool, account, { products, isWhole: isRead && unreadable === 0, askedAt }),
  );
}

function productView(row: ProductRow): z.output<typeof cardProductSchema> {
  return {
    id: toPublicId('product', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    name: row.name,
    bin: row.bin,
    network: row.network,
    category: row.category,
    forms: row.forms.length === 0 ? null : row.forms,
    currencies: row.currencies,
    balanceCurrency: row.balanceCurrency,
    region: row.region,
    bank: row.bank,
    status: row.status,
    providerStatus: row.providerStatus,
    issuable: row.issuable,
    limits: row.limits,
    seenAt: row.seenAt.toISOString(),
  };
}
