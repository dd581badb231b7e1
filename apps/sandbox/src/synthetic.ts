/** Synthetic card data: reproducible from a seed, valid by Luhn, and never a number from a provider's documents. */

export interface Random {
  /** A whole number from 0 up to, but excluding, `limit`. */
  below(limit: number): number;
  digits(count: number): string;
  hex(count: number): string;
  alphanumeric(count: number): string;
  pick<T>(values: readonly [T, ...T[]]): T;
}

/** mulberry32: small, and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }
  const from = (alphabet: string, count: number) =>
    Array.from({ length: count }, () => alphabet.charAt(below(alphabet.length))).join('');
  return {
    below,
    digits: (count) => from('0123456789', count),
    hex: (count) => from('0123456789abcdef', count),
    alphanumeric: (count) => from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', count),
    pick: (values) => values[below(values.length)] ?? values[0],
  };
}

/**
 * Start of a counter of generated numbers: milliseconds since a fixed day. Callers store the numbers they got in their own
 * database, so a later start, or a reset, must not reuse them, unless a `seed` asks for that.
 */
export function firstNumber(seed: number | undefined): number {
  return seed === undefined ? Date.now() - Date.UTC(2026, 0, 1) : 1_000_000 + Math.abs(seed);
}

/** `prefix` + random digits + the Luhn check digit, `length` digits in all. */
export function syntheticPan(random: Random, prefix: string, length = 16): string {
  const body = prefix + random.digits(length - prefix.length - 1);
  let sum = 0;
  for (let place = 0; place < body.length; place += 1) {
    const digit = Number(body.charAt(body.length - 1 - place));
    const doubled = place % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return body + String((10 - (sum % 10)) % 10);
}

const json = JSON as unknown as { rawJSON: (literal: string) => unknown };

/** A number with exactly this literal on the wire, so that `100.00` is not sent as `100`. */
export function numberLiteral(text: string): unknown {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new Error(`Not a number literal: ${text}`);
  return json.rawJSON(text);
}
