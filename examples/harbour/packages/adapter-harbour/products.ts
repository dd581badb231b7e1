import { type CardForm, cardNetwork, done, type ProductsFacet, type ProviderProduct } from '@card-gateway/core';
import { mapRows, pageOf } from '@card-gateway/adapter-kit';
import type { Ask } from './client.ts';
import { pathOfPage } from './paging.ts';
import { productList, type ProductRow } from './wire.ts';

/** The products that Harbour issues cards of (harbour.md §2). */
export function productsFacet(ask: Ask): ProductsFacet {
  return {
    page: (next, call) =>
      ask(
        {
          operation: 'products',
          method: 'GET',
          path: pathOfPage('products', next),
          data: productList,
          interpret: (list, evidence) => done(pageOf(mapRows(list.data, toProduct), { next: list.next }), evidence),
        },
        call,
      ),
  };
}

/** Card forms by Harbour's words (harbour.md §2). */
export const forms: ReadonlyMap<string, CardForm> = new Map([
  ['virtual', 'virtual'],
  ['plastic', 'physical'],
]);

function toProduct(row: ProductRow): ProviderProduct {
  return {
    providerRef: row.id,
    name: row.name ?? null,
    bin: null,
    network: cardNetwork(row.network),
    category: null,
    forms: row.forms?.flatMap((word) => forms.get(word) ?? []) ?? null,
    currencies: row.currency ? [row.currency] : [],
    balanceCurrency: row.currency ?? null,
    region: null,
    bank: null,
    status: row.open === false ? 'delisted' : 'available',
    providerStatus: null,
    issuable: row.open === true,
    limits: null,
  };
}
