import { createHash } from 'node:crypto';

/** What every API key begins with, so that one is known where it should not stand. */
export const apiKeyPrefix = 'cgk_';

/** The stored form of an API key. Keys are 256 random bits, so that a plain hash is enough. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
