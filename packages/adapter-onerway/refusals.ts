import type { RefusalReason } from '@card-gateway/core';

/**
 * Response codes of the acquiring API (onerway.md §8). Codes and meanings are documented; their reasons follow the class rule
 * assumed there. An unlisted code leaves the outcome unknown. Onerway's other products use the same digits for other things;
 * their codes do not belong here.
 */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['40000', 'invalid_request'], // invalid transaction URL
  ['40013', 'invalid_request'], // parameters unreadable
  ['70002', 'declined'], // unknown decline
  ['11001', 'unavailable'], // system error
  ['12001', 'configuration'], // configuration decline
  ['12002', 'configuration'], // merchant id disabled, or settlement currency missing
  ['12003', 'configuration'], // brand, 3-D Secure or service unsupported
  ['12004', 'configuration'], // merchant account disabled or unknown
  ['12005', 'configuration'], // invalid transaction id (browser SDK)
  ['12006', 'configuration'], // recurring check failed
  ['12007', 'configuration'], // wrong transaction id; check the merchant number
  ['12008', 'configuration'], // invalid transactionIp
  ['12009', 'unavailable'], // channel timeout, retry later
  ['12010', 'configuration'], // configuration error
  ['12011', 'configuration'], // 3-D Secure or API start failed
  ['13001', 'configuration'], // app id invalid; not by its class, because it comes from the settings
  ['13002', 'invalid_request'], // card number invalid
  ['13003', 'invalid_request'], // URL does not match the registered domain
  ['13004', 'invalid_request'], // card expired
  ['13005', 'invalid_request'], // year must have two or four digits
  ['13006', 'invalid_request'], // province invalid for its country
]);

/**
 * The reason behind a response code; null if it is no certain refusal: it is undocumented, or the system failed (11001) or a
 * channel timed out (12009), after which a write may have succeeded. Only reads may be retried then (§8).
 */
export function reasonOf(respCode: string, effect: 'read' | 'write'): RefusalReason | null {
  const reason = reasons.get(respCode) ?? null;
  return reason === 'unavailable' && effect === 'write' ? null : reason;
}
