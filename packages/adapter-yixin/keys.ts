import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** The two keys an account holds (yixin.md §3, "Key ownership"). */
export interface EnvelopeKeys {
  /** Our private key: signs requests and decrypts the `key` of responses. */
  readonly ours: KeyObject;
  /** Yixin's public key: encrypts our `key` and verifies the signature of responses. */
  readonly theirs: KeyObject;
}

/** Reads an RSA private key, PKCS#8 as PEM or as bare Base64 DER; null when the text is none. */
export function readPrivateKey(text: string): KeyObject | null {
  return rsaKey(() =>
    createPrivateKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

/** Reads an RSA public key, X.509 SPKI as PEM or as bare Base64 DER; null when the text is none. */
export function readPublicKey(text: string): KeyObject | null {
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
