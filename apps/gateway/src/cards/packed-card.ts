import { packed } from '../packed.ts';
import type { ShownCard } from './store.ts';

/** Providers' texts, which may contain anything. */
type Plain = 'providerRef' | 'providerStatus' | 'currency';
/** A {@link ShownCard} as {@link packedColumns} return it. */
export type PackedCard = Pick<ShownCard, Plain> & { readonly packed: string };

const packedCard = packed<ShownCard, Plain>(
  {
    id: 'c.id',
    provider: 'c.provider',
    account: 'c.account',
    productId: 'p.id',
    cardholderId: 'h.id',
    form: 'c.form',
    network: 'coalesce(c.network, p.network)',
    last4: 'c.last4',
    expiry: 'c.expiry',
    status: 'c.status',
    balance: 'c.balance',
    totalLoaded: 'c.total_loaded',
    operationId: 'o.id',
    operationState: 'o.state',
    resolvesBy: 'o.settles_by',
  },
  {
    activatedAt: 'c.activated_at',
    cancelRequestedAt: 'c.cancel_requested_at',
    cancelledAt: 'c.cancelled_at',
    createdAt: 'c.created_at',
    updatedAt: 'c.updated_at',
    syncedAt: 'c.synced_at',
    unknownSince: 'o.unknown_since',
    nextLookUpAt: 'o.next_look_up_at',
  },
  ['providerRef', 'providerStatus', 'currency'],
);
/** Of cards that are `joined` with what they show. */
export const packedColumns = `${packedCard.sql} AS packed, c.provider_ref AS "providerRef", c.provider_status AS "providerStatus",
  p.balance_currency AS currency`;

export const unpacked = (row: PackedCard): ShownCard => packedCard.unpack(row.packed, row);
