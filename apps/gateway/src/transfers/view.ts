import type { transferSchema } from '@card-gateway/contract';
import { moneyOf, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { operationView } from '../ledger/reference.ts';
import type { ViewImages } from '../event-views.ts';
import { type ShownTransfer, transfersOfImages } from './store.ts';

/** A transfer as callers see it. Balances are in the transfer currency. */
export function transferView(row: ShownTransfer): z.output<typeof transferSchema> {
  return {
    id: toPublicId('transfer', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    cardholder: toPublicId('cardholder', row.cardholderId),
    direction: row.direction,
    amount: { amount: row.amount, currency: row.currency },
    status: row.status,
    providerStatus: row.providerStatus,
    balanceBefore: moneyOf(row.balanceBefore, row.currency),
    balanceAfter: moneyOf(row.balanceAfter, row.currency),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    syncedAt: row.syncedAt?.toISOString() ?? null,
    operation: operationView(row),
  };
}

export const viewTransferImages: ViewImages = async (pool, images) =>
  (await transfersOfImages(pool, images)).map(transferView);
