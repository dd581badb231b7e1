import { type CardStatus, nilUuid } from '@card-gateway/core';
import { gathered } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { defaultLimit, listStatement, type PageRequest } from '../page.ts';
import { type PackedCard, packedColumns, unpacked } from './packed-card.ts';
import { joined, joinedProduct, type ShownCard } from './store.ts';
import { type CardVersion, versionColumn } from './version-store.ts';

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

/** Cards of a tenant that are not older than the id `since`, and older than `before`. */
interface PageBounds {
  readonly tenant: string;
  readonly since: string;
  readonly before: string;
}
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
      SELECT string_agg(${versionColumn}, ',' ORDER BY c.id DESC) AS versions
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
  const bounds = { tenant, since: after ?? nilUuid, before: earlier(page.after, before) ?? newest };
  return (await pageVersions(client, bounds))?.versions?.split(',') ?? [];
}

function earlier(a: string | null, b: string | undefined): string | undefined {
  if (a === null || b === undefined) return a ?? b;
  return a < b ? a : b;
}
