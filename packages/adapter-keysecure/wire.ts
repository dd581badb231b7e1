import { field, NumberLiteral, required, type Rows, rowsOf, wire } from '@card-gateway/adapter-kit';
import { storableDate } from '@card-gateway/core';
import { z } from 'zod';

/** Every answer (keysecure.md §3). `code` is a JSON number; HTTP is 200 even for a failure, which has no `data` (§12, trap 3). */
export const envelope = z
  .object({ code: wire.integer, msg: field.message, data: z.unknown().optional() })
  .transform(({ code, msg, data }) => ({ code: String(code), message: msg, data }));

/** The platform's order number (`*_no`): never empty, because later calls need it. */
const orderNumber = required.id;

/** Unix milliseconds; {@link instantOf} converts them to a date. */
const instant = wire.integer.nullish().catch(undefined);

/** Limits that may be missing, empty or words, in which case the provider states none (§6.18, §6.19). */
const limits = z
  .object({
    limit_balance: field.amount,
    limit_week_balance: field.amount,
    limit_atm_day_balance: field.amount,
    limit_atm_month_balance: field.amount,
  })
  .nullish()
  .catch(undefined);
export type WireLimits = z.output<typeof limits>;

/** A text that fits into a header; any other would fail the request that carries it. */
const headerText = z.string().regex(/^[\x21-\x7e]{1,4096}$/);

/** GET merchant/token (§6.1). `expired_time` is an instant in Unix milliseconds, not a duration. */
export const tokenData = z.object({ access_token: headerText, expired_time: wire.integer });

/** POST cardholder/apply (§6.2). */
export const cardholderApplied = z.object({ cardholder_no: orderNumber, cardholder_unique_no: z.string() });

/** A row of cardholder/list (§6.3); cardholder/{no}/info (§6.4) has the same members without `fail_reason`. */
export const cardholderData = z.object({
  cardholder_no: orderNumber,
  cardholder_unique_no: field.echo,
  status: required.word,
  fail_reason: field.text,
});
export type WireCardholder = z.output<typeof cardholderData>;

/** POST card/apply (§6.5). The answer has no status. */
export const cardApplied = z.object({ card_no: orderNumber, card_unique_no: z.string() });

/** A row of card/list (§6.6) and card/{no}/detail (§6.7), as far as both are used. `time` is in Unix milliseconds. */
export const cardData = z.object({
  card_no: orderNumber,
  card_unique_no: field.reference,
  cardholder_no: field.reference,
  card_type: field.word,
  card_last_no: field.raw,
  organization: field.word,
  status: field.word,
  time: instant,
});
export type WireCard = z.output<typeof cardData>;

/** POST card/active, card/status/update, card/pin/set (§6.9–6.11). The meaning of `false` under code 0 is not documented. */
export const changeResult = z.object({ result: z.boolean() });

/** card/{no}/private/info (§6.8): the Base64 ciphertext, and its content. */
export const privateData = z.string().min(1);
export const privateInfo = z.object({
  card_no: z.string(),
  pan: z.string(),
  cvv: field.raw,
  exp_year: field.raw,
  exp_month: field.raw,
});

/** GET merchant/client/{no}/token (§6.14). `expires_in` is a duration in seconds, not an instant (§12, trap 4). */
export const clientToken = z.object({
  client_access_token: z.string().min(1).max(4096),
  expires_in: wire.integer.refine((seconds) => seconds >= 0 && seconds <= yearSeconds),
});
const yearSeconds = 366 * 86_400;

/** `fee_detail` of a callback (§11.2), and probably `fee_list` of consume/info, whose form is not published (§6.12). */
const fees = rowsOf(z.object({ fee_type: required.word, amount: required.amount }))
  .nullish()
  .catch(undefined);

/** `merchant_info` of a callback (§11.1); whether the lists contain it is not published. */
const merchantInfo = z
  .object({
    merchant_name: field.text,
    merchant_mcc: field.text,
    city: field.text,
    country: field.text,
  })
  .nullish()
  .catch(undefined);
export type WireMerchant = z.output<typeof merchantInfo>;

/**
 * A transaction: a row of card/consume/list (§6.13), card/consume/{no}/info (§6.12) and `data` of Consumption (§11.2), the
 * first two as far as published. Amounts are texts in some and numbers in others (§12, trap 8).
 */
