import { field, required, rowsOf } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** A list's cursor (harbour.md §1.4). If it cannot be read, the whole list is rejected, because its end is not known. */
const next = z.string().min(1).max(200).nullable();

/** An answer outside 2xx (harbour.md §1.3). */
export const failureBody = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });

/** A product (harbour.md §2): the fields that the adapter uses, by their names on the wire. */
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
  holder: field.reference,
  form: field.word,
  last4: field.word,
  state: field.word,
});
export type CardRow = z.output<typeof card>;
export const cardList = z.object({ data: rowsOf(card), next });
