import { required, rowsOf } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** An answer outside 2xx (acme-pay.md §1). */
export const failureBody = z.object({ code: z.string(), message: z.string() });

/** A product (acme-pay.md §2): the fields that the adapter uses, by their names on the wire. */
const product = z.object({
  id: required.id,
});
export type ProductRow = z.output<typeof product>;
export const productList = z.object({ data: rowsOf(product) });

/** A card (acme-pay.md §3). */
export const card = z.object({
  id: required.id,
});
export type CardRow = z.output<typeof card>;
export const cardList = z.object({ data: rowsOf(card) });
