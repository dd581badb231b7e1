import type { ProductsFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';

/** What can be ordered (acme-pay.md §3). */
export function productsFacet(_ask: Ask): ProductsFacet {
  return {
    page: async (_next, _call) => {
      throw new Error('packages/adapter-acme-pay/products.ts: ask for a page of products, and say which field is what');
    },
  };
}
