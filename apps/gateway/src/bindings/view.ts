import type { bindingSchema } from '@card-gateway/contract';
import { toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import { operationView } from '../ledger/reference.ts';
import type { ViewImages } from '../event-views.ts';
import { bindingsOfImages, type ShownBinding } from './store.ts';

export function bindingView(row: ShownBinding): z.output<typeof bindingSchema> {
  return {
    id: toPublicId('binding', row.id),
    provider: row.provider,
    account: row.account,
    providerRef: row.providerRef,
    user: row.userRef,
    kind: row.kind,
    status: row.status,
    maskedNumber: row.maskedNumber,
    last4: row.last4,
    network: row.network,
    cardType: row.cardType,
    bank: row.bankCode === null ? null : { code: row.bankCode, name: row.bankName ?? '' },
    expiry: row.expiry,
    binCountry: row.binCountry,
    challenge: challengeView(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    syncedAt: row.syncedAt?.toISOString() ?? null,
    operation: operationView(row),
  };
}

export const viewBindingImages: ViewImages = async (pool, images) =>
  (await bindingsOfImages(pool, images)).map(bindingView);

function challengeView(row: ShownBinding): z.output<typeof bindingSchema>['challenge'] {
  if (row.status !== 'awaiting_code' && row.status !== 'verifying') return null;
  if (row.challengeExpiresAt === null || row.attemptsLeft === null) return null;
  return {
    expiresAt: row.challengeExpiresAt.toISOString(),
    attemptsLeft: row.attemptsLeft,
    resendAfter: (row.resendAfter ?? row.createdAt).toISOString(),
  };
}
