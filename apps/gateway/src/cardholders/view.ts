import type { cardholderSchema } from '@card-gateway/contract';
import { toPublicId } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { z } from 'zod';
import { operationView } from '../ledger/reference.ts';
import type { OperationRow } from '../ledger/store.ts';
import type { ViewImages } from '../event-views.ts';
import { cardholdersOfImages, getCardholder, type ShownCardholder } from './store.ts';

export function cardholderView(row: ShownCardholder): z.output<typeof cardholderSchema> {
  return {
    id: toPublicId('cardholder', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    reference: row.reference,
    status: row.status,
    providerStatus: row.providerStatus,
    failReason: row.failReason,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    syncedAt: row.syncedAt?.toISOString() ?? null,
    operation: operationView(row),
  };
}

/** The cardholder of an operation as callers see it. */
export async function viewCardholder(
  client: Pool | PoolClient,
  operation: OperationRow,
): Promise<z.output<typeof cardholderSchema>> {
  const row = await getCardholder(client, operation.tenant, operation.resourceId);
  if (row === null) throw new Error('The cardholder of this operation is gone.');
  return cardholderView(row);
}

export const viewCardholderImages: ViewImages = async (pool, images) =>
  (await cardholdersOfImages(pool, images)).map(cardholderView);
