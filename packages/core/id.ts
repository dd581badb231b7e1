import { randomUUID } from 'node:crypto';

/** Kinds of our ids, by the prefix that callers see. */
export const idPrefixes = {
  card: 'card',
  binding: 'bind',
  cardholder: 'chd',
  product: 'prod',
  operation: 'op',
  sync: 'sync',
  transaction: 'txn',
  transfer: 'trf',
  callback: 'cbk',
  event: 'evt',
  destination: 'dest',
  apiKey: 'key',
} as const;
export type IdKind = keyof typeof idPrefixes;

/**
 * The id that callers see: a TypeID (prefix, underscore, 26 characters of Crockford base 32 over a UUIDv7), sortable by time.
 */
export type PublicId = string;
/** The id that PostgreSQL stores: the same UUIDv7 in hyphenated form. */
export type Uuid = string;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
let lastMillisecond = -1;
let counter = 0;
/** What the ids of that millisecond begin with. */
let beginning = '';

/**
 * A new UUIDv7 for the instant `now` (Unix milliseconds). Ids created in sequence within one process sort in that order: the 12
 * bits after the time count up within a millisecond.
 */
export function newUuid(now: number): Uuid {
  // Its random digits come from a cache that Node fills for many ids at once.
  const random = randomUUID();
  counter += 1;
  if (now > lastMillisecond || counter > 0xfff) {
    counter = now > lastMillisecond ? Number.parseInt(random.slice(0, 3), 16) & 0x7ff : 0;
    lastMillisecond = Math.max(now, lastMillisecond + 1);
    const time = lastMillisecond.toString(16).padStart(12, '0');
    beginning = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  // Both versions have the same variant, and random digits after it.
  return `${beginning}${counter.toString(16).padStart(3, '0')}${random.slice(18)}`;
}

/** The smallest UUIDv7 of an instant: the lower bound for "created after" over time-sortable ids. */
export function firstUuidAt(instant: number): Uuid {
  return hyphenate(`${instant.toString(16).padStart(12, '0')}70008000000000000000`);
}

/** The instant in a UUIDv7, in Unix milliseconds. */
export function instantOf(uuid: Uuid): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** Two characters for each value of ten bits. */
const pairs = Array.from({ length: 1024 }, (_none, value) => alphabet.charAt(value >> 5) + alphabet.charAt(value & 31));
const hyphen = 45;
/** The five bits of a letter, by its code; -1 for no letter. */
const letterValues = Array.from({ length: 128 }, (_none, code) => alphabet.indexOf(String.fromCharCode(code)));
/** Two hexadecimal digits for each value of a byte. */
const bytes = Array.from({ length: 256 }, (_none, value) => value.toString(16).padStart(2, '0'));

/** The public form of a uuid: `card_01j…`. */
export function toPublicId(kind: IdKind, uuid: Uuid): PublicId {
  let text = `${idPrefixes[kind]}_`;
  // 26 characters hold 130 bits: two zero bits precede the uuid's 128.
  let rest = 0;
  let bits = 2;
  for (let at = 0; at < uuid.length; at += 1) {
    const code = uuid.charCodeAt(at);
    if (code === hyphen) continue;
    // The digits are 0x30 to 0x39, the letters 0x61 to 0x66.
    rest = (rest << 4) | ((code & 15) + (code >> 6) * 9);
    bits += 4;
    if (bits < 10) continue;
    bits -= 10;
    text += pairs[rest >> bits] ?? '';
    rest &= (1 << bits) - 1;
  }
  return text;
}

/** The uuid of a public id of that kind; null if the text is not one. */
export function fromPublicId(kind: IdKind, id: PublicId): Uuid | null {
  const prefix = `${idPrefixes[kind]}_`;
  if (
    !id.startsWith(prefix) ||
    id.length !== prefix.length + 26 ||
    id.slice(prefix.length) > '7zzzzzzzzzzzzzzzzzzzzzzzzz'
  ) {
    return null;
  }
  let hex = '';
  // The inverse: the first two of its 130 bits are zero.
  let rest = 0;
  let bits = -2;
  for (let at = prefix.length; at < id.length; at += 1) {
    const value = letterValues[id.charCodeAt(at)] ?? -1;
    if (value < 0) return null;
    rest = (rest << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    hex += bytes[rest >> bits] ?? '';
    rest &= (1 << bits) - 1;
  }
  return hyphenate(hex);
}

/** Before all others; nothing has it. */
export const nilUuid: Uuid = '00000000-0000-0000-0000-000000000000';

/** {@link fromPublicId} for an id that was validated at the edge. @throws RangeError if it is invalid after all */
export function uuidOf(kind: IdKind, id: PublicId): Uuid {
  const uuid = fromPublicId(kind, id);
  if (uuid === null) throw new RangeError(`Not an id of a ${kind}.`);
  return uuid;
}

function hyphenate(hex: string): Uuid {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
