import type { transactionSchema } from '@card-gateway/contract';
import { moneyOf, toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import type { ViewImages } from '../event-views.ts';
import { type TransactionRow, transactionsOfImages } from './store.ts';

/** A transaction as callers see it. The provider does not name the currency of the card's side. */
export function transactionView(row: TransactionRow): z.output<typeof transactionSchema> {
  return {
    id: toPublicId('transaction', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    card: toPublicId('card', row.cardId),
    type: row.type,
    providerType: row.providerType,
    status: row.status,
    providerStatus: row.providerStatus,
    amount: { amount: row.amount, currency: null },
    localAmount: moneyOf(row.localAmount, row.localCurrency),
    fee: moneyOf(row.fee, null),
    fees: row.fees,
    merchant: row.merchant,
    related: row.related,
    modifiedAt: row.modifiedAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    syncedAt: row.syncedAt,
  };
}

export const viewTransactionImages: ViewImages = async (pool, images) =>
  (await transactionsOfImages(pool, images)).map(({ cardId, ...row }) =>
    cardId === null ? null : transactionView({ ...row, cardId }),
  );
