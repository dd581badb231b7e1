import {
  constants,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { hasDoubledMember, parseJson } from '@card-gateway/adapter-kit';
import { Secret } from '@card-gateway/core';
import type { EnvelopeKeys } from './keys.ts';
import type { Profile } from './profile.ts';
import { responseEnvelope } from './wire.ts';

/** The common parameters that are not ciphertext (yixin.md §2.1). */
export interface CommonParameters {
  readonly appId: string;
  readonly requestNo: string;
  readonly method: string;
  readonly version: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** The end user's IP address, not ours (yixin.md §8, trap 17). */
  readonly ip: string;
}

/** A request ready to send. */
export interface SealedRequest {
  /** The envelope as JSON text. */
  readonly body: string;
  /** The AES key of this one request, for a response that reuses it. */
  readonly aesKey: Secret<Buffer>;
}

/** A response with a valid signature. */
export interface OpenedResponse {
  /** `0` is success; no other code is known (yixin.md §2.2). */
  readonly code: string;
  readonly msg: string | null;
  /** The business data with number literals kept; null unless `code` is `0`, the only case in which it is decrypted. */
  readonly params: unknown;
}

/** Encrypts the business parameters with a new AES key and signs the envelope (yixin.md §2.1, §3). */
export function sealRequest(
  common: CommonParameters,
  business: Readonly<Record<string, string>>,
  profile: Profile,
  keys: EnvelopeKeys,
): SealedRequest {
  const aesKey = freshAesKey(profile);
  const plain = profile.rsaEncrypts === 'base64' ? Buffer.from(aesKey.toString('base64')) : aesKey;
  const cipher = createCipheriv(cipherName(profile), createSecretKey(aesKey), profile.aesIv ?? null);
  const params = Buffer.concat([cipher.update(JSON.stringify(business), 'utf8'), cipher.final()]);
  const envelope = {
    ...common,
    key: publicEncrypt({ key: keys.theirs, ...rsaPadding(profile) }, plain).toString(profile.encoding),
    params: params.toString(profile.encoding),
  };
  const signature = sign(profile.digest, textToSign(envelope, profile), keys.ours).toString(profile.encoding);
  return { body: JSON.stringify({ ...envelope, sign: signature }), aesKey: new Secret(aesKey) };
}

/**
 * Opens a response: first the signature, then its key, then `params` (yixin.md §2.2; §8, trap 14). Throws the same error
 * whatever was wrong, so that a forger cannot learn how far a ciphertext got.
 */
export function openResponse(
  body: string,
  requestKey: Secret<Buffer>,
  profile: Profile,
  keys: EnvelopeKeys,
): OpenedResponse {
  try {
    const envelope = responseEnvelope.parse(JSON.parse(body));
    const signed = Object.fromEntries(profile.responseSigned.map((name) => [name, envelope[name]]));
    const signature = Buffer.from(envelope.sign, profile.encoding);
    if (!verify(profile.digest, textToSign(signed, profile), keys.theirs, signature)) throw new Error('signature');
    const code = String(envelope.code);
    const msg = typeof envelope.msg === 'string' ? envelope.msg : null;
    if (code !== '0') return { code, msg, params: null };
    const ownKey = profile.responseKey === 'own' ? textOf(envelope.key) : null;
    const aesKey = ownKey === null ? requestKey.reveal() : decryptKey(ownKey, profile, keys);
    const decipher = createDecipheriv(cipherName(profile), createSecretKey(aesKey), profile.aesIv ?? null);
    const params = Buffer.from(textOf(envelope.params) ?? '', profile.encoding);
    const text = Buffer.concat([decipher.update(params), decipher.final()]).toString('utf8');
    const business = parseJson(text);
    // Readers differ in which of the two they take.
    if (hasDoubledMember(text)) throw new Error('doubled member');
    return { code, msg, params: business };
  } catch {
    throw new Error('The response could not be opened.');
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function decryptKey(key: string, profile: Profile, keys: EnvelopeKeys): Buffer {
  // PKCS#1 v1.5 needs Node 24, whose OpenSSL answers bad padding with a random key instead of an error.
  const plain = privateDecrypt({ key: keys.ours, ...rsaPadding(profile) }, Buffer.from(key, profile.encoding));
  return profile.rsaEncrypts === 'base64' ? Buffer.from(plain.toString('latin1'), 'base64') : plain;
}

function freshAesKey(profile: Profile): Buffer {
  const length = profile.aesKeyBits / 8;
  const bytes = randomBytes(length);
  return profile.aesKeyForm === 'bytes' ? bytes : Buffer.from(bytes.toString('base64url').slice(0, length));
}

function cipherName(profile: Profile): string {
  return `aes-${profile.aesKeyBits}-${profile.aesMode}`;
}

function rsaPadding(profile: Profile): { padding: number; oaepHash?: string } {
  switch (profile.rsaPadding) {
    case 'pkcs1':
      return { padding: constants.RSA_PKCS1_PADDING };
    case 'oaep-sha1':
      return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    case 'oaep-sha256':
      return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  }
}

/** The string to sign: the values as sent, sorted by name; absent and null ones are never included (yixin.md §3). */
function textToSign(values: Readonly<Record<string, unknown>>, profile: Profile): Buffer {
  const entries = Object.entries(values)
    .filter(([, value]) => typeof value === 'number' || (typeof value === 'string' && isSigned(value, profile)))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const text =
    profile.stringToSign === 'json'
      ? JSON.stringify(Object.fromEntries(entries))
      : entries.map(([name, value]) => `${name}=${String(value)}`).join('&');
  return Buffer.from(text + (profile.trailingSecret?.reveal() ?? ''), 'utf8');
}

function isSigned(value: string, profile: Profile): boolean {
  return value !== '' || profile.emptyValues === 'kept';
}
