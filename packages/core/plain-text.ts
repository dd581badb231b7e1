/** How often a text that was encoded again and again is decoded. */
const mostDecodings = 3;
const ascii = /^[\x20-\x7e]*$/;
/** Characters that show nothing: zero-width spaces and joiners, marks of direction, soft hyphens, fillers. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const otherDigit = /[\p{Nd}--[0-9]]/gv;

/** ASCII as tag characters, which show nothing. */
const tag = /[\u{e0020}-\u{e007e}]/gu;
/** As many accents as it takes to keep two digits apart. */
const marksOfDigit = /(?<=[0-9])\p{M}+/gu;
/** A character by its number in hexadecimal: `\u0034`, `\u{34}`, `%u0034`, `U+0034`, `\x34`, `0x34` by itself, `&#x34;`. */
const hexadecimal =
  /[\\%]u([0-9a-f]{4})|\\u\{([0-9a-f]{1,5})\}|\bU\+([0-9a-f]{4,5})(?![0-9a-f])|\\x([0-9a-f]{2})|\b0x([0-9a-f]{2})(?![0-9a-z])|&#x0*([0-9a-f]{1,5});?/gi;
/** `\064`, as C and JavaScript write it. */
const octal = /\\([01][0-7]{2})/g;
const entities: Readonly<Record<string, string>> = { amp: '&', nbsp: ' ', quot: '"', lt: '<', gt: '>' };

/**
 * A text as a reader means it: compatibility forms such as full-width digits by their usual characters (NFKC), digits of every
 * script as 0–9, nothing invisible, and percent-encoding, escapes like `\u0034` and entities like `&#52;` decoded.
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

/** The digits of a script are ten neighbours, of which the first is its zero. */
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

/** Six bytes in base64: as many digits as a number has that is looked for. */
const encodedWord = /[\w+/-]{8,}={0,2}/g;

/** The words of a text that may be base64 or hex, each with the texts that it may stand for. */
export function decodedWords(text: string): { readonly word: string; readonly texts: readonly string[] }[] {
  return [...new Set(text.match(encodedWord))].flatMap((word) => {
    // A sign of the alphabet may also be one that stands before the encoded text.
    const parts = new Set(/[-_+/]/.test(word) ? [word, ...word.split(/[-_]/), ...word.split(/[+/]/)] : [word]);
    const texts = [...parts].flatMap((part) => (part.length < 8 ? [] : decodings(part)));
    return texts.length === 0 ? [] : [{ word, texts }];
  });
}

function decodings(word: string): string[] {
  const encodings = /^[0-9a-f]+$/i.test(word) ? (['base64', 'hex'] as const) : (['base64'] as const);
  return encodings.flatMap((encoding) => {
    const text = Buffer.from(word, encoding).toString('utf8').replaceAll('\0', '');
    // The bytes of any other word are hardly ever text.
    return text === '' || /[\p{Cc}\uFFFD]/u.test(text) ? [] : [plainText(text)];
  });
}
