import type { RefusalReason } from '@card-gateway/core';

/** 1005: the timestamp was too old or in the future. Rejected before execution (keysecure.md §10). */
export const timestampRefused = '1005';
/** 1007: the access token is invalid or expired. Rejected before execution (keysecure.md §2.2, §10). */
export const tokenRefused = '1007';

/** Whether a request only reads, or may leave something behind at the provider. */
export type Effect = 'read' | 'write';

/** Codes that are certain refusals, and why. */
export type Refusals = ReadonlyMap<string, RefusalReason>;

/**
 * The codes of keysecure.md §10 that certainly mean that nothing was done. Omitted on purpose: 1001, a system error after which
 * anything may have happened; 3xxx and most 4xxx, whose texts are not published. A range is no evidence: a code that is neither
 * here nor in the call's own {@link Refusals} is unknown.
 */
const refusals: Refusals = new Map([
  ['1002', 'configuration'],
  ['1003', 'configuration'],
  ['1004', 'invalid_request'],
  [timestampRefused, 'configuration'],
  ['1006', 'configuration'],
  [tokenRefused, 'configuration'],
  ['1008', 'configuration'],
  ['1009', 'rate_limited'],
  ['1010', 'configuration'],
  ['1011', 'configuration'],
  ['1012', 'unsupported'],
  ['1019', 'invalid_request'],
  ['1020', 'invalid_request'],
  ['1021', 'configuration'],
  ['1022', 'configuration'],
  ['2001', 'conflict'],
  ['2002', 'not_found'],
  ['2003', 'conflict'],
  ['2004', 'conflict'],
  ['2005', 'declined'],
  ['2006', 'unavailable'],
  ['2007', 'invalid_request'],
  ['2008', 'invalid_request'],
  ['2009', 'invalid_request'],
  ['2010', 'invalid_request'],
  ['4010', 'invalid_request'],
]);

/**
 * 4005: the card's status does not allow it (keysecure.md §6.11, §10). By its text it refuses a status change as well as a PIN;
 * from other calls it proves nothing.
 */
export const statusRefusals: Refusals = new Map([['4005', 'conflict']]);

/**
 * Documented only for card/pin/set, besides 4005: the PIN breaks the rule, the card is virtual (keysecure.md §6.11, §10). No
 * other call is documented to answer with them, so elsewhere they prove nothing.
 */
export const pinRefusals: Refusals = new Map([...statusRefusals, ['4016', 'invalid_request'], ['4017', 'unsupported']]);

/** 1013: the merchant may not see card numbers (keysecure.md §6.8, §10). */
export const privateDataRefusals: Refusals = new Map([['1013', 'unsupported']]);

/**
 * Documented for the client token (keysecure.md §6.14). So are 1014, 1017 and 1018, but by their texts they answer the frame's
 * own requests, which do not pass through here.
 */
export const frameRefusals: Refusals = new Map([
  ['1013', 'unsupported'],
  ['1015', 'configuration'],
  ['1016', 'configuration'],
]);

/**
 * Why a code other than 0 refuses; null if it is no certain refusal.
 *
 * @param own codes documented for this very call
 */
export function reasonOf(code: string, effect: Effect, own: Refusals = new Map()): RefusalReason | null {
  return code === '1001' && effect === 'read' ? 'unavailable' : (refusals.get(code) ?? own.get(code) ?? null);
}
