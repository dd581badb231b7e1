import { inTransaction } from '@card-gateway/database';
import { type BindingKind, type BoundCard, type BoundCards, newUuid } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Owner } from '../accounts/accounts.ts';
import type { Sealing } from '../sealing.ts';

/**
 * Stores the whole list of what a user has bound, in one transaction. A row is found by the provider's id or the card's
 * fingerprint, the bound one first. What was bound before this list was asked for, and the list, if all of it could be read, does not show, is `removed`; an answer that was asked for
 * before the last one (`askedAt`) changes nothing.
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
  await inTransaction(pool, async (client) => {
    // Lists of one user are stored one after another; the lock also orders this against a second list of the same.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `list ${account.name} ${list.user} ${list.kind}`,
    ]);
    const seen: string[] = [];
    for (const card of list.cards) {
      const fingerprints = card.pan === null ? [] : sealing.fingerprints(card.pan);
      const known = await findBound(client, account.name, list.user, card, fingerprints);
      if (known !== null) await releaseReference(client, known, card);
      const id = known ?? (await insertBound(client, account, list.user, card, fingerprints[0] ?? null, list.askedAt));
      const token = sealToken(sealing, account.name, list.user, card);
      await describeBound(client, id, card, fingerprints[0] ?? null, token, list.askedAt);
      seen.push(id);
    }
    if (list.unreadable > 0) return;
    await client.query(
      `UPDATE bindings SET status = 'removed', token_sealed = NULL, synced_at = $5, updated_at = $5
       WHERE account = $1 AND user_ref = $2 AND kind = $3 AND status = 'bound' AND NOT id = ANY ($4)
         AND coalesce(synced_at, updated_at) < $5`,
      [account.name, list.user, list.kind, seen, list.askedAt],
    );
  });
}

async function findBound(
  client: PoolClient,
  account: string,
  user: string,
  card: BoundCard,
  fingerprints: readonly string[],
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM bindings
     WHERE account = $1 AND user_ref = $2 AND kind = $3
       AND (provider_ref = $4 OR pan_fingerprint = ANY ($5) OR ($4::text IS NULL AND pan_fingerprint IS NULL AND masked_number = $6))
     ORDER BY status = 'bound' DESC, provider_ref = $4 DESC NULLS LAST, id DESC LIMIT 1`,
    [account, user, card.kind, card.providerRef, fingerprints, card.maskedNumber],
  );
  return rows[0]?.id ?? null;
}

/** The provider may give a card that was bound anew its old id: then that id is the new row's. */
async function releaseReference(client: PoolClient, id: string, card: BoundCard): Promise<void> {
  await client.query(
    `UPDATE bindings o SET provider_ref = NULL FROM bindings b
     WHERE b.id = $1 AND o.id <> b.id AND o.account = b.account AND o.user_ref = b.user_ref AND o.kind = b.kind
       AND o.provider_ref = $2`,
    [id, card.providerRef],
  );
}

async function insertBound(
  client: PoolClient,
  account: Owner,
  user: string,
  card: BoundCard,
  fingerprint: string | null,
  at: Date,
): Promise<string> {
  const id = newUuid(at.getTime());
  await client.query(
    `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, provider_ref, status, masked_number, bin, last4,
       pan_fingerprint, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'bound', $8, $9, $10, $11, $12, $12)`,
    [
      id,
      account.tenant,
      account.provider,
      account.name,
      user,
      card.kind,
      card.providerRef,
      card.maskedNumber,
      card.bin,
      card.last4,
      fingerprint,
      at,
    ],
  );
  return id;
}

async function describeBound(
  client: PoolClient,
  id: string,
  card: BoundCard,
  fingerprint: string | null,
  token: SealedToken | null,
  at: Date,
): Promise<void> {
  await client.query(
    `UPDATE bindings SET status = 'bound', provider_ref = coalesce($2, provider_ref), network = $3, card_type = $4, bank_code = $5,
       bank_name = $6, expiry = $7, bin_country = $8, token_sealed = coalesce($9, token_sealed), synced_at = $10::timestamptz,
       token_fingerprint = coalesce($11, token_fingerprint), pan_fingerprint = coalesce(pan_fingerprint, $12),
       updated_at = CASE WHEN (status, provider_ref, network, card_type, bank_code, bank_name, expiry, bin_country)
         IS DISTINCT FROM ('bound', coalesce($2, provider_ref), $3, $4, $5, $6, $7, $8) THEN $10 ELSE updated_at END
     WHERE id = $1 AND (synced_at IS NULL OR synced_at <= $10)`,
    [
      id,
      card.providerRef,
      card.network,
      card.cardType,
      card.bank?.code ?? null,
      card.bank?.name ?? null,
      card.expiry,
      card.binCountry,
      token?.sealed ?? null,
      at,
      token?.fingerprint ?? null,
      fingerprint,
    ],
  );
}

interface SealedToken {
  readonly sealed: Buffer;
  readonly fingerprint: string;
}

/** Sealed anew with each list, a token comes under the newest key. */
function sealToken(sealing: Sealing, account: string, user: string, card: BoundCard): SealedToken | null {
  if (card.token === null || card.providerRef === null) return null;
  const place = tokenPlace({ account, userRef: user, kind: card.kind, providerRef: card.providerRef });
  return { sealed: sealing.seal(card.token, place), fingerprint: sealing.fingerprint(card.token) };
}

/** Where a payment token is sealed to. */
export function tokenPlace(binding: {
  readonly account: string;
  readonly userRef: string;
  readonly kind: BindingKind;
  readonly providerRef: string;
}) {
  const { account, userRef, kind, providerRef } = binding;
  return { table: 'bindings', column: 'token', row: [account, userRef, kind, providerRef] } as const;
}

/**
 * Takes a bound row for one removal: of two at the same time one loses. False when it is bound no more, or when another
 * write has taken it since `earlier`, its last write, was read.
 */
export async function beginRemoving(
  client: PoolClient,
  row: { readonly id: string; readonly earlier: string | null },
  operationId: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE bindings SET operation_id = $3, updated_at = $4
     WHERE id = $1 AND status = 'bound' AND operation_id IS NOT DISTINCT FROM $2`,
    [row.id, row.earlier, operationId, at],
  );
  return rowCount === 1;
}

/**
 * The provider has removed it; its payment token is of no use any more. A list that was asked for before this moment does
 * not bring it back.
 */
export async function markRemoved(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query(
    `UPDATE bindings SET status = 'removed', token_sealed = NULL, synced_at = greatest(synced_at, $2), updated_at = $2
     WHERE id = $1 AND status = 'bound'`,
    [id, at],
  );
}

/** The users of an account who are known to have this token; more than one only where they share it. */
export async function usersOfToken(pool: Pool, account: string, fingerprints: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ user: string }>(
    'SELECT DISTINCT user_ref AS "user" FROM bindings WHERE account = $1 AND token_fingerprint = ANY ($2)',
    [account, fingerprints],
  );
  return rows.map(({ user }) => user);
}
