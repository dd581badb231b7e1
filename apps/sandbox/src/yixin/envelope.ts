import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { Keys } from './settings.ts';

/**
 * The default profile of yixin.md §3, every row of which is [ASSUMED] there: AES-128-ECB with PKCS#5 padding, a fresh key per
 * message, RSA PKCS#1 v1.5 over the Base64 text of that key, SHA256withRSA, standard Base64 everywhere.
 */
export interface Crypto {
  verified(fields: Readonly<Record<string, unknown>>): boolean;
  /** Throws the same error whatever is wrong (§8.14). */
  opened(key: unknown, params: unknown): string;
  sealed(code: number | string, msg: string, params: string | undefined): Record<string, unknown>;
}

export function createCrypto(keys: Keys): Crypto {
  const partner = createPublicKey(keys.partnerPublicKey);
  const own = createPrivateKey(keys.privateKey);
  return {
    verified: (fields) => {
      const signature = fromBase64(fields['sign']);
      return signature !== undefined && verify('sha256', Buffer.from(stringToSign(fields)), partner, signature);
    },
    opened: (key, params) => open(own, key, params),
    sealed: (code, msg, params) => {
      // §2.2, §3: the answer has its own key, and `sign` covers the members present.
      const body = { code, msg, ...(params === undefined ? {} : seal(partner, params)) };
      return { ...body, sign: sign('sha256', Buffer.from(stringToSign(body)), own).toString('base64') };
    },
  };
}

/** All members present except `sign`, sorted, `name=value` joined with `&`, values as sent. */
function stringToSign(fields: Readonly<Record<string, unknown>>): string {
  return Object.keys(fields)
    .filter((name) => name !== 'sign' && fields[name] !== null && fields[name] !== undefined)
    .sort()
    .map((name) => `${name}=${String(fields[name])}`)
    .join('&');
}

function open(own: KeyObject, key: unknown, params: unknown): string {
  const failed = new Error('The envelope could not be opened.');
  const sealedKey = fromBase64(key);
  const sealedParams = fromBase64(params);
  if (sealedKey === undefined || sealedParams === undefined) throw failed;
  try {
    const keyText = privateDecrypt({ key: own, padding: constants.RSA_PKCS1_PADDING }, sealedKey);
    const aesKey = fromBase64(keyText.toString('latin1'));
    if (aesKey === undefined) throw failed;
    const decipher = createDecipheriv('aes-128-ecb', aesKey, null);
    return Buffer.concat([decipher.update(sealedParams), decipher.final()]).toString('utf8');
  } catch {
    throw failed;
  }
}

/** Standard alphabet, padded, no line breaks; Node's parser is more lenient. */
function fromBase64(value: unknown): Buffer | undefined {
  if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}

function seal(partner: KeyObject, params: string): { params: string; key: string } {
  const aesKey = randomBytes(16);
  const cipher = createCipheriv('aes-128-ecb', aesKey, null);
  const sealed = Buffer.concat([cipher.update(params, 'utf8'), cipher.final()]).toString('base64');
  const keyText = Buffer.from(aesKey.toString('base64'));
  const key = publicEncrypt({ key: partner, padding: constants.RSA_PKCS1_PADDING }, keyText).toString('base64');
  return { params: sealed, key };
}
