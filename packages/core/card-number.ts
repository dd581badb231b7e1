import { decodedWords, plainText } from './plain-text.ts';

const shortest = 13;
const longest = 19;
/** Numbers whose groups are separated by up to two characters and a space. */
const run = /\d+(?:[^\p{L}\p{N}]{1,3}\d+)*/gu;
/** A timestamp has as many digits as a card number. */
const pointInTime = /(?<!\d)(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?!\d)/g;
/** Base64 within percent-encoding within base64. */
const deepest = 2;

/**
 * Whether a text contains a card number: 13 to 19 digits with a valid check digit (Luhn, ISO/IEC 7812-1 annex B), contiguous or
 * grouped, in any form that {@link plainText} or base64 decodes. One in ten other numbers of that length matches too.
 */
export function holdsCardNumber(text: string, depth = 0): boolean {
  const plain = plainText(text);
  if (showsCardNumber(plain)) return true;
  if (depth === deepest) return false;
  return decodedWords(plain).some(({ texts }) => texts.some((each) => holdsCardNumber(each, depth + 1)));
}

/** Replaces the card numbers that a plain text itself shows, each with the digits beside it. */
export function withoutCardNumbers(plain: string, mask: string): string {
  return plain.replaceAll(run, (each) => (showsCardNumber(each) ? mask : each));
}

function showsCardNumber(plain: string): boolean {
  const runs = plain.replaceAll(pointInTime, 'x').match(run) ?? [];
  return runs.some((each) => hasCardNumber(each.match(/\d+/g) ?? []));
}

/** Tests whole groups only: some part of a longer number would match by chance. */
function hasCardNumber(groups: readonly string[]): boolean {
  return groups.some((_group, first) => {
    let digits = '';
    for (let next = first; next < groups.length && digits.length < longest; next += 1) {
      digits += groups[next] ?? '';
      if (digits.length >= shortest && digits.length <= longest && hasRightCheckDigit(digits)) return true;
    }
    return false;
  });
}

/** Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1 annex B). */
export function hasRightCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - place));
    const doubled = place % 2 === 0 ? digit : 2 * digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
