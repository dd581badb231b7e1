import { createHash } from 'node:crypto';

/** Parameters with their exact wire texts; null and `""` are not signed, `"0"` is. */
type Parameters = Readonly<Record<string, string | null | undefined>>;

/**
 * The signed text (onerway.md §2.1): the values of the signed parameters in ASCII order of their names, without names and
 * separators.
 */
export function signedText(parameters: Parameters): string {
  return (
    Object.keys(parameters)
      // By code unit, which is ASCII order: a locale would interleave upper and lower case (trap 6).
      .toSorted()
      .map((name) => parameters[name] ?? '')
      .join('')
  );
}

/**
 * The signature of a request (onerway.md §2.1): SHA-256 of the UTF-8 bytes of the signed text and the secret key, in lower-case
 * hex.
 *
 * @param parameters those that the document marks as signed
 */
export function sign(parameters: Parameters, secretKey: string): string {
  return createHash('sha256')
    .update(signedText(parameters) + secretKey, 'utf8')
    .digest('hex');
}
