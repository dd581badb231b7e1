import type { CardStatus } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { CardRow } from './store.ts';

/**
 * Notes on a card the change that is about to be sent, and on the change as of when the card's state is known. False when the card is no longer as it was seen: another write has
 * begun, or the provider described another state.
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
 * The provider confirmed the change: what was asked for before this moment is older than it. So is what the card was known
 * by when the change began, even where the provider dates that later. Has another change begun since, then this one says
 * no more where the card is now.
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
