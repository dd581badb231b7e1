import { NumberLiteral } from '@card-gateway/adapter-kit';

/**
 * How the provider's JSON library writes texts and numbers. It is not published which generation signs; both were run
 * (keysecure.md §12, trap 21).
 */
export interface Generation {
  text(value: string): string;
  /** @param literal the number's literal on the wire */
  number(literal: string): string;
}

/** The order of members within a nested object. */
export type MemberOrder = (names: readonly string[]) => readonly string[];

/** A value without whitespace, and without its objects' null members, as the library writes it. */
export function compactJson(value: unknown, generation: Generation, order: MemberOrder): string {
  if (typeof value === 'string') return generation.text(value);
  if (typeof value === 'number') return generation.number(String(value));
  if (value instanceof NumberLiteral) return generation.number(value.text);
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, generation, order)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = new Map(Object.entries(value).filter(([, member]) => member !== null));
  const texts = order([...members.keys()]).map(
    (name) => `${generation.text(name)}:${compactJson(members.get(name), generation, order)}`,
  );
  return `{${texts.join(',')}}`;
}

/** fastjson2 2.0.57: texts as in JavaScript, decimals unchanged, and an exponent makes a `double`. */
export const fastjson2: Generation = {
  text: (value) => JSON.stringify(value),
  number: (literal) => (/e/i.test(literal) ? javaDouble(Number(literal)) : literal),
};

/** fastjson 1.2.83: escapes more, in upper case, and writes decimals by `BigDecimal.toString`. */
export const fastjson1: Generation = {
  text: (value) =>
    JSON.stringify(value)
      .replaceAll(/\\u([0-9a-f]{4})|\\./g, (escaped, code?: string) => (code ? `\\u${code.toUpperCase()}` : escaped))
      .replaceAll(/[\u007F-\u009F\u2028\u2029]/g, (sign) => `\\u${hexOf(sign)}`),
  number: (literal) => (/[.e]/i.test(literal) ? bigDecimal(literal) : literal),
};

function hexOf(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}

/** `new BigDecimal(literal).toString()`. */
function bigDecimal(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, '');
  const scale = fraction.length - Number(exponent);
  const shown = digits === '0' ? '' : sign;
  const power = digits.length - 1 - scale;
  if (scale === 0) return shown + digits;
  if (scale > 0 && power >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    return `${shown}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${shown}${mantissa}E${power < 0 ? '' : '+'}${power}`;
}

/** `Double.toString`: plain from a thousandth to ten million, and always with a fraction. */
function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
