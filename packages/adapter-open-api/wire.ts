import { wire } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/**
 * Text of which the documents use `""` for "none" (open-api-issuer.md, trap 8): null then, and `undefined` when the field is
 * missing or no text. A row is not lost for a field that it can do without.
 */
const text = z
  .string()
  .nullable()
  .transform((value) => (value === '' ? null : value))
  .optional()
  .catch(undefined);

/** An amount in major units as its literal text (§1.3, trap 6); `""` and null are null, unreadable is `undefined`. */
const amount = z
  .union([z.literal('').transform(() => null), z.null(), wire.decimal])
  .optional()
  .catch(undefined);

/** A number of an enumeration as text, so that one which no document lists is kept as it came (§4). */
const constant = wire.textOrNumber;

const optionalConstant = constant
  .transform((value) => (value === '' ? undefined : value))
  .optional()
  .catch(undefined);

/** Rows in all (§1.2). Without it a list ends at its empty page. */
const total = wire.integer
  .refine((rows) => rows >= 0)
  .nullable()
  .catch(null);

/**
 * The envelope (§1.1). Success is the number 0 alone. A code in text form is read unless it is "0": whether that would be a
 * success, no document says, so it stays unreadable.
 */
export const envelope = z.object({
  code: z.union([wire.integer, z.string().regex(/^-?0*[1-9]\d*$/)]),
  message: text,
  data: z.unknown().optional(),
});

/** A card product (§2.1). `type` is left out: its values are not published. */
const binRow = z.object({
  bin_id: z.string().min(1),
  bin_code: text,
  settle_currency: text,
  recharge_currency: text,
  mode: optionalConstant,
  area: text,
  card_category: optionalConstant,
  bank: text,
  status: constant,
  is_create: optionalConstant,
});
export type BinRow = z.output<typeof binRow>;

/** `data` of `binList` (§2.1). The echoed page number and size are not read: they come swapped (trap 7). */
export const binListData = z.object({ total, bin_list: z.array(binRow) });

/**
 * A card (§2.2). The row also carries the security code and the PIN in clear; they are not named, so they end here (trap 2).
 */
const cardRow = z.object({
  card_id: z.string().min(1),
  bin_id: text,
  holder_id: text,
  card_no: text,
  balance: amount,
  limit: amount,
  expiry: text,
  status: constant,
  use_at: text,
  close_at: text,
  end_at: text,
});
export type CardRow = z.output<typeof cardRow>;

/** `data` of `cardList` (§2.2). */
export const cardListData = z.object({ total, card_list: z.array(cardRow) });

/** An entry of the company's wallet (§3.1). Whether a field can be an empty string is not known, so every text may be. */
const walletRow = z.object({
  transaction_id: z.string().min(1),
  record_id: text,
  out_transaction_id: text,
  in_out_type: constant,
  transaction_type: constant,
  transaction_desc: text,
  amount: wire.decimal,
  currency: text,
  before_balance: amount,
  after_balance: amount,
  status: constant,
  reject_reason: text,
  remark: text,
  transaction_time: text,
  create_at: text,
});
export type WalletRow = z.output<typeof walletRow>;

/** `data` of the wallet transaction detail (§3.1); the array itself is optional. An exchange has two rows (trap 20). */
export const walletData = z.object({
  transaction_list: z
    .array(walletRow)
    .nullish()
    .transform((rows) => rows ?? []),
});

/**
 * The card status event (§5.1). It is not signed, so that nothing of it is believed but which card may have changed: its
 * number, security code, PIN and amounts are not named.
 */
export const cardEvent = z.object({ card_id: z.string().min(1).max(64) });
