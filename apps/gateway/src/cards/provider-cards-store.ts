import { inTransaction } from '@card-gateway/database';
import { fromPublicId, instantOf, newUuid, type ProviderCard } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import type { Sealing } from '../sealing.ts';

/** Columns that a provider's description of a card may set, and how their JSON is parsed. */
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
/**
 * Retention removed the number of a closed card: lists that still show the card do not restore it. A list that shows it in use
 * again does.
 */
const isGone = `(c.pan_sealed IS NULL AND c.synced_at IS NOT NULL AND coalesce(r->>'status', c.status) IN ('cancelled', 'replaced', 'failed'))`;

const newValues = {
  ...Object.fromEntries(
    Object.entries(described).map(([name, type]) => [
      name,
      `CASE WHEN r ? '${name}' THEN (r->>'${name}')::${type} ELSE c.${name} END`,
    ]),
  ),
  pan_fingerprint: `CASE WHEN ${isGone} THEN NULL ELSE coalesce(r->>'pan_fingerprint', c.pan_fingerprint) END`,
};

/** Each value is computed from the row being updated, so that an update that waited for another transaction sees its result. */
const describeCards = `
  UPDATE cards c SET ${Object.entries(newValues)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')},
    pan_sealed = CASE WHEN ${isGone} THEN NULL ELSE coalesce(decode(r->>'pan_sealed', 'hex'), c.pan_sealed) END,
    synced_at = $3,
    updated_at = CASE WHEN (${Object.keys(newValues)
      .map((name) => `c.${name}`)
      .join(', ')}) IS DISTINCT FROM (${Object.values(newValues).join(', ')}) THEN $3 ELSE c.updated_at END
  FROM jsonb_array_elements($2::jsonb) r
  WHERE c.account = $1 AND c.provider_ref = r->>'provider_ref' AND (c.synced_at IS NULL OR c.synced_at <= $3)`;

/**
 * Stores a provider's descriptions of its cards in one transaction. Rows are matched by the provider's id, or by our own
 * reference if the provider returns it, so that an order and a list never create two rows for one card. A description requested
 * before the row's last one (`askedAt`) is outdated and changes nothing. A number is re-sealed each time, and so moves to the
 * newest key.
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

/** The provider's ids of those of its cards that are known here, by our ids. */
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

/** {@link storeProviderCards} within an open transaction. */
export async function describeProviderCards(
  client: PoolClient,
  sealing: Sealing,
  account: Owner,
  cards: readonly ProviderCard[],
  askedAt: Date,
): Promise<void> {
  // A page may contain a card twice, because rows move while it is built: the last row counts.
  const onceEach = [...new Map(cards.map((card) => [card.providerRef, card])).values()];
  const rows = onceEach.map((card) => wireRow(card, account.name, sealing, askedAt));
  const json = JSON.stringify(rows);
  if (rows.length > 1) {
    // The planner chooses the lock order of a list's rows, so two lists could deadlock: they are stored one after another. A
    // writer of a single card holds no other lock that a list could wait for.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`cards ${account.name}`]);
  }
  await client.query(
    `UPDATE cards c SET provider_ref = r->>'provider_ref', updated_at = $3
     FROM jsonb_array_elements($2::jsonb) r
     WHERE c.id = (r->>'our_id')::uuid AND c.account = $1 AND c.provider_ref IS NULL
       AND NOT EXISTS (SELECT 1 FROM cards d WHERE d.account = $1 AND d.provider_ref = r->>'provider_ref')`,
    [account.name, json, askedAt],
  );
  // A card ordered here that is unknown, e.g. after a restore, gets its old id back, which its callers have kept. If another
  // account uses that id, the second candidate's row stays.
  await client.query(
    `INSERT INTO cards (id, tenant, provider, account, provider_ref, status, created_at, updated_at)
     SELECT id, $3, $4, $1, r->>'provider_ref', coalesce(r->>'status', 'unrecognized'), created_at, $5
     FROM jsonb_array_elements($2::jsonb) r,
       LATERAL (VALUES (1, (r->>'our_id')::uuid, (r->>'ordered_at')::timestamptz), (2, (r->>'new_id')::uuid, (r->>'created_at')::timestamptz))
         candidates (place, id, created_at)
     WHERE created_at IS NOT NULL ORDER BY place
     ON CONFLICT DO NOTHING`,
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
  const ourId = card.ourReference ? fromPublicId('card', card.ourReference) : null;
  return {
    provider_ref: card.providerRef,
    new_id: id,
    created_at: new Date(instantOf(id)).toISOString(),
    our_id: ourId,
    // An id with a future time is not ours.
    ordered_at:
      ourId === null || instantOf(ourId) > askedAt.getTime() ? null : new Date(instantOf(ourId)).toISOString(),
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

/** The place to which a card's number is sealed. */
export function panPlace(account: string, providerRef: string) {
  return { table: 'cards', column: 'pan', row: [account, providerRef] } as const;
}
