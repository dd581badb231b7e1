import { wire } from '@card-gateway/adapter-kit';
import { type Bank, Pan } from '@card-gateway/core';
import { z } from 'zod';

/**
 * The response envelope (yixin.md §2.2). `code` is a string in the table and a number in every sample. Loose, because
 * which fields the signature covers is a setting; only the fields named here are read otherwise.
 */
export const responseEnvelope = z.looseObject({
  code: z.union([z.string(), z.number()]),
  msg: z.string().nullish(),
  params: z.string().nullish(),
  key: z.string().nullish(),
  sign: z.string(),
});

// Documented as String (yixin.md §4.1, §4.2, §4.6). A number is read alike, seeing how `code` differs from its table.
const status = wire.textOrNumber;

/** yixin.md §4.1. `bizId` matters only with status `0`. */
export const bindCardReply = z.object({ status, bizId: wire.optionalText, desc: wire.optionalText });

/** yixin.md §4.2. */
export const verifyCodeReply = z.object({ status, desc: wire.optionalText });

/** yixin.md §4.6. */
export const needCardSignReply = z.object({ status });

/** What can be said of a card from the text of `cardNo`. */
export interface CardNumber {
  readonly maskedNumber: string;
  readonly bin: string | null;
  readonly last4: string;
  readonly pan: Pan | null;
}

// The sample shows `cardNo` in clear (yixin.md §4.3). A masked one shows at most a BIN and the last four.
const maskedShape = /^(\d{0,6})[*xX]+(\d{4})$/;

function readCardNumber(text: string): CardNumber | null {
  const pan = Pan.parse(text);
  if (pan !== null) return { maskedNumber: pan.masked, bin: pan.bin, last4: pan.last4, pan };
  const masked = maskedShape.exec(text.replaceAll(/[ -]/g, ''));
  if (masked === null) return null;
  const [maskedNumber, head = '', last4 = ''] = masked;
  return { maskedNumber, bin: head.length === 6 ? head : null, last4, pan: null };
}

/**
 * yixin.md §4.3. A number that is neither a card number nor a masked one makes the whole list unreadable: leaving a card
 * out in silence would tell the look-up that it is not bound. `phone` is not named, so it cannot leak.
 */
const bankCard = z.object({
  bindCardId: wire.textOrNumber.nullish(),
  cardNo: z.string().transform((text, context): CardNumber => {
    const number = readCardNumber(text);
    if (number !== null) return number;
    context.addIssue({ code: 'custom', message: 'expected a card number' });
    return z.NEVER;
  }),
  cardType: wire.textOrNumber.nullish(),
  bankCode: wire.optionalText,
  bankName: wire.optionalText,
});
export const cardListReply = z.object({ bankCardList: z.array(bankCard) });

/** yixin.md §4.4. The limits are BigDecimal. */
export const bankListReply = z.object({
  bankList: z.array(
    z.object({
      bankCode: z.string().min(1),
      bankName: z.string(),
      timesLimit: wire.decimal.nullish(),
      dayLimit: wire.decimal.nullish(),
    }),
  ),
});

/** yixin.md §4.5. */
export const cardBankReply = z.object({ bankCode: wire.optionalText, bankName: wire.optionalText });

/** A bank as Yixin names it. Its codes are its own and an open set (yixin.md §5), so they are passed on as they are. */
export function bankOf(row: { readonly bankCode: string | null; readonly bankName: string | null }): Bank | null {
  return row.bankCode === null ? null : { code: row.bankCode, name: row.bankName ?? row.bankCode };
}
