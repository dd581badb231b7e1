import {
  type Decimal,
  hasRightCheckDigit,
  isProviderCode,
  isProviderId,
  parseDecimal,
  redact,
  storableText,
} from '@card-gateway/core';
import { z } from 'zod';
import { NumberLiteral } from './json.ts';

/**
 * An optional field of a row: null means stated as none (`""` and null), `undefined` means not stated or not readable. An odd
 * value costs only its own field.
 */
type Lenient<T> = z.ZodType<T | null | undefined>;

function lenient<T>(read: (text: string) => T | null | undefined): Lenient<T> {
  return z
    .unknown()
    .optional()
    .transform((value) => {
      if (value === null || value === '') return null;
      const text = textOf(value);
      return text === undefined ? undefined : read(text);
    });
}

/** Text, or a number as written on the wire: a provider's documents and samples disagree about which it is. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof NumberLiteral ? value.text : undefined;
}

/** A number is an id by its digits; `1e3` is not, because it may be written differently elsewhere. */
function referenceOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || !isProviderId(text)) return undefined;
  return typeof value === 'string' || /^\d+$/.test(text) ? text : undefined;
}

/** Ids are stored and shown as received, so a sentence must not pass for one. No documented id contains spaces. */
const idShape = /^[\x21-\x7e]+$/;

function idOf(value: unknown): string | undefined {
  const text = referenceOf(value);
  return text !== undefined && idShape.test(text) ? text : undefined;
}

/** Amounts are stored and shown as received too: an amount of a trillion or more with a valid card check digit is rejected. */
const asLongAsCardNumber = /^-?(\d{13,19})(?:\.\d*)?$/;

function amountOf(text: string): Decimal | undefined {
  const decimal = parseDecimal(text);
  const [, digits] = asLongAsCardNumber.exec(decimal ?? '') ?? [];
  return decimal === null || (digits !== undefined && hasRightCheckDigit(digits)) ? undefined : decimal;
}

/** Longer texts are not values of an enumeration. */
const longestWord = 64;
const usualText = 200;

/** `2.0`, `2e0` and `2` are the same number of an enumeration; a word is kept, unless it needs redaction. */
function wordOf(text: string): string {
  const number = parseDecimal(text)?.replace(/\.0+$/, '');
  const word = number === '-0' ? '0' : (number ?? text);
  return isProviderCode(word) ? word : storableText(redact(word) ?? '', longestWord);
}

/** Lenient parsers for the fields of providers' rows. */
export const field = {
  /** Text that is stored or shown, redacted. */
  text: lenient((text) => redact(text)),
  /** Text from which something else is parsed, e.g. a date; neither stored nor shown as received. */
  raw: lenient((text) => storableText(text, usualText)),
  /** The provider's message in full; redact it together with the values that the request carried. */
  message: lenient((text) => text),
  /** The first digits of a product's card numbers, never enough to identify a card (ISO/IEC 7812: up to eight). */
  bin: lenient((text) => (/^\d{1,8}$/.test(text) ? text : undefined)),
  /** A word or number of an enumeration; an undocumented one is kept as received. */
  word: lenient(wordOf),
  /** Id of another resource of the provider. */
  reference: z
    .unknown()
    .optional()
    .transform((value) => (value === null || value === '' ? null : idOf(value))),
  /** A caller's reference that the provider returns: compared with the one sent, and not stored. */
  echo: z
    .unknown()
    .optional()
    .transform((value) => (value === null || value === '' ? null : referenceOf(value))),
  /** An exact amount. */
  amount: lenient(amountOf),
  /** Exactly a JSON boolean. */
  flag: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'boolean' ? value : undefined)),
} as const;

/** Fields that a row requires: a row without one is skipped. */
export const required = {
  /** The provider's id of the row. */
  id: z.unknown().transform((value, context): string => {
    const id = idOf(value);
    if (id !== undefined) return id;
    context.addIssue({ code: 'custom', message: 'expected an id' });
    return z.NEVER;
  }),
  word: z.unknown().transform((value, context): string => {
    const text = textOf(value);
    if (text !== undefined && text !== '') return wordOf(text);
    context.addIssue({ code: 'custom', message: 'expected a word' });
    return z.NEVER;
  }),
  amount: z.unknown().transform((value, context): Decimal => {
    const decimal = amountOf(textOf(value) ?? '');
    if (decimal !== undefined) return decimal;
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }),
} as const;

/** The readable rows of a list, and the number of unreadable ones. */
export interface Rows<Row> {
  readonly read: readonly Row[];
  readonly unreadable: number;
}

/** Keeps the requested rows; others count as unreadable. */
export function onlyRows<Row>({ read, unreadable }: Rows<Row>, isOwn: (row: Row) => boolean): Rows<Row> {
  const own = read.filter(isOwn);
  return { read: own, unreadable: unreadable + read.length - own.length };
}

export function mapRows<Row, Item>({ read, unreadable }: Rows<Row>, itemOf: (row: Row) => Item): Rows<Item> {
  return { read: read.map(itemOf), unreadable };
}

/** Far more than a page has, or a user in an unpaged list. Each row takes microseconds of the event loop. */
const mostRows = 20_000;

/**
 * A list whose rows are parsed one by one, so that an unreadable row costs no other. A list with too many rows is rejected as a
 * whole.
 */
export function rowsOf<Row extends z.ZodType>(row: Row): z.ZodType<Rows<z.output<Row>>> {
  return z
    .array(z.unknown())
    .max(mostRows)
    .transform((values) => {
      const read = values.map((value) => row.safeParse(value)).filter(({ success }) => success);
      return { read: read.map(({ data }) => data as z.output<Row>), unreadable: values.length - read.length };
    });
}
