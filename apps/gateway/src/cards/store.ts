import { inTransaction } from '@card-gateway/database';
import type { CardForm, CardNetwork, CardStatus, ProviderCard } from '@card-gateway/core';
import { fromPublicId, instantOf, newUuid } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { listStatement, type PageRequest } from '../page.ts';
import type { Sealing } from '../sealing.ts';

/** A card with what its product, its cardholder and its last write add to it. */
export interface CardRow extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string | null;
  readonly productId: string | null;
  readonly cardholderId: string | null;
  /** The holder's id at the provider. */
  readonly cardholderRef: string | null;
  readonly form: CardForm | null;
  readonly network: CardNetwork | null;
  readonly last4: string | null;
  readonly expiry: string | null;
  readonly status: CardStatus;
  readonly providerStatus: string | null;
  readonly balance: string | null;
  readonly totalLoaded: string | null;
  readonly currency: string | null;
  readonly panSealed: Buffer | null;
  readonly activatedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly syncedAt: Date | null;
}

const selectCards = `
  SELECT c.id, c.provider, c.account, c.provider_ref AS "providerRef", p.id AS "productId", h.id AS "cardholderId",
    c.cardholder_ref AS "cardholderRef", c.form, coalesce(c.network, p.network) AS network, c.last4, c.expiry, c.status, c.provider_status AS "providerStatus",
    c.balance, c.total_loaded AS "totalLoaded", p.balance_currency AS currency, c.pan_sealed AS "panSealed",
    c.activated_at AS "activatedAt", c.cancel_requested_at AS "cancelRequestedAt", c.cancelled_at AS "cancelledAt",
    c.created_at AS "createdAt", c.updated_at AS "updatedAt", c.synced_at AS "syncedAt", ${operationColumns}
  FROM cards c
    LEFT JOIN card_products p ON p.account = c.account AND p.provider_ref = c.product_ref
    LEFT JOIN cardholders h ON h.account = c.account AND h.provider_ref = c.cardholder_ref
    LEFT JOIN operations o ON o.id = c.operation_id`;

