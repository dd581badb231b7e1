import type { destinationSchema } from '@card-gateway/contract';
import { toPublicId } from '@card-gateway/core';
import type { z } from 'zod';
import type { ViewImages } from '../event-views.ts';
import { type DestinationRow, destinationsOfImages } from './store.ts';

export type DestinationView = z.output<typeof destinationSchema>;

export function destinationView(row: DestinationRow): DestinationView {
  return {
    id: toPublicId('destination', row.id),
    url: row.url,
    types: [...row.types],
    account: row.account,
    description: row.description,
    scopes: [...row.scopes],
    status: row.status,
    disabledReason: row.disabledReason,
    failingSince: row.failingSince?.toISOString() ?? null,
    lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
    missedUntil: row.missedUntil?.toISOString() ?? null,
    replay: replayView(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function replayView(row: DestinationRow): DestinationView['replay'] {
  const { replayAfter: after, replayBefore: before, replayTypes: types, replayRemaining: remaining } = row;
  if (after === null || before === null || types === null || remaining === null) return null;
  return {
    after: after.toISOString(),
    before: before.toISOString(),
    types: [...types],
    remaining: Number(remaining),
  };
}

export const viewDestinationImages: ViewImages = async (pool, images) =>
  (await destinationsOfImages(pool, images)).map(destinationView);
