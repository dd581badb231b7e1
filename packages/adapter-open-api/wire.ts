import { field, required, rowsOf, wire } from '@card-gateway/adapter-kit';
import { z } from 'zod';

/** Maximum length of a `card_id` (open-api-issuer.md, trap 11). */
const longestCardId = 64;

/** Maximum count of rows; PostgreSQL stores it as an integer. */
const mostRows = 2 ** 31 - 1;

/** Total number of rows (§1.2). Without it a list ends at its empty page. */
export const total: z.ZodType<number | null> = wire.integer
  .refine((rows) => rows >= 0 && rows <= mostRows)
  .nullable()
  .catch(null);

/**
 * The envelope (§1.1). Success is only the number 0. A code as text is accepted unless it is "0": whether that would be a
 * success is not documented, so it stays unreadable.
 */
export const envelope = z.object({
  code: z.union([wire.integer, z.string().regex(/^-?0*[1-9]\d*$/)]).transform(String),
  message: field.message,
  data: z.unknown().optional(),
});

/** A card product (§2.1). `type` is omitted: its values are not published. */
const binRow = z.object({
  bin_id: required.id,
  bin_code: field.bin,
  settle_currency: field.word,
  recharge_currency: field.word,
  mode: field.word,
  area: field.text,
  card_category: field.word,
  bank: field.text,
  status: field.word,
  is_create: field.word,
});
export type BinRow = z.output<typeof binRow>;

/** `data` of `binList` (§2.1). The echoed page number and size are not read: they are swapped (trap 7). */
export const binListData = z.object({ total, bin_list: rowsOf(binRow) });

/**
 * A card (§2.2). The row also contains the security code and the PIN in clear; they are not named, so they are discarded here
 * (trap 2).
 */
const cardRow = z
  .object({
    card_id: required.id,
    bin_id: field.reference,
    holder_id: field.reference,
    card_no: field.raw,
    balance: field.amount,
    limit: field.amount,
    expiry: field.raw,
    status: field.word,
    use_at: field.raw,
    close_at: field.raw,
    end_at: field.raw,
  })
  .refine(({ card_no: number, ...row }) => !number || ![row.card_id, row.bin_id, row.holder_id].includes(number), {
    error: 'expected ids, which are stored as they are, other than the card number',
  });
export type CardRow = z.output<typeof cardRow>;

/** `data` of `cardList` (§2.2). */
export const cardListData = z.object({ total, card_list: rowsOf(cardRow) });

/** An entry of the company's wallet (§3.1). Whether a field can be an empty string is not documented, so every text may be. */
const walletRow = z.object({
  transaction_id: required.id,
  record_id: field.reference,
  out_transaction_id: field.reference,
  in_out_type: field.word,
  transaction_type: field.word,
  transaction_desc: field.text,
  amount: required.amount,
  currency: field.word,
  before_balance: field.amount,
  after_balance: field.amount,
  status: field.word,
  reject_reason: field.text,
  remark: field.text,
  transaction_time: field.raw,
  create_at: field.raw,
});
export type WalletRow = z.output<typeof walletRow>;

/** `data` of the wallet transaction detail (§3.1); the array itself is optional. An exchange has two rows (trap 20). */
export const walletData = z.object({ transaction_list: rowsOf(walletRow).nullish() });

/**
 * The card status event (§5.1). It is not signed, so only which card may have changed is used: its number, security code, PIN
 * and amounts are not named.
 */
export const cardEvent = z.object({ card_id: required.id.refine((id) => id.length <= longestCardId) });
