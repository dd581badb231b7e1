import { createHash } from 'node:crypto';

/**
 * The signature of a request (onerway.md §2.1): the values of the signed parameters in ASCII order of their names, without
 * separators, then the secret key; SHA-256 of the UTF-8 bytes in lower-case hex. Null and `""` do not take part, `"0"` does.
 *
 * @param parameters the parameters that the document marks as signed, with the exact text that is sent
 */
export function sign(parameters: Readonly<Record<string, string | null | undefined>>, secretKey: string): string {
  const values = Object.keys(parameters)
    // By code unit, which is ASCII order: a locale would put upper and lower case side by side (trap 6).
    .toSorted()
    .map((name) => parameters[name] ?? '');
  return createHash('sha256')
    .update(values.join('') + secretKey, 'utf8')
    .digest('hex');
}
