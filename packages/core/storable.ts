/**
 * A provider's text as it can be kept, in JSON too: without NUL characters and lone surrogates, which PostgreSQL takes in
 * none, and at most `most` characters long. Characters are code points: a cut leaves no half of an emoji.
 */
export function storableText(text: string, most: number): string {
  // A code point has two UTF-16 units at most: what lies behind them is not even looked at.
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
 * The date at an instant (Unix milliseconds) from 1900 on and before the year 9999; null for any other. Providers write years
 * like 0001 and 9999 for "none" and "never", and what lies beyond four digits PostgreSQL does not read.
 */
export function storableDate(instant: number): Date | null {
  return instant >= earliest && instant < latest ? new Date(instant) : null;
}

/** As long as an id of a provider's may be; the longest that a document names has 64 characters. */
const longestId = 128;

/**
 * Whether a text can be a provider's id: it can be kept, indexed, and put into the path of a URL. `.` and `..` cannot: however
 * they are written, URLs read them as steps to another path.
 */
export function isProviderId(text: string): boolean {
  if (text === '' || text.length > longestId || text === '.' || text === '..') return false;
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}
