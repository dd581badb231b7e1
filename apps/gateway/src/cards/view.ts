import type { cardSchema } from '@card-gateway/contract';
import { type Money, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { operationView } from '../ledger/reference.ts';
import type { ShownCard } from './store.ts';

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
    balance: money(row.balance, row.currency),
    totalLoaded: money(row.totalLoaded, row.currency),
    activatedAt: row.activatedAt,
    cancelRequestedAt: row.cancelRequestedAt,
    cancelledAt: row.cancelledAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    syncedAt: row.syncedAt,
    operation: operationView(row),
  };
}

function money(amount: string | null, currency: string | null): Money | null {
  return amount === null ? null : { amount, currency };
}
