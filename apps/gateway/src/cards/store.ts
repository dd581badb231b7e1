import { gatheredById } from '@card-gateway/database';
import { type CardForm, type CardNetwork, type CardStatus, instantOf } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import { type NamedRecording, recordingNamed } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { shownInstants } from '../instants.ts';
import { noOperation, operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { type Resolve, resolving } from '../ledger/resolve-store.ts';

/** What callers see of a card, with members from its product, its cardholder and its last write. */
export interface ShownCard extends OperationColumns<string> {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly providerRef: string | null;
  readonly productId: string | null;
  readonly cardholderId: string | null;
  readonly form: CardForm | null;
  readonly network: CardNetwork | null;
  readonly last4: string | null;
  readonly expiry: string | null;
  readonly status: CardStatus;
  readonly providerStatus: string | null;
  readonly balance: string | null;
  readonly totalLoaded: string | null;
  readonly currency: string | null;
  readonly activatedAt: string | null;
  readonly cancelRequestedAt: string | null;
  readonly cancelledAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly syncedAt: string | null;
}

export interface CardRow extends ShownCard {
  readonly tenant: string;
  /** The holder's id at the provider. */
  readonly cardholderRef: string | null;
  readonly panSealed: Buffer | null;
}

const shownColumns = `
    c.id, c.provider, c.account, c.provider_ref AS "providerRef", p.id AS "productId", h.id AS "cardholderId",
    c.form, coalesce(c.network, p.network) AS network, c.last4, c.expiry, c.status, c.provider_status AS "providerStatus",
    c.balance, c.total_loaded AS "totalLoaded", p.balance_currency AS currency,
    c.activated_at AS "activatedAt", c.cancel_requested_at AS "cancelRequestedAt", c.cancelled_at AS "cancelledAt",
    c.created_at AS "createdAt", c.updated_at AS "updatedAt", c.synced_at AS "syncedAt", ${operationColumns}`;
/** Joins the product `p` of cards `c`. */
export const joinedProduct = `LEFT JOIN card_products p ON p.account = c.account AND p.provider_ref = c.product_ref`;
/** Joins `cards` with what else {@link ShownCard} has: its product, cardholder `h` and last write `o`. */
export const joined = (cards: string): string => `
  FROM ${cards} c
    ${joinedProduct}
    LEFT JOIN cardholders h ON h.account = c.account AND h.provider_ref = c.cardholder_ref
    LEFT JOIN operations o ON o.id = c.operation_id`;

const cardByIdText = `SELECT ${shownColumns}, c.tenant, c.cardholder_ref AS "cardholderRef", c.pan_sealed AS "panSealed"
  ${joined('cards')} WHERE c.id = ANY ((SELECT $1::uuid[])::uuid[])`;
const cardById = gatheredById<CardRow>(async (to, ids) => {
  const { rows } = await to.query<CardRow>({
    name: 'card-get',
    text: cardByIdText,
    values: [ids],
    types: shownInstants,
  });
  return rows;
});

/** Cards as they were, from their images; see `ViewImages`. */
export async function cardsOfImages(pool: Pool, images: string): Promise<ShownCard[]> {
  const { rows } = await pool.query<ShownCard>({
    text: `SELECT ${shownColumns} ${joined('json_populate_recordset(NULL::card_image, $1) WITH ORDINALITY')} ORDER BY c.ordinality`,
    values: [images],
    types: shownInstants,
  });
  return rows;
}

/** One card of a tenant; null for another tenant's and for none. */
export async function getCard(client: Pool | PoolClient, tenant: string, id: string): Promise<CardRow | null> {
  const row = await cardById(client, id);
  return row?.tenant === tenant ? row : null;
}

/** A product that an order or a filter names. */
export interface NamedProduct {
  readonly account: string;
  readonly providerRef: string;
  readonly issuable: boolean;
  /** Empty if the provider does not say. */
  readonly forms: readonly CardForm[];
}

/** A product by id, if this tenant has it. */
export async function findProduct(pool: Pool, tenant: string, id: string): Promise<NamedProduct | null> {
  const { rows } = await pool.query<NamedProduct>({
    name: 'card-product-named',
    text: `SELECT account, provider_ref AS "providerRef", issuable, forms FROM card_products WHERE id = $1 AND tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

export interface OrderedCard {
  readonly id: string;
  /** Ids of ours. */
  readonly product: string;
  readonly cardholder: string | null;
  readonly form: CardForm;
}

/** What an order names, by the provider's ids. */
export interface OrderedRefs {
  readonly productRef: string;
  readonly network: CardNetwork | null;
  readonly cardholderRef: string | null;
}

const newCard = {
  own: 'product uuid, cardholder uuid, form text, since timestamptz',
  named: `
    SELECT p.provider_ref AS "productRef", p.network, h.provider_ref AS "cardholderRef"
    FROM card_products p
      LEFT JOIN cardholders h ON h.id = asked.cardholder AND h.tenant = asked.tenant AND h.account = asked.account
    WHERE p.id = asked.product AND p.tenant = asked.tenant AND p.account = asked.account
      AND p.issuable AND (p.forms = '{}' OR asked.form = ANY (p.forms))
      AND (asked.cardholder IS NULL OR h.provider_ref IS NOT NULL)`,
  resource: `
    INSERT INTO cards (id, tenant, provider, account, product_ref, cardholder_ref, form, network, status, operation_id,
      created_at, updated_at)
    SELECT resource_id, tenant, provider, account, "productRef", "cardholderRef", form, network, 'pending', id, since,
      created_at FROM claimed`,
};

const recordCard = recordingNamed<OrderedRefs>(sendClaims('card-record', newCard));

/**
 * Records a card before it is ordered. Its creation time is that of its id, by which lists are bounded. An order does not fit
 * if its account has no such product or cardholder, or takes no orders for this one.
 */
export function recordOrderedCard({ id, product, cardholder, form }: OrderedCard): NamedRecording<OrderedRefs> {
  return recordCard({ product, cardholder, form, since: new Date(instantOf(id)) });
}

/** The card of an order that was just recorded, as callers see it. */
export function recordedOrder(
  { id, product, cardholder, form }: OrderedCard,
  { network }: OrderedRefs,
  account: Pick<Owner, 'provider' | 'name'>,
): ShownCard {
  const createdAt = new Date(instantOf(id)).toISOString();
  return {
    id,
    provider: account.provider,
    account: account.name,
    productId: product,
    cardholderId: cardholder,
    providerRef: null,
    form,
    network,
    last4: null,
    expiry: null,
    status: 'pending',
    providerStatus: null,
    balance: null,
    totalLoaded: null,
    currency: null,
    activatedAt: null,
    cancelRequestedAt: null,
    cancelledAt: null,
    createdAt,
    updatedAt: createdAt,
    syncedAt: null,
    ...noOperation,
  };
}

const accepted = `
  UPDATE cards c SET provider_ref = moved.provider_ref, updated_at = moved.at FROM moved WHERE c.id = moved.resource_id`;
const failed = `
  UPDATE cards c SET status = 'failed', updated_at = moved.at FROM moved WHERE c.id = moved.resource_id`;

/** Resolves orders that the provider accepted under its own ids. */
export const acceptedAtOnce: Resolve = resolving('card-accepted', {
  shown: 'cards',
  own: 'provider_ref text',
  resource: accepted,
});

/** Resolves orders that the provider refused: there is no card. */
export const failedAtOnce: Resolve = resolving('card-failed', { shown: 'cards', resource: failed });

/**
 * The provider accepted the order under its own id. If a list that does not return our reference has already brought in the
 * card, that row is replaced, because callers know the order's. A card known before the order, or with another holder, cannot
 * be this order's: its row stays, and this fails.
 */
export async function acceptOrder(client: PoolClient, id: string, providerRef: string, at: Date): Promise<void> {
  await client.query({
    name: 'card-accept',
    // The count forces the deletion before the id is taken.
    text: `WITH given_way AS (
             DELETE FROM cards d USING cards c WHERE c.id = $1 AND d.account = c.account AND d.provider_ref = $2
               AND d.id <> c.id AND d.operation_id IS NULL AND d.created_at >= c.created_at
               AND (d.cardholder_ref IS NULL OR d.cardholder_ref = c.cardholder_ref) RETURNING d.id
           ), moved AS (
             SELECT $1::uuid AS resource_id, $2::text AS provider_ref, $3::timestamptz AS at FROM (SELECT count(*) FROM given_way) counted
           )
           ${accepted} AND c.provider_ref IS NULL`,
    values: [id, providerRef, at],
  });
}

/** A person names the card of the order. If a row has that card, it stays, and this fails. */
export async function nameOrder(client: PoolClient, id: string, providerRef: string, at: Date): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::text AS provider_ref, $3::timestamptz AS at)
     ${accepted} AND c.provider_ref IS NULL`,
    [id, providerRef, at],
  );
}

/** The provider refused the order: there is no card. */
export async function failOrder(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query({
    name: 'card-fail',
    text: `WITH moved AS (SELECT $1::uuid AS resource_id, $2::timestamptz AS at) ${failed} AND c.provider_ref IS NULL`,
    values: [id, at],
  });
}
