import { forgetResolutionKeys, forgetResolvedKeys } from '../ledger/forget-store.ts';
import type { Services } from '../services.ts';

const dayMs = 86_400_000;
/** So many at once that it stays a short statement. */
const batch = 1000;

/**
 * Forgets the Idempotency-Keys, with the answers kept for them, of what was resolved long ago. The operations and their
 * evidence stay; what is not resolved keeps its key however old it is. Gives how many were forgotten.
 */
export async function forgetKeys(services: Services): Promise<number> {
  const before = new Date(services.now() - services.config.IDEMPOTENCY_KEPT_DAYS * dayMs);
  let forgotten = 0;
  for (const forget of [forgetResolvedKeys, forgetResolutionKeys]) {
    let count = batch;
    while (count === batch) {
      count = await forget(services.pool, before, batch);
      forgotten += count;
    }
  }
  return forgotten;
}
