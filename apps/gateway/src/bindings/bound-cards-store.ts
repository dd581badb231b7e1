import { inTransaction } from '@card-gateway/database';
import { type BindingKind, type BoundCard, type BoundCards, newUuid } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { lockNames } from '../advisory-locks.ts';
import type { Owner } from '../accounts/accounts.ts';
import { isAheadOfTime } from '../ahead-of-time.ts';
import { inParts } from '../in-parts.ts';
import type { Sealing } from '../sealing.ts';

/**
 * Stores a complete list of a user's bindings in one transaction with a fixed number of statements. Rows are matched by the
 * card's fingerprint or the provider's id, bound rows first. A row bound before the list was requested that a fully readable
 * list lacks becomes `removed`; a list requested before the last stored one (`askedAt`) changes nothing.
 */
export async function storeBoundCards(
  pool: Pool,
  sealing: Sealing,
  account: Owner,
  list: {
    readonly user: string;
    readonly kind: BindingKind;
    readonly askedAt: Date;
  } & BoundCards,
): Promise<void> {
  const { user, kind, askedAt } = list;
  const sealed: WireCard[] = [];
  await inParts(list.cards, (part) => {
    sealed.push(...part.map((card) => wireCard(card, account.name, user, sealing)));
  });
  const cards = onceEach(sealed);
  await inTransaction(pool, async (client) => {
    // Lists of one user are stored one after another; the lock also orders concurrent lists of the same kind.
    await lockNames(client, [`list ${account.name} ${user} ${kind}`]);
    const known = assign(cards, await findKnown(client, [account.name, user, kind], cards));
    const rows = cards.map((card) => ({ ...card, id: known.get(card) ?? newUuid(askedAt.getTime()) }));
    const added = rows.filter((_row, index) => !known.has(cards[index] as WireCard));
    if (rows.length > 0) await releaseReferences(client, [account.name, user, kind], rows);
    if (added.length > 0) {
      await client.query(
        `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, provider_ref, status, masked_number, bin, last4,
           pan_fingerprint, created_at, updated_at)
         SELECT r.id, $2, $3, $4, $5, $6, r.provider_ref, 'bound', r.masked_number, r.bin, r.last4, r.fingerprints[1], $7, $7
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, provider_ref text, masked_number text, bin text, last4 text, fingerprints text[])`,
        [JSON.stringify(added), account.tenant, account.provider, account.name, user, kind, askedAt],
      );
    }
    if (rows.length > 0) await client.query(describeBound, [JSON.stringify(rows), askedAt]);
    if (list.unreadable > 0) return;
    await client.query(
      `UPDATE bindings SET status = 'removed', token_sealed = NULL, synced_at = $5, updated_at = $5
       WHERE account = $1 AND user_ref = $2 AND kind = $3 AND status = 'bound' AND id <> ALL ($4)
         AND (coalesce(synced_at, updated_at) < $5 OR ${isAheadOfTime('coalesce(synced_at, updated_at)', '$5')})`,
      [account.name, user, kind, rows.map(({ id }) => id), askedAt],
    );
  });
}

/** A listed card in the form the statements read; its token is re-sealed with each list, and so moves to the newest key. */
interface WireCard {
  readonly provider_ref: string | null;
  /** Under every key, newest first; empty if the list does not contain the number. */
  readonly fingerprints: readonly string[];
  readonly masked_number: string;
  readonly bin: string | null;
  readonly last4: string;
  readonly network: string | null;
  readonly card_type: string | null;
  readonly bank_code: string | null;
  readonly bank_name: string | null;
  readonly expiry: string | null;
  readonly bin_country: string | null;
  /** Hexadecimal. */
  readonly token_sealed: string | null;
  readonly token_fingerprint: string | null;
}

function wireCard(card: BoundCard, account: string, user: string, sealing: Sealing): WireCard {
  const { providerRef, kind } = card;
  const token = card.token !== null && providerRef !== null ? card.token : null;
  return {
    provider_ref: providerRef,
    fingerprints: card.pan === null ? [] : sealing.fingerprints(card.pan),
    masked_number: card.maskedNumber,
    bin: card.bin,
    last4: card.last4,
    network: card.network,
    card_type: card.cardType,
    bank_code: card.bank?.code ?? null,
    bank_name: card.bank?.name ?? null,
    expiry: card.expiry,
    bin_country: card.binCountry,
    token_sealed:
      token === null || providerRef === null
        ? null
        : sealing.seal(token, tokenPlace({ account, userRef: user, kind, providerRef })).toString('hex'),
    token_fingerprint: token && sealing.fingerprint(token),
  };
}

/**
 * A list may contain a card twice: with the same id, the same number or, with neither, the same masked number. The last one
 * counts, at the position of the first.
 */
function onceEach(cards: readonly WireCard[]): WireCard[] {
  const oncePer = (rows: readonly WireCard[], identity: (card: WireCard) => string | null) => [
    ...new Map(rows.map((card) => [identity(card) ?? card, card])).values(),
  ];
  const byNumber = oncePer(cards, ({ fingerprints: [fingerprint = null] }) => fingerprint);
  const byId = oncePer(byNumber, ({ provider_ref: id }) => id);
  return oncePer(byId, ({ provider_ref: id, fingerprints, masked_number: masked }) =>
    id === null && fingerprints.length === 0 ? masked : null,
  );
}

