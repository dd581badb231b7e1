import { hash } from 'node:crypto';

/** Prefix of every API key, so that leaked keys are recognisable. */
export const apiKeyPrefix = 'cgk_';

/** The stored form of an API key. Keys are 256 random bits, so a plain hash is enough. */
export function hashApiKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
