import { inTransaction } from '@card-gateway/database';
import { fromPublicId, instantOf, newUuid, type ProviderCard } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import { isAheadOfTime } from '../ahead-of-time.ts';
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
 * The planner chooses the lock order of a list's rows, so two lists could deadlock: an account's are stored one after another,
 * until the end of the transaction. A writer of a single card holds no other lock that a list could wait for. Orders that are
 * resolved together can deadlock with a list that brings the same cards: PostgreSQL ends one of the two after a second, and then
 * the orders are resolved one by one, or the list is stored again.
 */
export const listLock = (name: `$${number}`) => `pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
export const listLockOf = ({ name }: Owner): string => `cards ${name}`;

/**
 * Retention removed the number of a closed card: lists that still show the card do not restore it. A list that shows it in use
 * again does.
 */
const isGoneBy = (status: string) =>
  `(c.pan_sealed IS NULL AND c.synced_at IS NOT NULL AND coalesce(${status}, c.status) IN ('cancelled', 'replaced', 'failed'))`;
const isGone = isGoneBy(`r->>'status'`);

/**
 * The row of a description, looked up one by one. As a plain join, all rows of the account would be read for each page until the
 * database has statistics of them, which it makes only after the first sync.
 */
const known = `LATERAL (SELECT id FROM cards WHERE account = $1 AND provider_ref = r->>'provider_ref' LIMIT 1) known`;

interface StoredCard extends CardId {
  /** Of its row: another one after each update of it, by whomever. */
  readonly version: string;
}

function returned(cards: string): string {
  return `RETURNING ${cards}.id, ${cards}.provider_ref AS "providerRef", ${cards}.xmin::text AS version`;
}

const columns = Object.entries(described);
const firstOfColumns = 7;

/**
 * Advances only `synced_at`, which no index contains, of cards that are described as they are stored; the number is compared by
 * its fingerprint, so that it need not be sealed. Conditions are evaluated on the row being updated, as in {@link describeCards}.
 *
 * Typed arrays cost the server half as much as JSON. The statement has no name, because a plan that was made while the table was
 * empty reads all of it, and would be kept.
 */
const confirmIn = (turn: '' | 'turn, ') => `
  UPDATE cards c SET synced_at = $3
  FROM ${turn}unnest($2::text[], $5::text[], $6::text[],
      ${columns.map(([_name, type], at) => `$${firstOfColumns + at}::text[]::${type}[]`).join(', ')})
    r (provider_ref, left_out, pan_fingerprint, ${Object.keys(described).join(', ')})
  WHERE c.account = $1 AND c.provider_ref = ANY ($2::text[]) AND c.provider_ref = r.provider_ref
    AND (c.synced_at <= $3 OR ${isAheadOfTime('c.synced_at', '$3')})
    AND (r.pan_fingerprint IS NULL OR ${isGoneBy('r.status')} OR (c.pan_fingerprint = r.pan_fingerprint AND c.pan_key = $4))
    AND ${columns
      .map(([name, type]) => {
        // Amounts are compared as texts: 1.0 and 1.00 are shown differently.
        const asText = type === 'numeric' ? '::text' : '';
        return `(r.${name}${asText} IS NOT DISTINCT FROM c.${name}${asText} OR strpos(r.left_out, ' ${name} ') > 0)`;
      })
      .join(' AND ')}
  ${returned('c')}`;
const confirmCard = confirmIn('');
/** Several rows; no row comes of the join, and none is locked, before the lock is held. */
const confirmCards = `
  WITH turn AS MATERIALIZED (SELECT ${listLock(`$${firstOfColumns + columns.length}`)})${confirmIn('turn, ')}`;

function confirmValues(
  account: Owner,
  rows: readonly WireRow[],
  askedAt: Date,
  newestKey: string | undefined,
): unknown[] {
  const column = (name: string) => rows.map((row) => row[name] ?? null);
  const leftOut = rows.map(
    (row) =>
      ` ${Object.keys(described)
        .filter((name) => row[name] === undefined)
        .join(' ')} `,
  );
  const shown = columns.map(([name]) => column(name));
  return [account.name, column('provider_ref'), askedAt, newestKey, leftOut, column('pan_fingerprint'), ...shown];
}

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
  FROM jsonb_array_elements($2::jsonb) r, ${known}
  WHERE c.id = known.id AND c.provider_ref = r->>'provider_ref'
    AND (c.synced_at IS NULL OR c.synced_at <= $3 OR ${isAheadOfTime('c.synced_at', '$3')})
    AND NOT c.id = ANY ($4::uuid[])
  ${returned('c')}`;

