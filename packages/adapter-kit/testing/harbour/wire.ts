import { z } from 'zod';
import { field, required, rowsOf } from '../../index.ts';

/** Of a list, with its cursor. If that cannot be read, the list is rejected as a whole, because its end is not known. */
const next = z.string().min(1).max(200).nullable();

/** A failure (§1.3). */
export const failureBody = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });

/** A product (§2). */
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

/** A holder (§3). The person's data is not shown again. */
export const holder = z.object({
  id: required.id,
  reference: field.reference,
  state: required.word,
  reason: field.text,
});
export type HolderRow = z.output<typeof holder>;
export const holderList = z.object({ data: rowsOf(holder) });

/** A card (§4). */
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

/** The two steps of a reveal (§5). */
export const revealGrant = z.object({ key: z.string().regex(/^[\x21-\x7e]{1,200}$/) });
export const revealedCard = z.object({
  card: required.id,
  number: z.string(),
  cvv: field.raw,
  expiry: z.object({ month: field.raw, year: field.raw }).nullish().catch(undefined),
});

/** A transfer, and a holder's balances (§6). */
export const transfer = z.object({ id: required.id, reference: field.reference, state: field.word });
export const balances = z.object({ data: rowsOf(z.object({ currency: required.word, amount: required.amount })) });

/** A callback (§7). */
export const cardChanged = z.object({ event: z.literal('card.changed'), card: required.id, state: required.word });
