import type { CardStatus } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { CardRow } from './store.ts';

/**
 * Notes on a card the change that is about to be sent. False when the card is no longer as it was seen: another write has
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
    text: `UPDATE cards SET operation_id = $2, updated_at = $3
           WHERE id = $1 AND operation_id IS NOT DISTINCT FROM $4 AND status = $5`,
    values: [seen.id, operationId, at, seen.operationId, seen.status],
  });
  return rowCount === 1;
}

/**
 * The provider confirmed the change: what was asked for before this moment is older than it. Its own word for the new
 * state is not known before it describes the card again.
 */
export async function endChange(client: PoolClient, id: string, status: CardStatus, at: Date): Promise<void> {
  await client.query({
    name: 'card-end-change',
    text: `UPDATE cards SET status = $2, provider_status = NULL, synced_at = $3::timestamptz, updated_at = $3
           WHERE id = $1 AND (synced_at IS NULL OR synced_at <= $3)`,
    values: [id, status, at],
  });
}
