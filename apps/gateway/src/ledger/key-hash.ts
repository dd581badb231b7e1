import { hash } from 'node:crypto';

/**
 * An Idempotency-Key in the form that is stored and compared, because a caller may have built it from anything, even a card
 * number. Migrations hash existing keys the same way. It hashes nothing but the key, so the hash does not depend on the process
 * or the time.
 */
export function keyHash(idempotencyKey: string): string {
  return `sha256:${hash('sha256', idempotencyKey)}`;
}
