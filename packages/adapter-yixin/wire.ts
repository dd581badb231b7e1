import { field, required, rowsOf } from '@card-gateway/adapter-kit';
import { type Bank, Pan } from '@card-gateway/core';
import { z } from 'zod';

/**
 * The response envelope (yixin.md §2.2). `code` is a string in the table and a number in every sample. Loose, because a setting
 * determines which fields the signature covers; otherwise only the named fields are read.
 */
export const responseEnvelope = z.looseObject({
  code: z.union([z.string(), z.number()]),
  msg: z.unknown().optional(),
  params: z.unknown().optional(),
  key: z.unknown().optional(),
  sign: z.string(),
});

// Documented as String (yixin.md §4.1, §4.2, §4.6). A number is accepted too, because `code` differs from its table as well.
const status = required.word;

/** yixin.md §4.1. `bizId` matters only with status `0`. */
export const bindCardReply = z.object({ status, bizId: field.reference, desc: field.message });

/** yixin.md §4.2. */
export const verifyCodeReply = z.object({ status, desc: field.message });

/** yixin.md §4.6. */
export const needCardSignReply = z.object({ status });

/** What the text of `cardNo` reveals about a card. */
export interface CardNumber {
  readonly maskedNumber: string;
  readonly bin: string | null;
  readonly last4: string;
  readonly pan: Pan | null;
}

// The sample shows `cardNo` in clear (yixin.md §4.3). A masked one shows at most a BIN and the last four.
const maskedShape = /^(\d{0,6})[*xX]{1,20}(\d{4})$/;

function readCardNumber(text: string): CardNumber | null {
  const pan = Pan.parse(text);
  if (pan !== null) return { maskedNumber: pan.masked, bin: pan.bin, last4: pan.last4, pan };
  const masked = maskedShape.exec(text.replaceAll(/[ -]/g, ''));
  if (masked === null) return null;
  const [maskedNumber, head = '', last4 = ''] = masked;
  return { maskedNumber, bin: head.length === 6 ? head : null, last4, pan: null };
}

/**
 * yixin.md §4.3. A row whose number is neither a card number nor a masked one is skipped, and the list is then incomplete: it
 * does not prove that a card is not bound. `phone` is not named, so it cannot leak.
 */
const bankCard = z.object({
  bindCardId: field.reference,
  cardNo: field.raw.transform((text, context): CardNumber => {
    const number = readCardNumber(text ?? '');
    if (number !== null) return number;
    context.addIssue({ code: 'custom', message: 'expected a card number' });
    return z.NEVER;
  }),
  cardType: field.word,
  bankCode: field.word,
  bankName: field.text,
});

/**
 * "List; empty when none" (yixin.md §4.3). No sample shows a user without cards, and this platform's libraries write an empty
 * list as `[]`, as null, or omit it: all three mean empty.
 */
export const cardListReply = z.object({ bankCardList: rowsOf(bankCard).nullish() });
export type BankCard = z.output<typeof bankCard>;

/** yixin.md §4.4. The limits are BigDecimal. */
export const bankListReply = z.object({
  bankList: rowsOf(
    z.object({ bankCode: required.word, bankName: field.text, timesLimit: field.amount, dayLimit: field.amount }),
  ),
});

/** yixin.md §4.5. */
export const cardBankReply = z.object({ bankCode: field.word, bankName: field.text });

/** A bank in Yixin's terms. Its codes are Yixin's own and an open set (yixin.md §5), so they are passed on unchanged. */
export function bankOf(row: Pick<BankCard, 'bankCode' | 'bankName'>): Bank | null {
  return !row.bankCode ? null : { code: row.bankCode, name: row.bankName ?? row.bankCode };
}
