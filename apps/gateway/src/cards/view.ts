import type { cardSchema } from '@card-gateway/contract';
import { moneyOf, toPublicId } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import type { z } from 'zod';
import { operationView } from '../ledger/reference.ts';
import type { OperationRow } from '../ledger/store.ts';
import type { ViewImages } from '../event-views.ts';
import { cardsOfImages, getCard, type ShownCard } from './store.ts';

export function cardView(row: ShownCard): z.output<typeof cardSchema> {
  return {
    id: toPublicId('card', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    product: row.productId && toPublicId('product', row.productId),
    cardholder: row.cardholderId && toPublicId('cardholder', row.cardholderId),
    form: row.form,
    network: row.network,
    last4: row.last4,
    expiry: row.expiry,
    status: row.status,
    providerStatus: row.providerStatus,
    balance: moneyOf(row.balance, row.currency),
    totalLoaded: moneyOf(row.totalLoaded, row.currency),
    activatedAt: row.activatedAt,
    cancelRequestedAt: row.cancelRequestedAt,
    cancelledAt: row.cancelledAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    syncedAt: row.syncedAt,
    operation: operationView(row),
  };
}

export const viewCardImages: ViewImages = async (pool, images) => (await cardsOfImages(pool, images)).map(cardView);

/** The card of a write, as the write's answer shows it. */
export async function cardOfWrite(
  client: PoolClient,
  { tenant, resourceId }: Pick<OperationRow, 'tenant' | 'resourceId'>,
): Promise<z.output<typeof cardSchema>> {
  const row = await getCard(client, tenant, resourceId);
  if (row === null) throw new Error('The card of this operation is gone.');
  return cardView(row);
}
