import { forgetResolutionKeys, forgetResolvedKeys } from '../ledger/forget-store.ts';
import type { Services } from '../services.ts';

const dayMs = 86_400_000;
/** Batch size that keeps the statement short. */
const batch = 1000;

/**
 * Removes the Idempotency-Keys and stored answers of writes resolved long ago. The operations and their evidence stay; an
 * unresolved write keeps its key indefinitely. Returns the number removed.
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
