import { z } from 'zod';
import { field, required, rowsOf } from '@card-gateway/adapter-kit';

/** A holder (§3). The person's data is not shown again. */
export const holder = z.object({
  id: required.id,
  reference: field.reference,
  state: required.word,
  reason: field.text,
});
export type HolderRow = z.output<typeof holder>;
export const holderList = z.object({ data: rowsOf(holder) });

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
