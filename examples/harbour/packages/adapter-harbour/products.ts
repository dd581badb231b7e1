import { mapRows, pageOf } from '@card-gateway/adapter-kit';
import { cardNetwork, done, type ProductsFacet, type ProviderProduct } from '@card-gateway/core';
import { forms } from './cards.ts';
import type { Ask } from './client.ts';
import { productList, type ProductRow } from './wire.ts';

/** What can be ordered (harbour.md §3). */
export function productsFacet(ask: Ask): ProductsFacet {
  return {
    page: (next, call) =>
      ask(
        {
          operation: 'products',
          method: 'GET',
          path: next === null ? '/v2/products' : `/v2/products?after=${encodeURIComponent(next)}`,
          data: productList,
          interpret: (list, evidence) => done(pageOf(mapRows(list.data, productOf), { next: list.next }), evidence),
        },
        call,
      ),
  };
}

function productOf(row: ProductRow): ProviderProduct {
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
