import { randomBytes } from 'node:crypto';

/** The kinds of thing that have an id of ours, by the prefix that callers see. */
export const idPrefixes = {
  card: 'card',
  binding: 'bind',
  cardholder: 'chd',
  product: 'prod',
  operation: 'op',
  sync: 'sync',
  apiKey: 'key',
} as const;
export type IdKind = keyof typeof idPrefixes;

/** What callers see: a TypeID (prefix, underscore, 26 characters of Crockford base 32 over a UUIDv7), sortable by time. */
export type PublicId = string;
/** What PostgreSQL keeps: the same UUIDv7 in its hyphenated form. */
export type Uuid = string;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const values = new Map(Array.from(alphabet, (letter, value) => [letter, BigInt(value)]));
let lastMillisecond = 0;
let counter = 0;

/**
 * A new UUIDv7 for the instant `now` (Unix milliseconds). Within one process ids made one after another also sort one
 * after another: the 12 bits behind the time count up inside a millisecond.
 */
export function newUuid(now: number): Uuid {
  const bytes = randomBytes(16);
  if (now <= lastMillisecond) {
    counter += 1;
    if (counter > 0xfff) {
      lastMillisecond += 1;
      counter = 0;
    }
  } else {
    lastMillisecond = now;
    counter = bytes.readUInt16BE(6) & 0x7ff;
  }
  bytes.writeUIntBE(lastMillisecond, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return hyphenate(bytes.toString('hex'));
}

/** The smallest UUIDv7 of an instant: the lower bound for "created after" over time-sortable ids. */
export function firstUuidAt(instant: number): Uuid {
  return hyphenate(`${instant.toString(16).padStart(12, '0')}70008000000000000000`);
}

/** The public form of a uuid: `card_01j…`. */
export function toPublicId(kind: IdKind, uuid: Uuid): PublicId {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1) {
    text = alphabet.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return `${idPrefixes[kind]}_${text}`;
}

/** The uuid behind a public id of that kind, or null when the text is none. */
export function fromPublicId(kind: IdKind, id: PublicId): Uuid | null {
  const prefix = `${idPrefixes[kind]}_`;
  const text = id.slice(prefix.length);
  if (!id.startsWith(prefix) || text.length !== 26 || text > '7zzzzzzzzzzzzzzzzzzzzzzzzz') return null;
  let number = 0n;
  for (const letter of text) {
    const value = values.get(letter);
    if (value === undefined) return null;
    number = (number << 5n) | value;
  }
  return hyphenate(number.toString(16).padStart(32, '0'));
}

/** {@link fromPublicId} for an id that was checked at the edge. @throws RangeError when it is none after all */
export function uuidOf(kind: IdKind, id: PublicId): Uuid {
  const uuid = fromPublicId(kind, id);
  if (uuid === null) throw new RangeError(`Not an id of a ${kind}.`);
  return uuid;
}

function hyphenate(hex: string): Uuid {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
