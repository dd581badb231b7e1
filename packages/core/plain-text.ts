/** Maximum rounds of decoding for repeatedly encoded text. */
const mostDecodings = 3;
const ascii = /^[\x20-\x7e]*$/;
/** Invisible characters: zero-width spaces and joiners, direction marks, soft hyphens, fillers. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const otherDigit = /[\p{Nd}--[0-9]]/gv;

/** ASCII as invisible tag characters. */
const tag = /[\u{e0020}-\u{e007e}]/gu;
/** Combining marks that separate two digits. */
const marksOfDigit = /(?<=[0-9])\p{M}+/gu;
/** A character by its hexadecimal number: `\u0034`, `\u{34}`, `%u0034`, `U+0034`, `\x34`, a lone `0x34`, `&#x34;`. */
const hexadecimal =
  /[\\%]u([0-9a-f]{4})|\\u\{([0-9a-f]{1,5})\}|\bU\+([0-9a-f]{4,5})(?![0-9a-f])|\\x([0-9a-f]{2})|\b0x([0-9a-f]{2})(?![0-9a-z])|&#x0*([0-9a-f]{1,5});?/gi;
/** `\064`, as in C and JavaScript. */
const octal = /\\([01][0-7]{2})/g;
const entities: Readonly<Record<string, string>> = { amp: '&', nbsp: ' ', quot: '"', lt: '<', gt: '>' };

/**
 * A text as a reader sees it: compatibility forms such as full-width digits become usual characters (NFKC), digits of every
 * script become 0–9, invisible characters are removed, and percent-encoding, escapes like `\u0034` and entities like `&#52;`
 * are decoded.
 */
export function plainText(text: string): string {
  let plain = text;
  for (let times = 0; times < mostDecodings; times += 1) {
    const before = plain;
    plain = plain
      .replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) => textOf(Buffer.from(bytes.replaceAll('%', ''), 'hex')))
      .replaceAll(hexadecimal, (_whole, ...hex: (string | undefined)[]) =>
        String.fromCodePoint(Number.parseInt(hex.slice(0, 6).find((each) => each !== undefined) ?? '0', 16)),
      )
      .replaceAll(octal, (_whole, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)))
      .replaceAll(/&#0*(\d{1,6});?/g, (_whole, decimal: string) => String.fromCodePoint(Number(decimal)))
      .replaceAll(/&(amp|nbsp|quot|lt|gt);/g, (_whole, name: string) => entities[name] ?? '');
    if (!ascii.test(plain)) {
      plain = plain
        .replaceAll(tag, (each) => String.fromCodePoint((each.codePointAt(0) ?? 0) - 0xe0000))
        .normalize('NFKC')
        .replaceAll(invisible, '')
        .replaceAll(otherDigit, valueOf)
        .replaceAll(marksOfDigit, '');
    }
    if (plain === before) break;
  }
  return plain.toWellFormed();
}

/** Each script's digits are ten consecutive characters beginning with its zero. */
function valueOf(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  return String(value);
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}

/** Six bytes in base64: the shortest number searched for. */
const encodedWord = /[\w+/-]{8,}={0,2}/g;

/** The words of a text that may be base64 or hex, each with its possible decodings. */
export function decodedWords(text: string): { readonly word: string; readonly texts: readonly string[] }[] {
  return [...new Set(text.match(encodedWord))].flatMap((word) => {
    // A character of the base64 alphabet may also be punctuation before the encoded text.
    const parts = new Set(/[-_+/]/.test(word) ? [word, ...word.split(/[-_]/), ...word.split(/[+/]/)] : [word]);
    const texts = [...parts].flatMap((part) => (part.length < 8 ? [] : decodings(part)));
    return texts.length === 0 ? [] : [{ word, texts }];
  });
}

function decodings(word: string): string[] {
  const encodings = /^[0-9a-f]+$/i.test(word) ? (['base64', 'hex'] as const) : (['base64'] as const);
  return encodings.flatMap((encoding) => {
    const text = Buffer.from(word, encoding).toString('utf8').replaceAll('\0', '');
    // Other words hardly ever decode to text.
    return text === '' || /[\p{Cc}\uFFFD]/u.test(text) ? [] : [plainText(text)];
  });
}
