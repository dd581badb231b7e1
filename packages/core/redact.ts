import { hasRightCheckDigit, withoutCardNumbers } from './card-number.ts';
import { decodedWords, plainText } from './plain-text.ts';
import { spellingsOf } from './spellings.ts';
import { storableText } from './storable.ts';

const longestMessage = 200;
/** Longer messages are truncated: regular expressions on long texts exhaust the stack, or time. */
const longestRead = 2000;
/** Length at the cut that may be the beginning of a card number, address or token. */
const longestOfOthers = 64;
const mask = '***';
/** Two digits of one number may be separated by up to two arbitrary characters and a space. */
const between = String.raw`[^\p{L}\p{N}]{0,3}`;
const digit = String.raw`[\p{N}零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]`;
/** Shortest redacted number: card and phone numbers, and codes. */
const leastDigits = 6;
const number = new RegExp(`${digit}(?:${between}${digit}){${leastDigits - 1},}`, 'gu');
/** Shortest security code, PIN or SMS code. */
const shortNumber = new RegExp(`${digit}(?:${between}${digit}){2,}`, 'gu');
/** A card number in groups, with anything between them: tags, words, names of JSON members. */
const groups = /(?<!\d)(?:\d{4}(?:\D{1,16}\d{4}){2}\D{1,16}\d{1,7}|\d{4}\D{1,16}\d{6}\D{1,16}\d{5})(?!\d)/g;
/** Thirteen or more single digits with the same separator. */
const singly = /(?<!\d)\d(\D{1,8})\d(?:\1\d){11,}(?!\d)/g;
/** A single code in base64. */
const encodedCode = /(?<![\w+/])[\w+/]{4,8}={0,2}(?![\w+/=])/g;
const codeWord = /cvv|cvc|cvn|\botp\b|\b(?:security|sms|verification|card)[ _-]?code|安全码|验证码|密码/i;
/** Matches `cardPin` but not `shipping`. */
const pinWord = /(?<![A-Za-z])pin(?![a-z])|Pin(?![a-z])|(?<![A-Z])PIN(?![A-Z])/;
/** A payment or share token, if it contains a digit; our own ids and UUIDs are shorter. */
const longWord = /(?<![\w+/=-])[\w+/=-]{40,}/g;
/** Anchored at the start of a word, like the others: trying every letter of a long word would take minutes. */
const mailAddress = /(?<![^\s@<>"'])[^\s@<>"']+@[^\s@<>"']+/g;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f]+/g;

/**
 * Makes a provider's text safe to store, show and log: at most 200 characters, with the following replaced by `***` however
 * they are written (see {@link plainText}; also as base64 or hex): numbers of six or more digits (card and phone numbers,
 * codes) with up to two separators between digits; numbers of three or more digits in a text that mentions a security code, PIN
 * or SMS code; mail addresses; tokens of 40 or more characters; and every text in `hide`, case-insensitively and in the forms
 * of {@link spellingsOf}. A short one takes the whole word with it, because the rest of the word would show it.
 *
 * @param hide the sensitive values of the request, which a provider may echo
 */
export function redact(message: string | null | undefined, hide: readonly string[] = []): string | null {
  if (message === null || message === undefined || message === '') return null;
  const known = cleanMessages.get(message);
  if (known !== undefined && hide.every((secret) => isAbsent(secret, known))) return message;
  const secrets = secretsOf(hide);
  const read = storableText(message, longestRead);
  const whole = plainText(read);
  // NFKC can expand one character to eighteen.
  let text = whole.slice(0, longestRead);
  const isPart = message.length > longestRead || whole.length > longestRead;
  if (isPart) {
    // A secret that continues beyond the cut is not recognised: drop its possible beginning.
    text = text.slice(0, Math.max(0, text.length - Math.max(longestOfOthers, secrets.longest)));
  }
  const clean = masked(text, secrets);
  // A message with nothing to hide stays exactly as the provider wrote it, including full-width commas.
  const shown = clean === text && !isPart ? read : clean;
  const result = storableText(shown.replace(controlCharacters, ' '), longestMessage);
  if (result === message && cleanMessages.size < mostCleanMessages && isMemorable(text)) {
    cleanMessages.set(message, lettersOf(text));
  }
  return result;
}

/**
 * Messages in which there was nothing to hide, each with its letters: a provider says the same few with almost every success,
 * and to examine one takes longer than everything else in reading an answer.
 */
const cleanMessages = new Map<string, string>();
const mostCleanMessages = 500;

/** Whether a text can contain a hidden one only as its own letters: it has no digit, and no word that may be encoded. */
function isMemorable(text: string): boolean {
  return !/\d/.test(text) && decodedWords(text).length === 0;
}

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');

/** Printable ASCII that {@link plainText} leaves as it is. */
const isOneSpelling = /^(?!.*(?:[%\\&]|U\+|0x))[ -~]*$/i;

