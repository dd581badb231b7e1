/**
 * A provider's text in a form that PostgreSQL can store, also within JSON: without NUL characters and lone surrogates, and at
 * most `most` characters long. Characters are code points, so truncation never splits an emoji.
 */
export function storableText(text: string, most: number): string {
  // A code point has at most two UTF-16 units; anything beyond that is not examined.
  const clean = text
    .slice(0, 2 * most)
    .replaceAll('\0', '')
    .toWellFormed();
  let end = 0;
  for (let characters = 0; characters < most && end < clean.length; characters += 1) {
    end += (clean.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return clean.slice(0, end);
}

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(9999, 0, 1);

/**
 * The date of an instant (Unix milliseconds) from 1900 to the end of 9998; otherwise null. Providers write years like 0001 and
 * 9999 for "none" and "never", and PostgreSQL does not parse years of more than four digits.
 */
export function storableDate(instant: number): Date | null {
  return instant >= earliest && instant < latest ? new Date(instant) : null;
}

/** Maximum length of a provider's id; the longest documented one has 64 characters. */
const longestId = 128;

/**
 * Whether a text can be a provider's id: it can be stored, indexed, and put into a URL path. `.` and `..` cannot, because URLs
 * treat them as path steps however they are encoded.
 */
export function isProviderId(text: string): boolean {
  if (text === '' || text.length > longestId || text === '.' || text === '..') return false;
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}
