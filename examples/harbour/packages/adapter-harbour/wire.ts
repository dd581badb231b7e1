import { field, required, rowsOf } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** Where a list goes on. One whose cursor cannot be read is not at its end: it is not read at all. */
const next = z.string().min(1).max(200).nullable();

/** A product (harbour.md §3): the fields that are used, by their names on the wire. */
const product = z.object({
  id: required.id,
  name: field.text,
  network: field.word,
  currency: field.word,
  forms: z.array(z.string()).nullish().catch(undefined),
  open: field.flag,
});
export type ProductRow = z.output<typeof product>;
export const productList = z.object({ data: rowsOf(product), next });

/** A card (harbour.md §4). */
export const card = z.object({
  id: required.id,
  reference: field.reference,
  product: field.reference,
  form: field.word,
  last4: field.word,
  state: field.word,
});
export type CardRow = z.output<typeof card>;
export const cardList = z.object({ data: rowsOf(card), next });

/** An answer outside 2xx (harbour.md §2). */
export const problem = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });
