import { type Decimal, parseDecimal } from '@card-gateway/core';
import { z } from 'zod';

/** A JSON number, as written on the wire, that a JavaScript number would change: `100.00`, or a 19-digit id. */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): never {
    throw new TypeError('A number literal of the wire must be read by a schema before it is written again.');
  }
}

/**
 * Parses external JSON. A number that a JavaScript number would change becomes a {@link NumberLiteral}. A leading byte order
 * mark is ignored. Texts lose what PostgreSQL cannot store: NUL characters and lone surrogates.
 *
 * JSON.parse exposes literals only to a reviver, which makes it up to forty times slower: a megabyte of small numbers would
 * block the process for a third of a second. So such numbers are quoted first.
 *
 * @throws SyntaxError on text that is not JSON, RangeError on JSON that is nested too deeply
 */
export function parseJson(text: string): unknown {
  return parsed(text, (odd) => odd.replaceAll('\0', '').toWellFormed());
}

/** The same but with unchanged texts, for signed content: a cleaned text would not match the signature. */
export function parseSignedJson(text: string): unknown {
  return parsed(text, (odd) => odd);
}

function parsed(text: string, mend: (text: string) => string): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const value: unknown = JSON.parse(json);
  if (mayHoldLiteral.test(json)) {
    const quoted = json.replace(textOrLiteral, (token) => (token.startsWith('"') ? token : `"${mark}${token}"`));
    if (quoted !== json) return restore(JSON.parse(quoted), mend);
  }
  return json.includes(String.raw`\u`) ? restore(value, mend) : value;
}

/** Strings, which are skipped, and numbers with more than 15 digits, a fraction, an exponent, or a signed zero. */
const textOrLiteral = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+[.eE][\d.eE+-]*|-?\d{16,}|-0/g;

/** Such a number, or the same within a string: most answers have neither, which costs a twentieth of skipping their strings. */
const mayHoldLiteral = /(?:^|[\s:,[])(?:-?\d+[.eE]|-?\d{16}|-0)/;

/** Precedes a quoted number. No sender knows it, so none can pass off a text as a number. */
const mark = `${crypto.randomUUID()}:`;

function restore(value: unknown, mend: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return value.startsWith(mark) ? new NumberLiteral(value.slice(mark.length)) : mend(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) members[key] = restore(members[key], mend);
  return members;
}

/** A JSON number, as its wire text. */
const numberText = z.union([
  z.number().transform(String),
  z.instanceof(NumberLiteral).transform((number) => number.text),
]);

/** Schema building blocks for wire fields, on top of {@link parseJson}. */
export const wire = {
  /** A JSON number that is a safe integer; a numeric string is rejected. */
  integer: numberText.transform((text, context) => {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    context.addIssue({ code: 'custom', message: 'expected an integer' });
    return z.NEVER;
  }),
  /** A JSON number or numeric text, as exact decimal text. */
  decimal: z.union([numberText, z.string()]).transform((text, context): Decimal => {
    const decimal = parseDecimal(text);
    if (decimal !== null) return decimal;
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }),
  /** A string or a number, as text: for ids and codes that the documents show in both forms. */
  textOrNumber: z.union([z.string(), numberText]),
  /** Text; `""`, null and absence all mean "none". */
  optionalText: z
    .string()
    .nullish()
    .transform((text) => (text === undefined || text === null || text === '' ? null : text)),
} as const;