type Owned = readonly [account: string, user: string, kind: BindingKind];

interface Match {
  /** The card's position in the list. */
  readonly place: number;
  readonly id: string;
}

/** The stored rows that may match each listed card, likeliest first. */
async function findKnown(client: PoolClient, owned: Owned, cards: readonly WireCard[]): Promise<Match[]> {
  const { rows } = await client.query<Match>(
    `WITH listed AS (
       SELECT ordinality::integer - 1 AS place, r->>'provider_ref' AS provider_ref, r->>'masked_number' AS masked_number,
         r->'fingerprints' AS fingerprints
       FROM jsonb_array_elements($4::jsonb) WITH ORDINALITY AS e (r, ordinality)
     ), known AS (
       SELECT id, status, provider_ref, pan_fingerprint, masked_number FROM bindings
       WHERE account = $1 AND user_ref = $2 AND kind = $3
     )
     SELECT place, id FROM (
       SELECT place, id, status, 3 AS likeness
       FROM (SELECT place, jsonb_array_elements_text(fingerprints) AS pan_fingerprint FROM listed) l JOIN known USING (pan_fingerprint)
       UNION ALL SELECT place, id, status, 2 FROM listed JOIN known USING (provider_ref)
       UNION ALL SELECT place, id, status, 1 FROM listed l JOIN known k USING (masked_number)
         WHERE l.provider_ref IS NULL AND jsonb_array_length(fingerprints) = 0 AND k.pan_fingerprint IS NULL
     ) matches ORDER BY status = 'bound' DESC, likeness DESC, id DESC`,
    [...owned, JSON.stringify(cards)],
  );
  return rows;
}

/** Assigns each card at most one stored row, and no row to two cards. */
function assign(cards: readonly WireCard[], matches: readonly Match[]): ReadonlyMap<WireCard, string> {
  const rowOf = new Map<WireCard, string>();
  const taken = new Set<string>();
  for (const { place, id } of matches) {
    const card = cards[place];
    if (card === undefined || rowOf.has(card) || taken.has(id)) continue;
    rowOf.set(card, id);
    taken.add(id);
  }
  return rowOf;
}

/** The provider may reuse the old id for a card that is bound again, or swap two cards' ids: the new row gets it. */
async function releaseReferences(client: PoolClient, owned: Owned, rows: readonly object[]): Promise<void> {
  await client.query(
    `UPDATE bindings b SET provider_ref = NULL FROM jsonb_to_recordset($4::jsonb) AS r (id uuid, provider_ref text)
     WHERE b.account = $1 AND b.user_ref = $2 AND b.kind = $3 AND b.provider_ref = r.provider_ref AND b.id <> r.id`,
    [...owned, JSON.stringify(rows)],
  );
}

/** The members of a listed card that a caller sees. */
const shown = {
  status: `'bound'`,
  provider_ref: 'coalesce(r.provider_ref, b.provider_ref)',
  network: 'r.network',
  card_type: 'r.card_type',
  bank_code: 'r.bank_code',
  bank_name: 'r.bank_name',
  expiry: 'r.expiry',
  bin_country: 'r.bin_country',
};

const describeBound = `
  UPDATE bindings b SET ${Object.entries(shown)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')},
    token_sealed = coalesce(decode(r.token_sealed, 'hex'), b.token_sealed),
    token_fingerprint = coalesce(r.token_fingerprint, b.token_fingerprint),
    pan_fingerprint = coalesce(b.pan_fingerprint, r.fingerprints[1]),
    synced_at = $2,
    updated_at = CASE WHEN (${Object.keys(shown)
      .map((name) => `b.${name}`)
      .join(', ')}) IS DISTINCT FROM (${Object.values(shown).join(', ')}) THEN $2 ELSE b.updated_at END
  FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, provider_ref text, network text, card_type text, bank_code text, bank_name text,
    expiry text, bin_country text, token_sealed text, token_fingerprint text, fingerprints text[])
  WHERE b.id = r.id AND (b.synced_at IS NULL OR b.synced_at <= $2 OR ${isAheadOfTime('b.synced_at', '$2')})`;

/** The place to which a payment token is sealed. */
export function tokenPlace(binding: {
  readonly account: string;
  readonly userRef: string;
  readonly kind: BindingKind;
  readonly providerRef: string;
}) {
  const { account, userRef, kind, providerRef } = binding;
  return { table: 'bindings', column: 'token', row: [account, userRef, kind, providerRef] } as const;
}

/** The users of an account known to have this token; several only if they share it. */
export async function usersOfToken(pool: Pool, account: string, fingerprints: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ user: string }>(
    'SELECT DISTINCT user_ref AS "user" FROM bindings WHERE account = $1 AND token_fingerprint = ANY ($2)',
    [account, fingerprints],
  );
  return rows.map(({ user }) => user);
}
