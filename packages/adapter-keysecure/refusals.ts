import { type Evidence, type Outcome, refused, type RefusalReason, unknown } from '@card-gateway/core';

/** 1005: the timestamp was too old or in the future. Refused before anything was done (keysecure.md §10). */
export const timestampRefused = 1005;
/** 1007: the access token is invalid or expired. Refused before anything was done (keysecure.md §2.2, §10). */
export const tokenRefused = 1007;

/** A request that only reads, or one that may leave something behind at the provider. */
export type Effect = 'read' | 'write';

/**
 * The codes of keysecure.md §10 that say for certain that nothing was done. Left out on purpose: 1001, a system error
 * after which anything may have happened; 1013–1018, which belong to private data and the card iframe; 4005, 4016 and 4017,
 * which belong to setting a PIN; 3xxx and the other 4xxx, whose texts are not published. A range is no evidence: what does not stand here is unknown.
 */
const refusals: ReadonlyMap<number, RefusalReason> = new Map([
  [1002, 'configuration'],
  [1003, 'configuration'],
  [1004, 'invalid_request'],
  [timestampRefused, 'configuration'],
  [1006, 'configuration'],
  [tokenRefused, 'configuration'],
  [1008, 'configuration'],
  [1009, 'rate_limited'],
  [1010, 'configuration'],
  [1011, 'configuration'],
  [1012, 'unsupported'],
  [1019, 'invalid_request'],
  [1020, 'invalid_request'],
  [1021, 'configuration'],
  [1022, 'configuration'],
  [2001, 'conflict'],
  [2002, 'not_found'],
  [2003, 'conflict'],
  [2004, 'conflict'],
  [2005, 'declined'],
  [2006, 'unavailable'],
  [2007, 'invalid_request'],
  [2008, 'invalid_request'],
  [2009, 'invalid_request'],
  [2010, 'invalid_request'],
  [4010, 'invalid_request'],
]);

/** What a code other than 0 says about the request. `said` carries the code and the redacted message. */
export function refusalOf(code: number, effect: Effect, said: Evidence): Outcome<never> {
  const reason = code === 1001 && effect === 'read' ? 'unavailable' : refusals.get(code);
  return reason === undefined ? unknown('unlisted_code', said) : refused(reason, said);
}

/** Whether the provider refused with this very code. */
export function refusedWith(outcome: Outcome<unknown>, code: number): boolean {
  return outcome.kind === 'refused' && outcome.refusal.code === String(code);
}