export const transactionData = z.object({
  consume_no: orderNumber,
  card_no: orderNumber,
  type: required.word,
  amount: required.amount,
  status: required.word,
  consume_relate_no: field.reference,
  local_amount: field.amount,
  local_currency: field.word,
  fee: field.amount,
  fee_list: fees,
  fee_detail: fees,
  merchant_info: merchantInfo,
  time: instant,
});
export type WireTransaction = z.output<typeof transactionData>;

/** A callback (§11). `id` and `action` are not signed. */
export const callbackBody = z.object({ action: z.string(), data: z.record(z.string(), z.unknown()) });
export type WireCallback = z.output<typeof callbackBody>;

const numberAsIs = z.union([z.number(), z.instanceof(NumberLiteral)]);

/**
 * Every documented member of the three callbacks, with its documented type (§11.1–11.3). A text and a number are signed alike,
 * and so are an object and its own text (§12, trap 22): a member of another type may not be what was signed.
 */
export const documentedData = z
  .object({
    card_no: z.string(),
    cardholder_no: z.string(),
    before_status: z.string(),
    after_status: z.string(),
    reason: z.string(),
    time: numberAsIs,
    consume_no: z.string(),
    consume_relate_no: z.string(),
    type: z.string(),
    status: z.string(),
    amount: numberAsIs,
    local_amount: numberAsIs,
    local_currency: z.string(),
    fee: numberAsIs,
    fee_detail: z.array(z.record(z.string(), z.unknown())),
    merchant_info: z.record(z.string(), z.unknown()),
    remark: z.string(),
    detail: z.string(),
  })
  .partial();

/** The resource to read if a callback cannot be trusted as it is. */
const namedThing = z.string().regex(/^[\w-]{1,64}$/);
export const namedCard = z.object({ card_no: namedThing });
export const namedTransaction = z.object({ consume_no: namedThing });

/** `data` of Card_update (§11.3). */
export const cardUpdateData = z.object({
  card_no: orderNumber,
  before_status: z.string().nullish(),
  after_status: required.word,
  time: wire.integer,
});

/** `data` of Auth (§11.1) and Consumption (§11.2); the latter has more members. */
export const paymentData = transactionData.extend({ cardholder_no: field.reference, time: wire.integer });

/** POST account/transfer (§6.15). The answer has no status. */
export const transferSent = z.object({
  transfer_no: orderNumber,
  transfer_unique_no: z.string(),
  before_balance: field.amount,
  after_balance: field.amount,
});
export type WireTransferSent = z.output<typeof transferSent>;

/** A row of account/transfer/list, whose members are not published and assumed to be those of the order (§6.17). */
export const transferData = z.object({
  transfer_no: orderNumber,
  transfer_unique_no: field.reference,
  status: field.word,
  cardholder_no: field.reference,
  type: field.word,
  balance: field.amount,
  before_balance: field.amount,
  after_balance: field.amount,
  time: instant,
});
export type WireTransfer = z.output<typeof transferData>;

/** A row of account/{no}/info (§6.16). */
export const accountData = z.object({
  cardholder_no: orderNumber,
  symbol: required.word,
  symbol_chain: field.word,
  balance: required.amount,
  usd_balance: field.amount,
  bonus_balance: field.amount,
  usd_bonus_balance: field.amount,
});
export type WireAccount = z.output<typeof accountData>;

/** `time` as a date: 0 means "none" in the documents' examples, and so does an invalid date. */
export function instantOf(time: number | null): Date | null {
  return time === null || time <= 0 ? null : storableDate(time);
}

/** A row of card/package/list, credit mode (§6.18). */
export const packageData = z.object({
  package_no: orderNumber,
  package_en_name: field.text,
  package_cn_name: field.text,
  card_bin: field.bin,
  organization: field.word,
  package_type: field.word,
  consumption_limit: limits,
});

/** A row of card/support/bins, authorization mode (§6.19). */
export const binData = z.object({
  card_bin_no: orderNumber,
  card_bin: field.bin,
  organization: field.word,
  support_physical: field.flag,
  support_virtual: field.flag,
  currencies: rowsOf(required.word).nullish().catch(undefined),
  balance_limit: limits,
});

/** `data` of every list (§7): rows only, without a total or a next marker. */
export function listOf<Row extends z.ZodType>(row: Row): z.ZodObject<{ list: z.ZodType<Rows<z.output<Row>>> }> {
  return z.object({ list: rowsOf(row) });
}
