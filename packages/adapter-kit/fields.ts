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
 * A field of which a row can do without: null is said to be none (`""` and null), `undefined` is not said, or not readable.
 * An odd value costs itself and nothing else.
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

/** Text, or a number as it stood on the wire: the documents and the samples of a provider disagree about which it is. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof NumberLiteral ? value.text : undefined;
}

/** An id that was written as a number is one by its digits; `1e3` is none, for nobody knows how it is written elsewhere. */
function referenceOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || !isProviderId(text)) return undefined;
  return typeof value === 'string' || /^\d+$/.test(text) ? text : undefined;
}

/** Ids are kept and shown as they come, so that a sentence must not pass for one. None of the documents has blanks in its ids. */
const idShape = /^[\x21-\x7e]+$/;

function idOf(value: unknown): string | undefined {
  const text = referenceOf(value);
  return text !== undefined && idShape.test(text) ? text : undefined;
}

/** Amounts are kept and shown as they come, too: one of a trillion and more that is a card number by its check digit is none. */
const asLongAsCardNumber = /^-?(\d{13,19})(?:\.\d*)?$/;

function amountOf(text: string): Decimal | undefined {
  const decimal = parseDecimal(text);
  const [, digits] = asLongAsCardNumber.exec(decimal ?? '') ?? [];
  return decimal === null || (digits !== undefined && hasRightCheckDigit(digits)) ? undefined : decimal;
}

/** Longer words of a state or kind are no words of a state. */
const longestWord = 64;
const usualText = 200;

/** `2.0`, `2e0` and `2` are one number of an enumeration; a word stays as it is, unless it is none but a text to be redacted. */
function wordOf(text: string): string {
  const number = parseDecimal(text)?.replace(/\.0+$/, '');
  const word = number === '-0' ? '0' : (number ?? text);
  return isProviderCode(word) ? word : storableText(redact(word) ?? '', longestWord);
}

/** Fields of a provider's rows, each read as far as it can be read. */
export const field = {
  /** Text that is kept or shown, redacted. */
  text: lenient((text) => redact(text)),
  /** Text of which something else is read, such as a date: it is neither kept nor shown as it came. */
  raw: lenient((text) => storableText(text, usualText)),
  /** What the provider says of its answer, in full: it is redacted with what the request carried. */
  message: lenient((text) => text),
  /** The first digits of a product's card numbers: never so many that they identify a card (ISO/IEC 7812: up to eight). */
  bin: lenient((text) => (/^\d{1,8}$/.test(text) ? text : undefined)),
  /** A word or number of an enumeration, so that one which no document lists is kept as it came. */
  word: lenient(wordOf),
  /** An id of another thing of the provider's. */
  reference: z
    .unknown()
    .optional()
    .transform((value) => (value === null || value === '' ? null : idOf(value))),
  /** A reference of a caller's that the provider hands back: compared with the one that was sent, and not kept. */
  echo: z
    .unknown()
    .optional()
    .transform((value) => (value === null || value === '' ? null : referenceOf(value))),
  /** An exact amount. */
  amount: lenient(amountOf),
  /** A JSON boolean, and nothing else. */
  flag: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'boolean' ? value : undefined)),
} as const;

/** The fields that a row cannot do without: a row that lacks one is left out. */
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

/** The rows of a list that could be read, and how many could not. */
export interface Rows<Row> {
  readonly read: readonly Row[];
  readonly unreadable: number;
}

/** The rows that are the ones asked for; others count as unreadable. */
export function onlyRows<Row>({ read, unreadable }: Rows<Row>, isOwn: (row: Row) => boolean): Rows<Row> {
  const own = read.filter(isOwn);
  return { read: own, unreadable: unreadable + read.length - own.length };
}

/** The same rows, as something else. */
export function mapRows<Row, Item>({ read, unreadable }: Rows<Row>, itemOf: (row: Row) => Item): Rows<Item> {
  return { read: read.map(itemOf), unreadable };
}

/** Far more than a page has, or one user of a list without pages. Each row takes some microseconds of everybody's time. */
const mostRows = 20_000;

/** A list whose rows are read one by one, so that one which cannot be read costs no other. One of too many is not read at all. */
export function rowsOf<Row extends z.ZodType>(row: Row): z.ZodType<Rows<z.output<Row>>> {
  return z
    .array(z.unknown())
    .max(mostRows)
    .transform((values) => {
      const read = values.map((value) => row.safeParse(value)).filter(({ success }) => success);
      return { read: read.map(({ data }) => data as z.output<Row>), unreadable: values.length - read.length };
    });
}
