import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Secret } from '@card-gateway/core';

/**
 * How the text of `apiSecret` becomes the key of field encryption. KeySecure does not publish it (keysecure.md §4.1):
 * the text's own bytes, what it means in base64 or hex, or a digest of it.
 */
export const keyDerivations = ['utf8', 'base64', 'hex', 'md5', 'sha256'] as const;
export type KeyDerivation = (typeof keyDerivations)[number];

/** What is assumed until KeySecure has said better (keysecure.md §4.1). */
export const assumedDerivation: KeyDerivation = 'utf8';

const base64Shape = /^[A-Za-z0-9+/]+={0,2}$/;
const hexShape = /^(?:[0-9a-fA-F]{2})+$/;

/** The key of an `apiSecret`, whose length picks AES-128, -192 or -256; null when that is no AES key. */
export function keyOf(secret: Secret, derivation: KeyDerivation): Buffer | null {
  const key = derived(secret.reveal(), derivation);
  return key !== null && [16, 24, 32].includes(key.length) ? key : null;
}

function derived(text: string, derivation: KeyDerivation): Buffer | null {
  switch (derivation) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'base64':
      return base64Shape.test(text) ? Buffer.from(text, 'base64') : null;
    case 'hex':
      return hexShape.test(text) ? Buffer.from(text, 'hex') : null;
    case 'md5':
    case 'sha256':
      return createHash(derivation).update(text, 'utf8').digest();
  }
}

/** Encryption of single fields: AES in ECB mode with PKCS#5 padding, in standard Base64 (keysecure.md §4.1). */
export interface FieldCipher {
  encrypt(text: string): string;
  /**
   * What a ciphertext may say: by the current secret first, then by the one before it (keysecure.md §12, trap 17). A
   * wrong key mostly yields nothing, yet now and then rubbish: the reader must tell by the content.
   */
  decryptions(ciphertext: string): readonly string[];
}

/** @param keys the current key, and the one before it while `apiSecret` changes */
export function fieldCipher(keys: readonly [Buffer, ...Buffer[]]): FieldCipher {
  const [current] = keys;
  return {
    encrypt(text) {
      const cipher = createCipheriv(algorithmFor(current), current, null);
      return cipher.update(text, 'utf8', 'base64') + cipher.final('base64');
    },
    decryptions(ciphertext) {
      if (!base64Shape.test(ciphertext)) return [];
      return keys.map((key) => decrypted(ciphertext, key)).filter((text) => text !== null);
    },
  };
}

function decrypted(ciphertext: string, key: Buffer): string | null {
  try {
    const decipher = createDecipheriv(algorithmFor(key), key, null);
    const bytes = Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function algorithmFor(key: Buffer): string {
  return `aes-${key.length * 8}-ecb`;
}
