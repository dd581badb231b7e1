import { hasRightCheckDigit } from './card-number.ts';
import { decodedWords, plainText } from './plain-text.ts';
import { storableText } from './storable.ts';

const longestMessage = 200;
/** More of a message is not looked at: expressions that fit long texts run out of stack, or of time. */
const longestRead = 2000;
/** What may be the beginning of a card number, address or token behind the part that is read. */
const longestOfOthers = 64;
const mask = '***';
/** Up to two signs of any kind, and a blank, may stand between two digits of one number. */
const between = String.raw`[^\p{L}\p{N}]{0,3}`;
const digit = String.raw`[\p{N}零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]`;
/** Of card and phone numbers, and codes. */
const leastDigits = 6;
const number = new RegExp(`${digit}(?:${between}${digit}){${leastDigits - 1},}`, 'gu');
/** What a security code, a PIN or an SMS code has at least. */
const shortNumber = new RegExp(`${digit}(?:${between}${digit}){2,}`, 'gu');
/** A card number in groups, with anything between them: tags, words, names of JSON members. */
const groups = /(?<!\d)(?:\d{4}(?:\D{1,16}\d{4}){2}\D{1,16}\d{1,7}|\d{4}\D{1,16}\d{6}\D{1,16}\d{5})(?!\d)/g;
/** Thirteen digits or more one by one, with the same between all of them. */
const singly = /(?<!\d)\d(\D{1,8})\d(?:\1\d){11,}(?!\d)/g;
/** A code by itself in base64. */
const encodedCode = /(?<![\w+/])[\w+/]{4,8}={0,2}(?![\w+/=])/g;
const codeWord = /cvv|cvc|cvn|\botp\b|\b(?:security|sms|verification|card)[ _-]?code|安全码|验证码|密码/i;
/** Not in `shipping`, but in `cardPin`. */
const pinWord = /(?<![A-Za-z])pin(?![a-z])|Pin(?![a-z])|(?<![A-Z])PIN(?![A-Z])/;
/** A payment or share token, if it has a digit; our own ids and UUIDs are shorter. */
const longWord = /(?<![\w+/=-])[\w+/=-]{40,}/g;
/** Looked for from the beginning of a word alone, like these: from each letter on, long words would take minutes. */
const mailAddress = /(?<![^\s@<>"'])[^\s@<>"']+@[^\s@<>"']+/g;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f]+/g;

/**
 * Makes a provider's text fit to be kept, shown and logged: at most 200 characters, with these replaced by `***`, however they
 * are written (see {@link plainText}; also as base64 or hex): numbers of six or more digits (card and phone numbers, codes),
 * with up to two signs between their digits; numbers of three or more in a text that speaks of a security code, PIN or SMS
 * code; mail addresses; tokens of 40 or more characters; and every text in `hide`, in capitals or not.
 *
 * @param hide the sensitive values of the request, which a provider may echo
 */
export function redact(message: string | null | undefined, hide: readonly string[] = []): string | null {
  if (message === null || message === undefined || message === '') return null;
  const secrets = secretsOf(hide);
  const read = storableText(message, longestRead);
  const whole = plainText(read);
  // One character may stand for eighteen.
  let text = whole.slice(0, longestRead);
  const isPart = message.length > longestRead || whole.length > longestRead;
  if (isPart) {
    // A secret that goes on behind the part that was read is not recognised: its beginning is cut off.
    text = text.slice(0, Math.max(0, text.length - Math.max(longestOfOthers, secrets.longest)));
  }
  const clean = masked(text, secrets);
  // A message in which there is nothing to hide stays as the provider wrote it, full-width commas and all.
  const shown = clean === text && !isPart ? read : clean;
  return storableText(shown.replace(controlCharacters, ' '), longestMessage);
}

const code = /^[\w.-]{1,32}$/;
/** A code, whatever else it may be by chance: a postal code, a user's id. The longest that a document names has five digits. */
const shortCode = /^-?\d{1,5}$/;
/** No document names a code of three digits: what the request carried as such is a card's security code. */
const threeDigits = /^\d{3}$/;
/** Six digits may be an SMS code, which the request then carried. */
const sixDigits = /^\d{6}$/;

/**
 * Whether a text can be shown as a provider's code: a short word in which {@link redact} finds nothing to hide. Any other is
 * a part of the provider's message, redacted like it.
 */