/** Whether a hidden text certainly is not in a memorable text with these letters; false if in doubt. */
function isAbsent(secret: string, letters: string): boolean {
  if (!isOneSpelling.test(secret)) return false;
  // Its other spellings are dates, which have digits as well.
  if (/\d/.test(secret)) return true;
  const own = lettersOf(secret);
  return secret === '' || (own !== '' && !letters.includes(own));
}

/** Card and phone numbers: nine contiguous digits, or twelve in groups with one sign between them. */
const longNumber = /\d(?:[^\p{L}\p{N}:,]?\d){11,}|\d{9,}/gu;
/** An IPv4 address may have twelve digits, fewer than any card number. */
const address = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * A person's text without card and phone numbers, however their digits are written (see {@link plainText}; also as base64 or hex);
 * card numbers also with up to three signs between their groups. One without any stays as it is.
 */
export function withoutLongNumbers(text: string): string {
  const plain = plainText(text);
  let clean = plain;
  for (const { word, texts } of decodedWords(plain)) {
    if (texts.some((each) => numbersMasked(each) !== each)) clean = clean.replaceAll(word, mask);
  }
  clean = numbersMasked(clean);
  return clean === plain ? text : clean;
}

function numbersMasked(plain: string): string {
  const clean = plain.replaceAll(longNumber, (each) => (address.test(each) ? each : mask));
  return withoutCardNumbers(clean, mask);
}

const code = /^[\w.-]{1,32}$/;
/** Always a code, even if it happens to equal a postal code or user id. The longest documented one has five digits. */
const shortCode = /^-?\d{1,5}$/;
/** No documented code has three digits: if the request carried this value, it is a security code. */
const threeDigits = /^\d{3}$/;
/** Six digits may be an SMS code that the request carried. */
const sixDigits = /^\d{6}$/;

/**
 * Whether a text can be shown as a provider's code: a short word in which {@link redact} finds nothing to hide. Any other text
 * is treated as part of the provider's message and redacted.
 */
export function isProviderCode(text: string, hide: readonly string[] = []): boolean {
  if (shortCode.test(text)) return !(threeDigits.test(text) && hide.includes(text));
  return code.test(text) && (sixDigits.test(text) ? !hide.includes(text) : redact(text, hide) === text);
}

interface Secrets {
  /** In {@link plainText}'s form, longest first, so that a short text does not break up a longer one that contains it. */
  readonly words: readonly string[];
  /** As long as numbers that are masked anyway, but matched only where their digits are close together. */
  readonly numbers: readonly string[];
  /** Shorter numbers, applied last, because the user id `1` must not break up a card number. */
  readonly digits: readonly string[];
  /** Maximum length of any of them in a message: percent-encoded, with separators. */
  readonly longest: number;
}

function secretsOf(hide: readonly string[]): Secrets {
  const texts = hide.flatMap(spellingsOf).filter((text) => text !== '');
  texts.sort((one, other) => other.length - one.length);
  const isDigits = (text: string): boolean => /^\d+$/.test(text);
  return {
    words: texts.filter((text) => !isDigits(text)),
    numbers: texts.filter((text) => isDigits(text) && text.length >= leastDigits),
    digits: texts.filter((text) => isDigits(text) && text.length < leastDigits),
    longest: 3 * (texts[0]?.length ?? 0),
  };
}

/** Decodes two levels; a provider that encodes more often than that does so on purpose. */
const deepest = 2;
/** Shorter texts occur by chance in decoded bytes. */
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
  // A provider may change case and separators of the texts it echoes.
  for (const word of words) {
    clean = clean.replaceAll(isShortWord.test(word) ? wholeWord(word) : spelled(word.split(/\s+/)), mask);
  }
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

/** Separator allowed between two digits of a hidden number. */
const gap = String.raw`\D{0,8}`;
const signs = /[^\p{L}\p{N}]+/gu;

/** The given words that occur in a text with separators between their letters, returned as letters only. */
function spaced(text: string, words: readonly string[]): string[] {
  const letters = words.map((word) => word.replaceAll(signs, '').toLowerCase()).filter(isSpacedByWill);
  if (letters.length === 0) return [];
  const all = text.replaceAll(signs, '').toLowerCase();
  return letters.filter((each) => all.includes(each));
}

/** Shorter words occur by chance in any sentence when letters may be separated. */
const isSpacedByWill = ({ length }: string): boolean => length >= 5;

function isDigitsInBase64(word: string): boolean {
  return /^\d{3,6}$/.test(Buffer.from(word, 'base64').toString('latin1'));
}

/** Occurs by chance within other words, as `Li` in `invalid`. */
const isShortWord = /^[a-z]{1,4}$/i;

function wholeWord(part: string): RegExp {
  return new RegExp(`(?<![a-z])[a-z]*?${part}[a-z]*`, 'gi');
}

/** Compiled anew for each call, so it must compile fast: a case-insensitive Unicode class takes milliseconds. */
function spelled(parts: readonly string[], most = 3): RegExp {
  return new RegExp(parts.map((part) => RegExp.escape(part)).join(`[^a-z0-9]{0,${most}}`), 'gi');
}
