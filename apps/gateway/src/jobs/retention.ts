import { nilUuid } from '@card-gateway/core';
import { failLost, forgetBefore } from '../callbacks/store.ts';
import { removeEvents } from '../events/retention-store.ts';
import { deleteOldGuesses } from '../guesses/store.ts';
import { forgetResolutionKeys, forgetResolvedKeys } from '../ledger/forget-store.ts';
import type { Services } from '../services.ts';
import { type Emptied, emptyOver, removeOver, type Removed } from './retention-store.ts';

const dayMs = 86_400_000;
/** Batch size that keeps the statement short. */
const batch = 1000;

/**
 * Removes data of closed resources after the configured time, and counts it by kind. The audit log stays, and so do operations
 * with their evidence; a provider's later lists may restore data of resources in use.
 *
 * @returns the number removed of each kind
 */
export async function removeOld(services: Services): Promise<Readonly<Record<string, number>>> {
  const { config, pool, metrics } = services;
  const before = (days: number): Date => new Date(services.now() - days * dayMs);
  const removed: Record<string, number> = {};
  for (const what of ['card_numbers', 'binding_fingerprints'] as const) {
    removed[what] = await emptyAll(services, what, before(config.CARD_DATA_KEPT_DAYS));
  }
  const keptDays: Readonly<Record<Removed, number>> = {
    failed_callbacks: config.FAILED_CALLBACKS_KEPT_DAYS,
    syncs: config.SYNCS_KEPT_DAYS,
    delivery_attempts: config.DELIVERY_ATTEMPTS_KEPT_DAYS,
  };
  for (const [what, days] of Object.entries(keptDays) as [Removed, number][]) {
    removed[what] = await inBatches(() => removeOver(pool, what, before(days), batch));
  }
  // After the failed ones: a callback just found to have lost its job stays visible until the next run, however old it is.
  removed['callbacks'] = await tidyCallbacks(services);
  removed['idempotency_keys'] = await forgetKeys(services);
  removed['guesses'] = await inBatches(() => deleteOldGuesses(pool, batch));
  removed['events'] = await removeOldEvents(services);
  for (const [kind, count] of Object.entries(removed)) metrics.retentionCounter.inc({ kind }, count);
  return removed;
}

/** Marks callbacks that lost their job as failed, and deletes old processed ones. @returns the number of deleted rows */
export async function tidyCallbacks({ config, pool, now }: Services): Promise<number> {
  await failLost(pool, new Date(now()));
  return forgetBefore(pool, new Date(now() - config.CALLBACKS_KEPT_DAYS * dayMs));
}

/**
 * Removes the Idempotency-Keys and stored answers of writes resolved long ago. The operations and their evidence stay; an
 * unresolved write keeps its key indefinitely. @returns the number removed
 */
export async function forgetKeys({ config, pool, now }: Services): Promise<number> {
  const before = new Date(now() - config.IDEMPOTENCY_KEPT_DAYS * dayMs);
  const writes = await inBatches(() => forgetResolvedKeys(pool, before, batch));
  return writes + (await inBatches(() => forgetResolutionKeys(pool, before, batch)));
}

/** A batch ends with its run, so that only an empty one is the last. */
async function removeOldEvents({ config, pool, now }: Services): Promise<number> {
  const before = new Date(now() - config.EVENTS_KEPT_DAYS * dayMs);
  let removed = 0;
  for (let count = 1; count > 0; removed += count) count = await removeEvents(pool, before, batch);
  return removed;
}

/** Each row is read once, in statements of a batch. */
async function emptyAll({ pool }: Services, what: Emptied, before: Date): Promise<number> {
  let emptied = 0;
  for (let after: string | undefined = nilUuid; after !== undefined;) {
    const read = await emptyOver(pool, what, before, { after, most: batch });
    emptied += read?.emptied ?? 0;
    after = read?.id;
  }
  return emptied;
}

async function inBatches(remove: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let count = batch; count === batch; removed += count) count = await remove();
  return removed;
}
