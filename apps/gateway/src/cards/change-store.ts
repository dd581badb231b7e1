import type { CardStatus } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { CardRow } from './store.ts';

/**
 * Records a change on its card before it is sent, and on the change the time as of which the card's state is known. False if
 * the card has changed since it was read: another write has begun, or the provider described another state.
 */
export async function beginChange(
  client: PoolClient,
  seen: Pick<CardRow, 'id' | 'operationId' | 'status'>,
  operationId: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'card-begin-change',
    text: `WITH begun AS (
             UPDATE cards SET operation_id = $2, updated_at = $3
             WHERE id = $1 AND operation_id IS NOT DISTINCT FROM $4 AND status = $5 RETURNING synced_at
           )
           UPDATE operations SET known_at = begun.synced_at FROM begun WHERE operations.id = $2`,
    values: [seen.id, operationId, at, seen.operationId, seen.status],
  });
  return rowCount === 1;
}

/**
 * Applies a change that the provider confirmed. Descriptions requested earlier are now outdated, and so is everything known
 * when the change began, even if the provider dates that later. If another change has begun since, this one no longer
 * determines the card's state.
 */
export async function endChange(
  client: PoolClient,
  change: { readonly id: string; readonly resourceId: string; readonly createdAt: Date },
  end: { readonly status: CardStatus; readonly providerStatus: string | null },
  at: Date,
): Promise<void> {
  await client.query({
    name: 'card-end-change',
    text: `UPDATE cards SET status = $3, provider_status = $4, synced_at = greatest(synced_at, $5), updated_at = $5
           WHERE id = $1 AND operation_id = $2 AND (synced_at IS NULL OR synced_at <= $5 OR updated_at = $6)`,
    values: [change.resourceId, change.id, end.status, end.providerStatus, at, change.createdAt],
  });
}
