import type { CardStatus } from '@card-gateway/core';
import type { Pool } from 'pg';
import { packed } from '../packed.ts';
import { listStatement, type PageRequest } from '../page.ts';
import { joined, joinedProduct, type ShownCard } from './store.ts';

export interface CardFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly status?: CardStatus | undefined;
  readonly last4?: string | undefined;
  readonly cardholderRef?: string | undefined;
  readonly productRef?: string | undefined;
  /** Bounds on the id, which is in order of creation. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** Cards, newest first, one more than the page holds. */
export async function listCards(pool: Pool, filter: CardFilter, page: PageRequest): Promise<ShownCard[]> {
  const { rows } = await pool.query<PackedCard>(
    cardListStatement(
      'card-list',
      filter,
      page,
      (cards) => `SELECT ${packedColumns} ${joined(`(SELECT * ${cards})`)} ORDER BY c.id DESC`,
    ),
  );
  return rows.map(unpacked);
}

/**
 * A version of a card: its id, and the transactions that wrote its row and its product's last, which are others after each change.
 * Equal versions look the same to callers, if the card {@link VersionedCard.isComplete}.
 */
export type CardVersion = string;
const cardVersion = `concat_ws(' ', c.id, c.xmin, p.xmin)`;
export const idOfVersion = (version: CardVersion): string => version.slice(0, uuidLength);
const uuidLength = 36;

/** The versions of what {@link listCards} lists. They are one text, because each value costs the database and its client more than reading a row. */
export async function listCardVersions(pool: Pool, filter: CardFilter, page: PageRequest): Promise<CardVersion[]> {
  const { rows } = await pool.query<{ readonly versions: string | null }>(
    cardListStatement(
      'card-list-versions',
      filter,
      page,
      (cards) => `
        SELECT string_agg(${cardVersion}, ',' ORDER BY c.id DESC) AS versions
        FROM (SELECT c.id, c.xmin, c.account, c.product_ref ${cards}) c ${joinedProduct}`,
    ),
  );
  return rows[0]?.versions?.split(',') ?? [];
}

export interface VersionedCard {
  readonly version: CardVersion;
  readonly shown: ShownCard;
  /**
   * Nothing but a new version changes what callers see: its product and its cardholder are known, and their ids never change; and
   * the outcome of its last write is final.
   */
  readonly isComplete: boolean;
}

/** A tenant's cards by their ids, in any order. */
export async function versionedCards(pool: Pool, tenant: string, ids: readonly string[]): Promise<VersionedCard[]> {
  const { rows } = await pool.query<PackedCard & Omit<VersionedCard, 'shown'>>({
    name: 'card-versions',
    text: `SELECT ${packedColumns}, ${cardVersion} AS version,
             (c.product_ref IS NULL OR p.id IS NOT NULL) AND (c.cardholder_ref IS NULL OR h.id IS NOT NULL)
               AND (o.id IS NULL OR o.state = ANY ('{succeeded,refused}'::text[])) AS "isComplete"
           ${joined('cards')} WHERE c.id = ANY ((SELECT $1::uuid[])::uuid[]) AND c.tenant = $2`,
    values: [ids, tenant],
  });
  return rows.map((row) => ({ version: row.version, shown: unpacked(row), isComplete: row.isComplete }));
}

/** @param text selects from `cards`, the end of a sub-select that begins with the columns of cards `c` */
function cardListStatement(
  name: string,
  filter: CardFilter,
  page: PageRequest,
  text: (cards: string) => string,
): ReturnType<typeof listStatement> {
  const listed = {
    owner: 'c.tenant',
    tenant: filter.tenant,
    filters: {
      'c.account =': filter.account,
      'c.status =': filter.status,
      'c.last4 =': filter.last4,
      'c.cardholder_ref =': filter.cardholderRef,
      'c.product_ref =': filter.productRef,
    },
    bounds: {
      'c.id >=': filter.after,
      'c.id <': earlier(page.after, filter.before),
    },
  };
  return listStatement(name, listed, page, (where, limit) =>
    text(`FROM cards c ${where} ORDER BY c.tenant, c.id DESC ${limit}`),
  );
}

function earlier(a: string | null, b: string | undefined): string | undefined {
  if (a === null || b === undefined) return a ?? b;
  return a < b ? a : b;
}

/** Providers' texts, which may contain anything. */
type PlainColumns = Pick<ShownCard, 'providerRef' | 'providerStatus' | 'currency'>;
type PackedCard = PlainColumns & { readonly packed: string };

const packedCard = packed<Omit<ShownCard, keyof PlainColumns>>(
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
);
const packedColumns = `${packedCard.sql} AS packed, c.provider_ref AS "providerRef", c.provider_status AS "providerStatus",
  p.balance_currency AS currency`;

const unpacked = ({ packed: text, providerRef, providerStatus, currency }: PackedCard): ShownCard =>
  Object.assign(packedCard.unpack(text), { providerRef, providerStatus, currency });