/**
 * A card ordered here that is unknown, e.g. after a restore, gets its old id back, which its callers have kept. If another
 * account uses that id, the second candidate's row stays.
 */
const insertCards = `
  INSERT INTO cards (id, tenant, provider, account, provider_ref, created_at, updated_at, synced_at, pan_sealed, pan_fingerprint,
    ${Object.keys(described).join(', ')})
  SELECT id, $3, $4, $1, r->>'provider_ref', created_at, $5, $5, decode(r->>'pan_sealed', 'hex'), r->>'pan_fingerprint',
    ${Object.entries(described)
      .map(([name, type]) =>
        name === 'status' ? `coalesce(r->>'status', 'unrecognized')` : `(r->>'${name}')::${type}`,
      )
      .join(', ')}
  FROM jsonb_array_elements($2::jsonb) r,
    LATERAL (VALUES (1, (r->>'our_id')::uuid, (r->>'ordered_at')::timestamptz), (2, (r->>'new_id')::uuid, (r->>'created_at')::timestamptz))
      candidates (place, id, created_at)
  WHERE created_at IS NOT NULL ORDER BY place
  ON CONFLICT DO NOTHING
  ${returned('cards')}`;

interface CardId {
  readonly id: string;
  readonly providerRef: string;
}

/** Our ids of cards, by the provider's. */
export type CardIds = ReadonlyMap<string, string>;

/** The cards whose descriptions were not outdated. */
export interface StoredCards {
  readonly ids: CardIds;
  /** The versions that their rows have now. */
  readonly versions: ReadonlySet<string>;
}

const storedCards = (rows: readonly StoredCard[]): StoredCards => ({
  ids: idsByRef(rows),
  versions: new Set(rows.map(({ version }) => version)),
});

const idsByRef = (rows: readonly CardId[]): CardIds => new Map(rows.map(({ id, providerRef }) => [providerRef, id]));

/**
 * Stores a provider's descriptions of its cards. Rows are matched by the provider's id, or by our own reference if the provider
 * returns it, so that an order and a list never create two rows for one card. A description requested before the row's last one
 * (`askedAt`) is outdated and changes nothing. Of a card that is described as it is stored only `synced_at` advances: its
 * number is sealed again only under another key.
 */
export async function storeProviderCards(
  pool: Pool,
  sealing: Sealing,
  account: Owner,
  cards: readonly ProviderCard[],
  askedAt: Date,
): Promise<StoredCards> {
  if (cards.length === 0) return storedCards([]);
  // A page may contain a card twice, because rows move while it is built: the last row counts.
  const onceEach = [...new Map(cards.map((card) => [card.providerRef, card])).values()];
  const shown = onceEach.map((card) => ({ card, row: shownRow(card, sealing) }));
  const [newestKey] = sealing.keyIds.sealing;
  const values = confirmValues(
    account,
    shown.map(({ row }) => row),
    askedAt,
    newestKey,
  );
  const { rows } =
    shown.length === 1
      ? await pool.query<StoredCard>(confirmCard, values)
      : await pool.query<StoredCard>(confirmCards, [...values, listLockOf(account)]);
  const confirmed = new Set(rows.map(({ providerRef }) => providerRef));
  const others = shown.filter(({ card }) => !confirmed.has(card.providerRef));
  if (others.length === 0) return storedCards(rows);
  const stored = await inTransaction(pool, (client) => describe(client, sealing, account, others, askedAt));
  return storedCards([...rows, ...stored]);
}

