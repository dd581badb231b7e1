import { field, required, rowsOf } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';

/** The envelope of every answer (onerway.md §2). The code is text: `"20000"`. */
export const envelope = z
  .object({ respCode: z.string().min(1), respMsg: field.message, data: z.unknown().optional() })
  .transform(({ respCode, respMsg, data }) => ({ code: respCode, message: respMsg, data }));

/** Longer than any `tokenId` in the documents, of at most 300 characters (§6.2). */
const longestToken = 1000;

/** A bound card (§3.1). `tokenId` is a payment credential (trap 11). */
const tokenInfo = z.object({
  id: required.id,
  tokenId: z
    .string()
    .min(1)
    .max(longestToken)
    .transform((token) => new Secret(token))
    .nullish()
    .catch(undefined),
  /** First six, stars, last four. Anything else might be a number in clear. */
  cardNumber: z.string().regex(/^\d{6}\*{1,20}\d{4}$/),
  paymentMethod: field.word,
  /** Missing in the 2024 documents. */
  cardBinCountry: field.word,
  // Documented as text, but this provider's pages and samples disagree about types (trap 18).
  year: field.raw,
  month: field.raw,
});
export type TokenInfo = z.output<typeof tokenInfo>;

/** `data` of `queryTokenList` (§3.1). The documents show no empty list: `[]`, null and absence all count as one. */
export const tokenListData = z.object({ tokenInfos: rowsOf(tokenInfo).nullish() });

/** `data` of the token delete (§3.2); its signature is not read, because its verification is not published. */
export const deleteData = z.object({ success: z.boolean() });
