import { inspect } from 'node:util';

const masked = '[secret]';

/**
 * A value that must not leak: JSON, string conversion and `util.inspect` show `[secret]`. {@link Secret.reveal} is the only way
 * to read it, used only where the value is sent to its provider or sealed.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return masked;
  }

  toString(): string {
    return masked;
  }

  [inspect.custom](): string {
    return masked;
  }
}

const panShape = /^\d{12,21}$/;

/**
 * A full card number. Its displayable parts (`bin`, `last4`, `masked`) are public; the number itself only through {@link
 * Pan.reveal}. Twelve to 21 digits: ISO/IEC 7812 allows up to 19, and some documents of providers show longer ones. There is no
 * Luhn check, because some providers' numbers fail it.
 */
export class Pan extends Secret {
  readonly bin: string;
  readonly last4: string;

  private constructor(digits: string) {
    super(digits);
    this.bin = digits.slice(0, 6);
    this.last4 = digits.slice(-4);
  }

  /** First six and last four digits with six stars in between, whatever the length: `621700******1234`. */
  get masked(): string {
    return `${this.bin}******${this.last4}`;
  }

  /** Parses a card number, optionally grouped by spaces or hyphens; null if it is not one. */
  static parse(text: string): Pan | null {
    const digits = text.replaceAll(/[ -]/g, '');
    return panShape.test(digits) ? new Pan(digits) : null;
  }
}
