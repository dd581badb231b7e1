/** Decimal text as PostgreSQL's `numeric` and the providers' literals have it: `-?digits[.digits]`, no exponent. */
export type Decimal = string;

/** No amount of money is longer; PostgreSQL's `numeric` ends at 131,072 digits, and JSON text does not. */
const longestDecimal = 50;

const decimalShape = /^-?\d+(\.\d+)?$/;
const exponentShape = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

/**
 * An amount in major units of its currency. `currency` is null where the provider's documents leave it open: then the
 * amount is what the provider said and nothing may be computed with it.
 */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string | null;
}

/**
 * Reads decimal text exactly, also in exponent form (`1.5e2` → `150`); null when it is no number, or one of more than 50
 * characters. Trailing zeros stay: `100.00` remains `100.00`.
 */
export function parseDecimal(text: string): Decimal | null {
  const decimal = writtenOut(text.trim());
  return decimal !== null && decimal.length <= longestDecimal ? decimal : null;
}

function writtenOut(text: string): Decimal | null {
  if (decimalShape.test(text)) return text;
  const exponent = exponentShape.exec(text);
  if (!exponent) return null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = exponent;
  const point = whole.length + Number(power);
  const digits = whole + fraction;
  const padded = point > digits.length ? digits.padEnd(point, '0') : digits;
  const left = point <= 0 ? '0' : padded.slice(0, point).replace(/^0+(?=\d)/, '');
  const right = point <= 0 ? '0'.repeat(-point) + padded : padded.slice(point);
  return `${sign}${left}${right === '' ? '' : `.${right}`}`;
}
