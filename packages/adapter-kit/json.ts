import { type Decimal, parseDecimal } from '@card-gateway/core';
import { z } from 'zod';

/** A JSON number as the text that stood on the wire: `100.00` stays `100.00` and 19-digit ids stay whole. */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): never {
    throw new TypeError('A number literal of the wire must be read by a schema before it is written again.');
  }
}

type ReviverContext = { readonly source?: string };
const parse = JSON.parse as (
  text: string,
  reviver: (this: unknown, key: string, value: unknown, context: ReviverContext) => unknown,
) => unknown;

/**
 * Parses JSON text with every number as its {@link NumberLiteral}, and without the NUL characters that PostgreSQL takes
 * in no text. Throws `SyntaxError` on text that is not JSON.
 */
export function parseJson(text: string): unknown {
  return parse(text, (_key, value, context) => {
    if (typeof value === 'number') return new NumberLiteral(context.source ?? String(value));
    return typeof value === 'string' ? value.replaceAll('\0', '') : value;
  });
}

const literal = z.instanceof(NumberLiteral);

/** Building blocks for schemas of wire fields, on top of {@link parseJson}. */
export const wire = {
  /** A JSON number that is a safe integer; a numeric string is refused. */
  integer: literal.transform((number, context) => {
    const value = Number(number.text);
    if (Number.isSafeInteger(value)) return value;
    context.addIssue({ code: 'custom', message: 'expected an integer' });
    return z.NEVER;
  }),
  /** A JSON number or numeric text, as exact decimal text. */
  decimal: z.union([literal.transform((number) => number.text), z.string()]).transform((text, context): Decimal => {
    const decimal = parseDecimal(text);
    if (decimal !== null) return decimal;
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }),
  /** A string or a number, as text: for ids and codes that the documents show in both forms. */
  textOrNumber: z.union([z.string(), literal.transform((number) => number.text)]),
  /** Text in which `""`, null and absence all say "none". */
  optionalText: z
    .string()
    .nullish()
    .transform((text) => (text === undefined || text === null || text === '' ? null : text)),
} as const;
