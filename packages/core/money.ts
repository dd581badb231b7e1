/** Decimal text as in PostgreSQL's `numeric` and the providers' literals: `-?digits[.digits]`, no exponent. */
export type Decimal = string;

/** Longer than any amount of money. `numeric` is limited to 131,072 digits; JSON text is not limited. */
const longestDecimal = 50;

const decimalShape = /^-?\d+(\.\d+)?$/;
const exponentShape = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,3})$/;

/**
 * An amount in major units of its currency. `currency` is null where the provider's documents leave it open; then the amount is
 * shown as the provider stated it and must not be used in calculations.
 */
export interface Money {
  readonly amount: Decimal;
  readonly currency: string | null;
}

/** An amount in this currency; null without one. */
export function moneyOf(amount: Decimal | null, currency: string | null): Money | null {
  return amount === null ? null : { amount, currency };
}

/**
 * Parses decimal text exactly, including exponent form (`1.5e2` → `150`); null if it is not a number or has more than 50
 * characters. Trailing zeros are kept: `100.00` stays `100.00`.
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