/** Our ids of those cards that are known here. */
export async function idsOfCards(pool: Pool, account: string, providerRefs: readonly string[]): Promise<CardIds> {
  const { rows } = await pool.query<CardId>(
    `SELECT known.id, r.ref AS "providerRef" FROM unnest($2::text[]) r (ref),
       LATERAL (SELECT id FROM cards WHERE account = $1 AND provider_ref = r.ref LIMIT 1) known`,
    [account, providerRefs],
  );
  return idsByRef(rows);
}

/** Stores a description of one card within an open transaction. */
export async function describeProviderCard(
  client: PoolClient,
  sealing: Sealing,
  account: Owner,
  card: ProviderCard,
  askedAt: Date,
): Promise<void> {
  await describe(client, sealing, account, [{ card, row: shownRow(card, sealing) }], askedAt);
}

interface Shown {
  readonly card: ProviderCard;
  readonly row: WireRow;
}

/** Stores descriptions of different cards. @returns those that were not outdated */
async function describe(
  client: PoolClient,
  sealing: Sealing,
  account: Owner,
  shown: readonly Shown[],
  askedAt: Date,
): Promise<readonly StoredCard[]> {
  const rows = shown.map((one) => newRow(one, account.name, sealing, askedAt));
  const json = JSON.stringify(rows);
  if (rows.length > 1) await client.query(`SELECT ${listLock('$1')}`, [listLockOf(account)]);
  if (rows.some(({ our_id }) => our_id !== null)) {
    await client.query(
      `UPDATE cards c SET provider_ref = r->>'provider_ref', updated_at = $3
       FROM jsonb_array_elements($2::jsonb) r
       WHERE c.id = (r->>'our_id')::uuid AND c.account = $1 AND c.provider_ref IS NULL
         AND NOT EXISTS (SELECT 1 FROM cards d WHERE d.account = $1 AND d.provider_ref = r->>'provider_ref')`,
      [account.name, json, askedAt],
    );
  }
  const { rows: inserted } = await client.query<StoredCard>(insertCards, [
    account.name,
    json,
    account.tenant,
    account.provider,
    askedAt,
  ]);
  if (inserted.length === rows.length) return inserted;
  const insertedIds = inserted.map(({ id }) => id);
  const { rows: changed } = await client.query<StoredCard>(describeCards, [account.name, json, askedAt, insertedIds]);
  return [...inserted, ...changed];
}

type WireRow = Readonly<Record<string, string | null | undefined>>;

/** What a provider shows of a card. */
function shownRow(card: ProviderCard, sealing: Sealing): WireRow {
  const { pan } = card;
  return {
    provider_ref: card.providerRef,
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
  };
}

/** The same with its number sealed, and with what a new row needs. */
function newRow({ card, row }: Shown, account: string, sealing: Sealing, askedAt: Date): WireRow {
  const { pan } = card;
  const id = newUuid(askedAt.getTime());
  const ourId = card.ourReference ? fromPublicId('card', card.ourReference) : null;
  return {
    ...row,
    new_id: id,
    created_at: new Date(instantOf(id)).toISOString(),
    our_id: ourId,
    // An id with a future time is not ours.
    ordered_at:
      ourId === null || instantOf(ourId) > askedAt.getTime() ? null : new Date(instantOf(ourId)).toISOString(),
    pan_sealed: pan && sealing.seal(pan, panPlace(account, card.providerRef)).toString('hex'),
  };
}

/** The place to which a card's number is sealed. */
export function panPlace(account: string, providerRef: string) {
  return { table: 'cards', column: 'pan', row: [account, providerRef] } as const;
}
