import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Secret } from '@card-gateway/core';

/**
 * How the text of `apiSecret` becomes the field encryption key. KeySecure does not publish it (keysecure.md §4.1): the text's
 * own bytes, its base64 or hex decoding, or a digest of it.
 */
export const keyDerivations = ['utf8', 'base64', 'hex', 'md5', 'sha256'] as const;
export type KeyDerivation = (typeof keyDerivations)[number];

/** Assumed until KeySecure confirms one (keysecure.md §4.1). */
export const assumedDerivation: KeyDerivation = 'utf8';

const base64Shape = /^[A-Za-z0-9+/]+={0,2}$/;
const hexShape = /^(?:[0-9a-fA-F]{2})+$/;

/** The key of an `apiSecret`, whose length selects AES-128, -192 or -256; null if it is not an AES key. */
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
   * Possible plaintexts, by the current secret first, then by the previous one (keysecure.md §12, trap 17). A wrong key usually
   * yields nothing, but sometimes garbage: the reader must decide by the content.
   */
  decryptions(ciphertext: string): readonly string[];
}

/** @param keys the current key, and the previous one during rotation of `apiSecret` */
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
