import { createHash, createHmac } from 'node:crypto';

/** Searches texts for many secrets at once: each text is read once, however many there are. */
export interface Search {
  look(place: string, text: string): void;
  /** What was found and where; never the secret itself. */
  found(): string[];
}

/** A number of at most this many digits is searched only as a separate word, because it occurs by chance within longer ones. */
const longestCode = 7;
/** Prefixes of the gateway's hash input (its sealing.ts). */
const purposes = ['', 'fingerprint\0', 'request\0'];

/**
 * @param secrets numbers, codes and tokens, with the kind of each
 * @param hashed texts whose hashes must not occur, with the kind of each: codes, and requests containing one
 * @param keys under which such a hash may be made
 */
export function createSearch(
  secrets: ReadonlyMap<string, string>,
  hashed: ReadonlyMap<string, string>,
  keys: readonly Buffer[],
): Search {
  const found = new Map<string, number>();
  const lengths = [...new Set([...secrets.keys()].map(({ length }) => length))].filter((one) => one > longestCode);
  const hashes = new Map(
    [...hashed].flatMap(([text, what]) => hashesOf(text, keys).map((hash) => [hash, what] as const)),
  );

  function report(what: string | undefined, how: string, place: string): void {
    if (what === undefined) return;
    const finding = `${what}${how} in ${place}`;
    found.set(finding, (found.get(finding) ?? 0) + 1);
  }

  /** Searches for numbers, including grouped ones; codes as separate words that are not JSON numbers; and tokens. */
  function lookAt(text: string, how: string, place: string): void {
    const joined = text.replaceAll(/(?<=\d)[ -](?=\d)/g, '');
    for (const [digits] of joined.matchAll(/\d{8,}/g)) {
      for (const length of lengths) {
        for (let at = 0; at + length <= digits.length; at += 1) {
          report(secrets.get(digits.slice(at, at + length)), how, place);
        }
      }
    }
    for (const [code] of text.matchAll(/(?<![\w.])(?<!":\s?)\d{5,7}(?![\w.])/g)) report(secrets.get(code), how, place);
    for (const [word] of text.matchAll(/(?<!\w)[0-9a-f]{64}(?!\w)/gi)) {
      const lower = word.toLowerCase();
      report(secrets.get(lower), how, place);
      report(hashes.get(lower), `, hashed${how}`, place);
    }
    if (/\b(?:cvv|cvc|cvv2|securityCode|security_code)\W{1,6}\d{3,4}\b/i.test(text))
      report('security code', how, place);
  }

  return {
    look(place, text) {
      lookAt(text, '', place);
      for (const [word] of text.matchAll(/(?<![0-9a-f])(?:[0-9a-f]{2}){5,}(?![0-9a-f])/gi)) {
        if (/3\d3\d3\d3\d3\d/.test(word)) lookAt(Buffer.from(word, 'hex').toString('latin1'), ' in hex', place);
      }
      for (const [word] of text.matchAll(/[\w+/-]{8,}/g)) {
        // Base64 of digits: every fourth letter is one of these.
        if (!/[MNO][\w+/-]{3}[MNO]/.test(word)) continue;
        lookAt(Buffer.from(word, 'base64').toString('latin1'), ' in base64', place);
      }
    },
    found: () => [...found].map(([finding, times]) => `${finding}, ${times} times`),
  };
}

/** A short code can be recovered from its hash within seconds, and from a keyed one once the key is known. */
function hashesOf(plain: string, keys: readonly Buffer[]): string[] {
  return purposes.flatMap((purpose) =>
    [null, ...keys].map((key) => {
      const hash = key === null ? createHash('sha256') : createHmac('sha256', key);
      return hash.update(purpose + plain).digest('hex');
    }),
  );
}
