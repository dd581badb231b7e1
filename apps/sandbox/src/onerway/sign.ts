import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * onerway.md §2.1: only the values, in ASCII order of their names, without absent and empty ones ("0" stays), with the secret
 * appended, SHA-256 in lower-case hex. A plain hash, not an HMAC.
 */
export function onerwaySign(
  fields: Readonly<Record<string, unknown>>,
  secretKey: string,
  unsigned: readonly string[] = ['sign'],
): string {
  const values = Object.keys(fields)
    .filter((name) => !unsigned.includes(name))
    .sort()
    .map((name) => fields[name])
    .filter((value) => value !== null && value !== undefined && value !== '')
    .map(String);
  return createHash('sha256')
    .update(values.join('') + secretKey, 'utf8')
    .digest('hex');
}

/** onerway.md §6.1: members excluded from a webhook's signature; all others, known or not, are included. */
const unsignedInWebhooks = [
  'originTransactionId',
  'originMerchantTxnId',
  'customsDeclarationAmount',
  'customsDeclarationCurrency',
  'paymentMethod',
  'walletTypeName',
  'periodValue',
  'tokenExpireTime',
  'sign',
];

/** The same members with their `sign`, as in a webhook. */
export function signedNotification(
  fields: Readonly<Record<string, unknown>>,
  secretKey: string,
): Record<string, unknown> {
  return { ...fields, sign: onerwaySign(fields, secretKey, unsignedInWebhooks) };
}

export function sameSign(given: string, computed: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(computed);
  return left.length === right.length && timingSafeEqual(left, right);
}
