import type { ProductsFacet } from '@card-gateway/core';
import type { Ask } from './client.ts';

/** The products that Acme Pay issues cards of (acme-pay.md §2). */
export function productsFacet(_ask: Ask): ProductsFacet {
  return {
    page: async (_next, _call) => {
      throw new Error('packages/adapter-acme-pay/products.ts: ask for a page of products, and say which field is what');
    },
  };
}
