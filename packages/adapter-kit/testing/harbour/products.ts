import { type CardForm, cardNetwork, done, type ProductsFacet, type ProviderProduct } from '@card-gateway/core';
import { z } from 'zod';
import { field, mapRows, pageOf, required, rowsOf } from '../../index.ts';
import type { Ask } from './client.ts';

const product = z.object({
  id: required.id,
  name: field.text,
  network: field.word,
  currency: field.word,
  forms: z.array(z.string()).nullish().catch(undefined),
  open: field.flag,
});
const productList = z.object({ data: rowsOf(product), next: z.string().min(1).max(200).nullable() });

const forms: ReadonlyMap<string, CardForm> = new Map([
  ['virtual', 'virtual'],
  ['plastic', 'physical'],
]);

/** What Harbour issues cards of. */
export function harbourProducts(ask: Ask): ProductsFacet {
  return {
    page: (next, call) =>
      ask(
        {
          operation: 'products',
          method: 'GET',
          path: next === null ? 'products' : `products?after=${encodeURIComponent(next)}`,
          reply: productList,
          interpret: (list, evidence) => done(pageOf(mapRows(list.data, toProduct), { next: list.next }), evidence),
        },
        call,
      ),
  };
}

function toProduct(row: z.output<typeof product>): ProviderProduct {
  const made = row.forms?.flatMap((word) => forms.get(word) ?? []) ?? null;
  return {
    providerRef: row.id,
    name: row.name ?? null,
    bin: null,
    network: cardNetwork(row.network),
    category: null,
    forms: made,
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
