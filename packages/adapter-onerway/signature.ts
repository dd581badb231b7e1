import { createHash } from 'node:crypto';

/** Parameters with the exact text that is sent; null and `""` do not take part, `"0"` does. */
type Parameters = Readonly<Record<string, string | null | undefined>>;

/**
 * What is signed (onerway.md §2.1): the values of the signed parameters in ASCII order of their names, without names and without
 * separators.
 */
export function signedText(parameters: Parameters): string {
  return (
    Object.keys(parameters)
      // By code unit, which is ASCII order: a locale would put upper and lower case side by side (trap 6).
      .toSorted()
      .map((name) => parameters[name] ?? '')
      .join('')
  );
}

/**
 * The signature of a request (onerway.md §2.1): SHA-256 of the UTF-8 bytes of what is signed and the secret key, in lower-case hex.
 *
 * @param parameters those that the document marks as signed
 */
export function sign(parameters: Parameters, secretKey: string): string {
  return createHash('sha256')
    .update(signedText(parameters) + secretKey, 'utf8')
    .digest('hex');
}
