import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto';
import { Pan, Secret } from '@card-gateway/core';

/** A configured key. */
export interface NamedKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Made once: from bytes, every use would make another key object, which costs more than the cipher. */
interface ReadyKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The place of a sealed value, to which it is bound: moved to another row, it cannot be opened. */
export interface SealedPlace {
  readonly table: 'cards' | 'bindings' | 'callbacks' | 'event_destinations';
  /** Without the `_sealed` suffix of its column. */
  readonly column: 'pan' | 'token' | 'record' | 'secrets';
  /** The row's natural key, including the account and the provider's own id. */
  readonly row: readonly string[];
}

/** Check value that identifies a key's bytes without revealing anything about the key. */
export interface KeyCheck {
  readonly kind: 'sealing' | 'fingerprint';
  readonly id: string;
  readonly value: Buffer;
}

/** The check values of a configured key. */
export interface OwnKeyCheck extends KeyCheck {
  /** Its value as a key of the other kind, because the two settings may be swapped. */
  readonly valueAsOther: Buffer;
}

export interface HashedRequest {
  readonly text: string;
  /** Whether codes are left out, which its hash indicates: the database rejects hashes that include them. */
  readonly isPartial: boolean;
}

/**
 * Keeps card data unreadable at rest: sealing by AES-256-GCM under named keys, and keyed fingerprints that find a number
 * without opening anything (docs/decisions/sealed-card-data.md).
 */
export interface Sealing {
  /** The ids of the configured keys, newest first. */
  readonly keyIds: { readonly sealing: readonly string[]; readonly fingerprint: readonly string[] };
  /** One for each configured key. */
  readonly keyChecks: readonly OwnKeyCheck[];
  seal(value: Secret, place: SealedPlace): Buffer;
  /** Opens a value sealed to this place. @throws if it was altered or moved to another row, or its key is not configured */
  open(sealed: Buffer, place: SealedPlace): Secret;
  /** Opens a sealed card number. @throws if it was altered or moved to another row, or its key is not configured */
  openPan(sealed: Buffer, place: SealedPlace): Pan;
  /** The fingerprint under the newest key, `<key id>:<hex>`. */
  fingerprint(value: Secret): string;
  /** The fingerprints under every key, for finding values stored under an older one. */
  fingerprints(value: Secret): string[];
  /** The keyed hash of a request, for telling "same key, same body"; keyed because bodies contain card numbers. */
  hashRequest(request: HashedRequest): string;
  /** Whether the key of a request's hash is configured; without it requests cannot be compared. */
  knowsKeyOf(hash: string): boolean;
  isHashOf(hash: string, request: HashedRequest): boolean;
}

const version = 1;
const ivLength = 12;
const tagLength = 16;

/** @param keys for sealing and for fingerprints, newest first; the two lists must not share a key */
export function createSealing(given: { sealing: readonly NamedKey[]; fingerprint: readonly NamedKey[] }): Sealing {
  const keys = { sealing: given.sealing.map(readyKey), fingerprint: given.fingerprint.map(readyKey) };
  const newestSealing = newest(keys.sealing);
  const newestFingerprint = newest(keys.fingerprint);
  const newestHeader = Buffer.concat([
    Buffer.from([version, Buffer.byteLength(newestSealing.id)]),
    Buffer.from(newestSealing.id),
  ]);

  const fingerprintKeyOf = (hash: string): ReadyKey | undefined =>
    keys.fingerprint.find(({ id }) => hash.startsWith(`${id}:`));

  function digest({ id, key }: ReadyKey, purpose: string, text: string): string {
    return `${id}:${createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex')}`;
  }

  function requestDigest(key: ReadyKey, { text, isPartial }: HashedRequest): string {
    const hash = digest(key, 'request', text);
    return isPartial ? hash.replace(':', ':partial:') : hash;
  }

  function open(sealed: Buffer, place: SealedPlace): Secret {
    const idLength = sealed[1] ?? 0;
    const header = sealed.subarray(0, 2 + idLength);
    const id = header.subarray(2).toString();
    const named = keys.sealing.find((key) => key.id === id);
    if (sealed[0] !== version || named === undefined) throw new Error(`No sealing key "${id}" is configured.`);
    const body = sealed.subarray(header.length + ivLength, -tagLength);
    const iv = sealed.subarray(header.length, header.length + ivLength);
    const decipher = createDecipheriv('aes-256-gcm', named.key, iv, { authTagLength: tagLength })
      .setAAD(additionalData(header, place))
      .setAuthTag(sealed.subarray(-tagLength));
    return new Secret(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8'));
  }

  return {
    keyIds: { sealing: keys.sealing.map(({ id }) => id), fingerprint: keys.fingerprint.map(({ id }) => id) },

    keyChecks: [
      ...keys.sealing.map((key) => keyCheck('sealing', key)),
      ...keys.fingerprint.map((key) => keyCheck('fingerprint', key)),
    ],

    open,

    seal(value, place) {
      const iv = newIv();
      const cipher = createCipheriv('aes-256-gcm', newestSealing.key, iv).setAAD(additionalData(newestHeader, place));
      const ciphertext = cipher.update(value.reveal(), 'utf8');
      return Buffer.concat([newestHeader, iv, ciphertext, cipher.final(), cipher.getAuthTag()]);
    },

    openPan(sealed, place) {
      const pan = Pan.parse(open(sealed, place).reveal());
      if (pan === null) throw new Error('The sealed value is no card number.');
      return pan;
    },

    fingerprint: (value) => digest(newestFingerprint, 'fingerprint', value.reveal()),
    fingerprints: (value) => keys.fingerprint.map((key) => digest(key, 'fingerprint', value.reveal())),
    hashRequest: (request) => requestDigest(newestFingerprint, request),

    knowsKeyOf: (hash) => fingerprintKeyOf(hash) !== undefined,

    isHashOf(hash, request) {
      const key = fingerprintKeyOf(hash);
      if (key === undefined) return false;
      const expected = requestDigest(key, request);
      return hash.length === expected.length && timingSafeEqual(Buffer.from(hash), Buffer.from(expected));
    },
  };
}

/** Random bytes for many vectors: drawing those of one takes a third of the time of sealing. */
const unusedIvs = Buffer.alloc(256 * ivLength);
let usedIvBytes = unusedIvs.length;

/** An initialization vector that was never used before. The cipher copies it. */
function newIv(): Buffer {
  if (usedIvBytes === unusedIvs.length) {
    randomFillSync(unusedIvs);
    usedIvBytes = 0;
  }
  usedIvBytes += ivLength;
  return unusedIvs.subarray(usedIvBytes - ivLength, usedIvBytes);
}

function keyCheck(kind: KeyCheck['kind'], { id, key }: ReadyKey): OwnKeyCheck {
  const valueAs = (one: KeyCheck['kind']): Buffer => createHmac('sha256', key).update(`check\0${one}\0${id}`).digest();
  return { kind, id, value: valueAs(kind), valueAsOther: valueAs(kind === 'sealing' ? 'fingerprint' : 'sealing') };
}

function additionalData(header: Buffer, { table, column, row }: SealedPlace): Buffer {
  return Buffer.concat([header, Buffer.from(JSON.stringify([table, column, ...row]))]);
}

function readyKey({ id, key }: NamedKey): ReadyKey {
  return { id, key: createSecretKey(key) };
}

function newest(keys: readonly ReadyKey[]): ReadyKey {
  const [first] = keys;
  if (first === undefined) throw new Error('At least one key is needed.');
  return first;
}
