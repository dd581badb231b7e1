import { createHash } from 'node:crypto';

/**
 * An Idempotency-Key as it is kept and compared: a caller may have made it of anything, a card number too. Migrations hash
 * those of before alike. It is the hash of nothing but the key, so that it is the same whoever hashes it, and when.
 */
export function keyHash(idempotencyKey: string): string {
  return `sha256:${createHash('sha256').update(idempotencyKey).digest('hex')}`;
}