/** One card of a tenant; null for another tenant's, as for none. */
export async function getCard(client: Pool | PoolClient, tenant: string, id: string): Promise<CardRow | null> {
  const { rows } = await client.query<CardRow>({
    name: 'card-get',
    text: `${selectCards} WHERE c.id = $1 AND c.tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

export interface CardFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly status?: CardStatus | undefined;
  readonly last4?: string | undefined;
  readonly cardholderRef?: string | undefined;
  readonly productRef?: string | undefined;
  /** Bounds on the id, which is the order of creation. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** Cards newest first, one more than the page holds. */
export async function listCards(pool: Pool, filter: CardFilter, page: PageRequest): Promise<CardRow[]> {
  const conditions = {
    'c.tenant =': filter.tenant,
    'c.account =': filter.account,
    'c.status =': filter.status,
    'c.last4 =': filter.last4,
    'c.cardholder_ref =': filter.cardholderRef,
    'c.product_ref =': filter.productRef,
    'c.id >=': filter.after,
    'c.id <': earlier(page.after, filter.before),
  };
  const { rows } = await pool.query<CardRow>(
    listStatement(
      'card-list',
      conditions,
      page,
      (where, limit) => `${selectCards} ${where} ORDER BY c.id DESC ${limit}`,
    ),
  );
  return rows;
}

function earlier(a: string | null, b: string | undefined): string | undefined {
  if (a === null || b === undefined) return a ?? b;
  return a < b ? a : b;
}

export interface OrderedProduct {
  readonly account: string;
  readonly providerRef: string;
  readonly forms: readonly CardForm[];
  readonly issuable: boolean;
  readonly network: CardNetwork | null;
}

/** The product of an order, if this tenant has it. */
export async function findProduct(pool: Pool, tenant: string, id: string): Promise<OrderedProduct | null> {
  const { rows } = await pool.query<OrderedProduct>({
    name: 'card-product-of-order',
    text: `SELECT account, provider_ref AS "providerRef", forms, issuable, network FROM card_products WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

/** The cardholder of an order, if this tenant has it. */
export async function findCardholder(
  pool: Pool,
  tenant: string,
  id: string,
): Promise<{ readonly account: string; readonly providerRef: string | null } | null> {
  const { rows } = await pool.query<{ account: string; providerRef: string | null }>({
    name: 'cardholder-of-order',
    text: `SELECT account, provider_ref AS "providerRef" FROM cardholders WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

export interface OrderedCard {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly productRef: string;
  readonly cardholderRef: string;
  readonly form: CardForm;
  readonly network: CardNetwork | null;
}

/** Records a card that is about to be ordered. It is created at the instant of its id, by which lists are bounded. */
export async function insertOrderedCard(
  client: PoolClient,
  card: OrderedCard,
  operationId: string,
  at: Date,
): Promise<void> {
  await client.query({
    name: 'card-insert',
    text: `INSERT INTO cards (id, tenant, provider, account, product_ref, cardholder_ref, form, network, status, operation_id,
             created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $10, $11)`,
    values: [
      card.id,
      card.tenant,
      card.provider,
      card.account,
      card.productRef,
      card.cardholderRef,
      card.form,
      card.network,
      operationId,
      new Date(instantOf(card.id)),
      at,
    ],
  });
}

/**
 * The provider took the order under its own id. Should a list that does not hand back our reference have brought in the
 * card already, its row gives way: the order's is the one a caller knows.
 */
export async function acceptOrder(client: PoolClient, id: string, providerRef: string, at: Date): Promise<void> {
  await client.query({
    name: 'card-accept',
    // The count has the deletion done before the id is taken.
    text: `WITH given_way AS (
             DELETE FROM cards d USING cards c WHERE c.id = $1 AND d.account = c.account AND d.provider_ref = $2
               AND d.id <> c.id AND d.operation_id IS NULL RETURNING d.id
           )
           UPDATE cards SET provider_ref = $2, updated_at = $3
           WHERE id = $1 AND provider_ref IS NULL AND (SELECT count(*) FROM given_way) >= 0`,
    values: [id, providerRef, at],
  });
}

/** The provider refused the order: there is no card. */
export async function failOrder(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query({
    name: 'card-fail',
    text: `UPDATE cards SET status = 'failed', updated_at = $2 WHERE id = $1 AND provider_ref IS NULL`,
    values: [id, at],
  });
}

/** Columns that a provider's description of a card may set, with how their JSON text is read. */
const described = {
  product_ref: 'text',
  cardholder_ref: 'text',
  form: 'text',
  network: 'text',
  bin: 'text',
  last4: 'text',
  expiry: 'text',
  status: 'text',
  provider_status: 'text',
  balance: 'numeric',
  total_loaded: 'numeric',
  activated_at: 'timestamptz',
  cancel_requested_at: 'timestamptz',
  cancelled_at: 'timestamptz',
} as const;
const newValues = {
  ...Object.fromEntries(
    Object.entries(described).map(([name, type]) => [
      name,
      `CASE WHEN r ? '${name}' THEN (r->>'${name}')::${type} ELSE c.${name} END`,
    ]),
  ),
  pan_fingerprint: `coalesce(r->>'pan_fingerprint', c.pan_fingerprint)`,
};

/**
 * Each value is computed from the very row that is updated, so that one which waited for another transaction starts from
 * what that one wrote.
 */
const describeCards = `
  UPDATE cards c SET ${Object.entries(newValues)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')},
    pan_sealed = coalesce(decode(r->>'pan_sealed', 'hex'), c.pan_sealed),
    synced_at = $3,
    updated_at = CASE WHEN (${Object.keys(newValues)
      .map((name) => `c.${name}`)
      .join(', ')}) IS DISTINCT FROM (${Object.values(newValues).join(', ')}) THEN $3 ELSE c.updated_at END
  FROM jsonb_array_elements($2::jsonb) r
  WHERE c.account = $1 AND c.provider_ref = r->>'provider_ref' AND (c.synced_at IS NULL OR c.synced_at <= $3)`;

/**
 * Stores what a provider said of its cards, in one transaction: rows are found by the provider's id, or by our own
 * reference where the provider hands it back, so that an order and a list can never make two rows of one card. What was
 * asked for before the row's last description (`askedAt`) is older and changes nothing. A number is sealed anew each time,
 * and so comes under the newest key.
 */
export async function storeProviderCards(
  pool: Pool,
  sealing: Sealing,
  account: Owner,
  cards: readonly ProviderCard[],
  askedAt: Date,
): Promise<void> {
  if (cards.length === 0) return;
  await inTransaction(pool, (client) => describeProviderCards(client, sealing, account, cards, askedAt));
}

/** The provider's ids of those of its cards that are known here, by our own. */
export async function idsOfCards(
  pool: Pool,
  account: string,
  providerRefs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ id: string; providerRef: string }>({
    name: 'card-ids',
    text: `SELECT id, provider_ref AS "providerRef" FROM cards WHERE account = $1 AND provider_ref = ANY ($2::text[])`,
    values: [account, providerRefs],
  });
  return new Map(rows.map(({ id, providerRef }) => [id, providerRef]));
}

/** {@link storeProviderCards} inside a transaction that is open already. */
export async function describeProviderCards(
  client: PoolClient,
  sealing: Sealing,
  account: Owner,
  cards: readonly ProviderCard[],
  askedAt: Date,
): Promise<void> {
  const rows = cards.map((card) => wireRow(card, account.name, sealing, askedAt));
  const json = JSON.stringify(rows);
  if (rows.length > 1) {
    // In which order a list's rows are locked is the planner's choice, so that two lists could wait for each other: they
    // are stored one after another. Who writes a single card holds nothing that a list could wait for it with.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cards ${account.name}`]);
  }
  await client.query(
    `UPDATE cards c SET provider_ref = r->>'provider_ref', updated_at = $3
     FROM jsonb_array_elements($2::jsonb) r
     WHERE c.id = (r->>'our_id')::uuid AND c.account = $1 AND c.provider_ref IS NULL
       AND NOT EXISTS (SELECT 1 FROM cards d WHERE d.account = $1 AND d.provider_ref = r->>'provider_ref')`,
    [account.name, json, askedAt],
  );
  await client.query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, created_at, updated_at)
     SELECT (r->>'new_id')::uuid, $3, $4, $1, r->>'provider_ref', r->>'status', (r->>'created_at')::timestamptz, $5
     FROM jsonb_array_elements($2::jsonb) r
     ON CONFLICT (account, provider_ref) DO NOTHING`,
    [account.name, json, account.tenant, account.provider, askedAt],
  );
  await client.query(describeCards, [account.name, json, askedAt]);
}

function wireRow(
  card: ProviderCard,
  account: string,
  sealing: Sealing,
  askedAt: Date,
): Record<string, string | null | undefined> {
  const pan = card.pan;
  const id = newUuid(askedAt.getTime());
  return {
    provider_ref: card.providerRef,
    new_id: id,
    created_at: new Date(instantOf(id)).toISOString(),
    our_id: card.ourReference ? (fromPublicId('card', card.ourReference) ?? undefined) : undefined,
    product_ref: card.productRef,
    cardholder_ref: card.cardholderRef,
    form: card.form,
    network: card.network,
    bin: pan?.bin,
    last4: pan?.last4 ?? card.last4,
    expiry: card.expiry,
    status: card.status,
    provider_status: card.providerStatus,
    balance: card.balance,
    total_loaded: card.totalLoaded,
    activated_at: card.activatedAt === null ? null : card.activatedAt?.toISOString(),
    cancel_requested_at: card.cancelRequestedAt === null ? null : card.cancelRequestedAt?.toISOString(),
    cancelled_at: card.cancelledAt === null ? null : card.cancelledAt?.toISOString(),
    pan_fingerprint: pan && sealing.fingerprint(pan),
    pan_sealed: pan && sealing.seal(pan, panPlace(account, card.providerRef)).toString('hex'),
  };
}

/** Where a card's number is sealed to. */
export function panPlace(account: string, providerRef: string) {
  return { table: 'cards', column: 'pan', row: [account, providerRef] } as const;
}
