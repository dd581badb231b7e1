import type { CardStatus } from '@card-gateway/core';
import { gathered } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { packed } from '../packed.ts';
import { defaultLimit, listStatement, type PageRequest } from '../page.ts';
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
  const { rows } = await pool.query<PackedCard>(
    listStatement(
      'card-list',
      listed,
      page,
      (where, limit) =>
        `SELECT ${packedColumns} ${joined(`(SELECT * FROM cards c ${where} ORDER BY c.tenant, c.id DESC ${limit})`)}
         ORDER BY c.id DESC`,
    ),
  );
  return rows.map(unpacked);
}

/**
 * A version of a card: its id, the transactions that wrote its row and its product's last, which are others after each change, and
 * the start of the server. A server that takes over from one that failed may have lost what that one told, and counts the same
 * transactions again. Equal versions look the same to callers, if the card {@link VersionedCard.isComplete}.
 */
export type CardVersion = string;
const cardVersion = `concat_ws(' ', c.id, c.xmin, p.xmin, (SELECT extract(epoch FROM pg_postmaster_start_time())::text))`;
export const idOfVersion = (version: CardVersion): string => version.slice(0, uuidLength);
const uuidLength = 36;

/** Cards of a tenant that are not older than the id `since`, and older than `before`. */
interface PageBounds {
  readonly tenant: string;
  readonly since: string;
  readonly before: string;
}
const oldest = '00000000-0000-0000-0000-000000000000';
const newest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const boundsKey = ({ tenant, since, before }: PageBounds): string => `${since} ${before} ${tenant}`;

/**
 * The versions of each page are one text, because each value costs the database and its client more than reading a row. The array
 * of one tenant hides from the planner that it is one, as in {@link listStatement}.
 */
const pageVersionsText = `
  SELECT asked.*, page.versions
  FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::uuid[])) AS asked (tenant, since, before),
    LATERAL (
      SELECT string_agg(${cardVersion}, ',' ORDER BY c.id DESC) AS versions
      FROM (SELECT c.id, c.xmin, c.account, c.product_ref FROM cards c
            WHERE c.tenant = ANY (ARRAY[asked.tenant]) AND c.id < asked.before
            ORDER BY c.tenant, c.id DESC LIMIT ${defaultLimit + 1}) c
        ${joinedProduct}
      WHERE c.id >= asked.since
    ) page`;
const pageVersions = gathered<PageBounds, PageBounds & { readonly versions: string | null }>({
  askKey: boundsKey,
  rowKey: boundsKey,
  send: async (to, asks) => {
    const { rows } = await to.query<PageBounds & { readonly versions: string | null }>({
      name: 'card-page-versions',
      text: pageVersionsText,
      values: [asks.map(({ tenant }) => tenant), asks.map(({ since }) => since), asks.map(({ before }) => before)],
    });
    return rows;
  },
});

/** The versions of what {@link listCards} lists without other filters, for a page of {@link defaultLimit}. */
export async function listCardVersions(
  client: Pool | PoolClient,
  { tenant, after, before }: Pick<CardFilter, 'tenant' | 'after' | 'before'>,
  page: PageRequest,
): Promise<CardVersion[]> {
  const bounds = { tenant, since: after ?? oldest, before: earlier(page.after, before) ?? newest };
  return (await pageVersions(client, bounds))?.versions?.split(',') ?? [];
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