export function isProviderCode(text: string, hide: readonly string[] = []): boolean {
  if (shortCode.test(text)) return !(threeDigits.test(text) && hide.includes(text));
  return code.test(text) && (sixDigits.test(text) ? !hide.includes(text) : redact(text, hide) === text);
}

interface Secrets {
  /** In {@link plainText}'s form, the longest first: a short text must not break up a longer one that contains it. */
  readonly words: readonly string[];
  /** As many digits as a number has that is masked anyway, but only where they stand close together. */
  readonly numbers: readonly string[];
  /** Shorter than that; after those, for the user's id `1` must not break up a card number. */
  readonly digits: readonly string[];
  /** What the longest of them can take up at most: percent-encoded, with signs between. */
  readonly longest: number;
}

function secretsOf(hide: readonly string[]): Secrets {
  const texts = hide.map(plainText).filter((text) => text !== '');
  texts.sort((one, other) => other.length - one.length);
  const isDigits = (text: string): boolean => /^\d+$/.test(text);
  return {
    words: texts.filter((text) => !isDigits(text)),
    numbers: texts.filter((text) => isDigits(text) && text.length >= leastDigits),
    digits: texts.filter((text) => isDigits(text) && text.length < leastDigits),
    longest: 3 * (texts[0]?.length ?? 0),
  };
}

/** A text within a text within the message: whoever encodes it once more wants it not to be found, and finds another way. */
const deepest = 2;
/** A shorter one stands in the bytes of any word by chance. */
const shortestEncoded = 4;

function masked(text: string, { words, numbers, digits, longest }: Secrets, depth = 0): string {
  let clean = text;
  if (depth < deepest) {
    const isLongEnough = (secret: string): boolean => secret.length >= shortestEncoded;
    const inside = { words: words.filter(isLongEnough), numbers, digits: digits.filter(isLongEnough), longest };
    for (const { word, texts } of decodedWords(text)) {
      if (texts.some((each) => masked(each, inside, depth + 1) !== each)) clean = clean.replaceAll(word, mask);
    }
  }
  // A provider may write in capitals what it was sent in small letters, and put other signs between words.
  for (const word of words) clean = clean.replaceAll(spelled(word.split(/\s+/)), mask);
  for (const letters of spaced(clean, words)) clean = clean.replaceAll(spelled(Array.from(letters), 8), mask);
  const onlyDigits = numbers.length === 0 ? '' : clean.replaceAll(/\D+/g, '');
  for (const secret of numbers) {
    if (onlyDigits.includes(secret)) clean = clean.replaceAll(new RegExp(secret.split('').join(gap), 'g'), mask);
  }
  const speaksOfCode = codeWord.test(text) || pinWord.test(text);
  if (speaksOfCode) clean = clean.replaceAll(encodedCode, (word) => (isDigitsInBase64(word) ? mask : word));
  clean = clean
    .replaceAll(mailAddress, mask)
    .replaceAll(longWord, (word) => (/\d/.test(word) ? mask : word))
    .replaceAll(groups, (found) => (hasRightCheckDigit(found.replaceAll(/\D/g, '')) ? mask : found))
    .replaceAll(singly, mask)
    .replaceAll(speaksOfCode ? shortNumber : number, mask);
  for (const secret of digits) clean = clean.replaceAll(spelled(secret.split('')), mask);
  return clean;
}

/** What may stand between two digits of a number that is to be hidden. */
const gap = String.raw`\D{0,8}`;
const signs = /[^\p{L}\p{N}]+/gu;

/** The words that stand in a text with signs between their letters, as their letters. */
function spaced(text: string, words: readonly string[]): string[] {
  const letters = words.map((word) => word.replaceAll(signs, '').toLowerCase()).filter(isSpacedByWill);
  if (letters.length === 0) return [];
  const all = text.replaceAll(signs, '').toLowerCase();
  return letters.filter((each) => all.includes(each));
}

/** A shorter word stands, with signs between its letters, in any sentence by chance. */
const isSpacedByWill = ({ length }: string): boolean => length >= 5;

function isDigitsInBase64(word: string): boolean {
  return /^\d{3,6}$/.test(Buffer.from(word, 'base64').toString('latin1'));
}

/** Made anew for each call, so that it must be made fast: a Unicode class in it, in any case of letters, takes milliseconds. */
function spelled(parts: readonly string[], most = 3): RegExp {
  return new RegExp(parts.map((part) => RegExp.escape(part)).join(`[^a-z0-9]{0,${most}}`), 'gi');
}
