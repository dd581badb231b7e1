import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** The two keys of an account (yixin.md §3, "Key ownership"). */
export interface EnvelopeKeys {
  /** Our private key: signs requests and decrypts the `key` of responses. */
  readonly ours: KeyObject;
  /** Yixin's public key: encrypts our `key` and verifies the signature of responses. */
  readonly theirs: KeyObject;
}

/** What a text contains instead of the expected key. */
export type WrongKey = 'private' | 'public' | 'encrypted' | 'none';

/** Parses an RSA private key, PKCS#8 as PEM or bare Base64 DER. */
export function readPrivateKey(text: string): KeyObject | WrongKey {
  const key = privateKeyOf(text);
  if (key !== null) return key;
  if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) return 'encrypted';
  return publicKeyOf(text) === null ? 'none' : 'public';
}

/** Parses an RSA public key, X.509 SPKI as PEM or bare Base64 DER. From a private key Node would take the public half. */
export function readPublicKey(text: string): KeyObject | WrongKey {
  if (privateKeyOf(text) !== null || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'private';
  return publicKeyOf(text) ?? 'none';
}

function privateKeyOf(text: string): KeyObject | null {
  return rsaKey(() =>
    createPrivateKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

function publicKeyOf(text: string): KeyObject | null {
  return rsaKey(() =>
    createPublicKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  );
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

function rsaKey(read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}
