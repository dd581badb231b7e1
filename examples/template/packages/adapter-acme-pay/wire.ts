import { required, rowsOf } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** A product (acme-pay.md §3): the fields that are used, by their names on the wire. */
const product = z.object({ id: required.id });
export type ProductRow = z.output<typeof product>;
export const productList = z.object({ data: rowsOf(product) });

/** A card (acme-pay.md §4). */
export const card = z.object({ id: required.id });
export type CardRow = z.output<typeof card>;
export const cardList = z.object({ data: rowsOf(card) });

/** An answer outside 2xx (acme-pay.md §2). */
export const problem = z.object({ code: z.string(), message: z.string() });
