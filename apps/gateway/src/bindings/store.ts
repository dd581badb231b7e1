import type { BindingKind, BindingStatus, CardNetwork } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { operationColumns, type OperationColumns } from '../ledger/reference.ts';
import { type PageRequest, where } from '../page.ts';

export interface BindingRow extends OperationColumns {
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  readonly userRef: string;
  readonly kind: BindingKind;
  readonly providerRef: string | null;
  readonly status: BindingStatus;
  readonly maskedNumber: string;
  readonly last4: string;
  readonly network: CardNetwork | null;
  readonly cardType: 'debit' | 'credit' | 'unrecognized' | null;
  readonly bankCode: string | null;
  readonly bankName: string | null;
  readonly expiry: string | null;
  readonly binCountry: string | null;
  readonly panFingerprint: string | null;
  readonly challengeRef: string | null;
  readonly challengeExpiresAt: Date | null;
  readonly attemptsLeft: number | null;
  readonly resendAfter: Date | null;
  readonly operationType: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly syncedAt: Date | null;
}

const selectBindings = `
  SELECT b.id, b.provider, b.account, b.user_ref AS "userRef", b.kind, b.provider_ref AS "providerRef", b.status,
    b.masked_number AS "maskedNumber", b.last4, b.network, b.card_type AS "cardType", b.bank_code AS "bankCode",
    b.bank_name AS "bankName", b.expiry, b.bin_country AS "binCountry", b.pan_fingerprint AS "panFingerprint",
    b.challenge_ref AS "challengeRef", b.challenge_expires_at AS "challengeExpiresAt", b.attempts_left AS "attemptsLeft",
    b.resend_after AS "resendAfter", b.created_at AS "createdAt", b.updated_at AS "updatedAt", b.synced_at AS "syncedAt",
    o.type AS "operationType", ${operationColumns}
  FROM bindings b LEFT JOIN operations o ON o.id = b.operation_id`;

/** One binding of a tenant; null for another tenant's, as for none. */
export async function getBinding(client: Pool | PoolClient, tenant: string, id: string): Promise<BindingRow | null> {
  const { rows } = await client.query<BindingRow>({
    name: 'binding-get',
    text: `${selectBindings} WHERE b.id = $1 AND b.tenant = $2`,
    values: [id, tenant],
  });
  return rows[0] ?? null;
}

export interface BindingFilter {
  readonly tenant: string;
  readonly account?: string | undefined;
  readonly userRef?: string | undefined;
  readonly kind?: BindingKind | undefined;
  readonly status?: BindingStatus | undefined;
}

/** Bindings newest first, one more than the page holds. */
export async function listBindings(pool: Pool, filter: BindingFilter, page: PageRequest): Promise<BindingRow[]> {
  const { text, values } = where({
    'b.tenant =': filter.tenant,
    'b.account =': filter.account,
    'b.user_ref =': filter.userRef,
    'b.kind =': filter.kind,
    'b.status =': filter.status,
    'b.id <': page.after,
  });
  const { rows } = await pool.query<BindingRow>(
    `${selectBindings} ${text} ORDER BY b.id DESC LIMIT ${page.limit + 1}`,
    values,
  );
  return rows;
}

export interface NewBinding {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly userRef: string;
  readonly maskedNumber: string;
  readonly bin: string;
  readonly last4: string;
  /** Under every fingerprint key, the newest first. */
  readonly panFingerprints: readonly string[];
  readonly phoneFingerprints: readonly string[];
}

export interface SmsLimits {
  readonly resendAfterMs: number;
  readonly perHour: number;
  readonly perDay: number;
}

/** Why no SMS may be sent, and when one may be. */
export type SmsRefusal =
  | { readonly because: 'too-soon' | 'phone-hour' | 'phone-day'; readonly until: Date }
  | { readonly because: 'verifying' };

/**
 * Records a binding that is about to be started, if the limits on SMS allow one. The limits hold across processes: who
 * starts for the same card or the same phone at the same time waits for this transaction. An older open challenge of the
 * user's card is closed, so that one is open at most.
 */
export async function insertBinding(
  client: PoolClient,
  binding: NewBinding,
  limits: SmsLimits,
  operationId: string,
  at: Date,
): Promise<SmsRefusal | null> {
  const { account, userRef, panFingerprints, phoneFingerprints } = binding;
  const locks = [`phone ${phoneFingerprints[0]}`, `card ${account} ${userRef} ${panFingerprints[0]}`].toSorted();
  for (const lock of locks) await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);

  const refusal = await smsRefusal(client, binding, limits, at);
  if (refusal !== null) return refusal;
  await client.query(
    `UPDATE bindings SET status = 'expired', updated_at = $4
     WHERE account = $1 AND user_ref = $2 AND pan_fingerprint = ANY ($3) AND status IN ('starting', 'awaiting_code')`,
    [account, userRef, panFingerprints, at],
  );
  await client.query({
    name: 'binding-insert',
    text: `INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, status, masked_number, bin, last4,
             pan_fingerprint, phone_fingerprint, resend_after, operation_id, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, 'bank_card', 'starting', $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
    values: [
      binding.id,
      binding.tenant,
      binding.provider,
      account,
      userRef,
      binding.maskedNumber,
      binding.bin,
      binding.last4,
      panFingerprints[0],
      phoneFingerprints[0],
      new Date(at.getTime() + limits.resendAfterMs),
      operationId,
      at,
    ],
  });
  return null;
}

async function smsRefusal(
  client: PoolClient,
  binding: NewBinding,
  limits: SmsLimits,
  at: Date,
): Promise<SmsRefusal | null> {
  const { rows: cards } = await client.query<{ verifying: boolean; until: Date | null }>(
    `SELECT coalesce(bool_or(status = 'verifying'), false) AS verifying, max(resend_after) AS until
     FROM bindings WHERE account = $1 AND user_ref = $2 AND pan_fingerprint = ANY ($3) AND resend_after IS NOT NULL`,
    [binding.account, binding.userRef, binding.panFingerprints],
  );
  if (cards[0]?.verifying === true) return { because: 'verifying' };
  const until = cards[0]?.until ?? null;
  if (until !== null && until > at) return { because: 'too-soon', until };

  // A start that was refused or needed no binding has no resend_after: it sent nothing.
  const { rows: sent } = await client.query<{ createdAt: Date }>(
    `SELECT created_at AS "createdAt" FROM bindings
     WHERE phone_fingerprint = ANY ($1) AND resend_after IS NOT NULL AND created_at > $2
     ORDER BY created_at DESC LIMIT $3`,
    [binding.phoneFingerprints, new Date(at.getTime() - day), Math.max(limits.perHour, limits.perDay)],
  );
  const nthLatest = (count: number): Date | undefined => sent[count - 1]?.createdAt;
  const ofDay = nthLatest(limits.perDay);
  if (ofDay !== undefined) return { because: 'phone-day', until: new Date(ofDay.getTime() + day) };
  const ofHour = nthLatest(limits.perHour);
  if (ofHour !== undefined && ofHour.getTime() > at.getTime() - hour) {
    return { because: 'phone-hour', until: new Date(ofHour.getTime() + hour) };
  }
  return null;
}

const hour = 3_600_000;
const day = 24 * hour;

/** The SMS is on its way. */
export async function awaitCode(
  client: PoolClient,
  id: string,
  challenge: { readonly ref: string; readonly expiresAt: Date; readonly attempts: number },
  at: Date,
): Promise<void> {
  await client.query(
    `UPDATE bindings SET status = 'awaiting_code', challenge_ref = $2, challenge_expires_at = $3, attempts_left = $4, updated_at = $5
     WHERE id = $1 AND status = 'starting'`,
    [id, challenge.ref, challenge.expiresAt, challenge.attempts, at],
  );
}

/** Nothing was started and no SMS sent: refused, or not needed. */
export async function endStart(
  client: PoolClient,
  id: string,
  status: 'refused' | 'not_required',
  at: Date,
): Promise<void> {
  await client.query(
    `UPDATE bindings SET status = $2, resend_after = NULL, updated_at = $3 WHERE id = $1 AND status = 'starting'`,
    [id, status, at],
  );
}

/** Takes the binding for one code: of two at the same time one loses. False when it awaits no code. */
export async function beginVerifying(client: PoolClient, id: string, operationId: string, at: Date): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE bindings SET status = 'verifying', operation_id = $2, updated_at = $3 WHERE id = $1 AND status = 'awaiting_code'`,
    [id, operationId, at],
  );
  return rowCount === 1;
}

/** The code was not taken: the binding awaits one again, or is closed after the last wrong one. */
export async function awaitCodeAgain(client: PoolClient, id: string, wrongCode: boolean, at: Date): Promise<void> {
  await client.query(
    `UPDATE bindings SET attempts_left = attempts_left - $2::int, updated_at = $3,
       status = CASE WHEN attempts_left - $2::int <= 0 THEN 'expired' ELSE 'awaiting_code' END
     WHERE id = $1 AND status = 'verifying'`,
    [id, wrongCode ? 1 : 0, at],
  );
}

/** The code came too late, or no binding was needed after all. */
export async function endVerifying(
  client: PoolClient,
  id: string,
  status: 'expired' | 'not_required',
  at: Date,
): Promise<void> {
  await client.query(`UPDATE bindings SET status = $2, updated_at = $3 WHERE id = $1 AND status = 'verifying'`, [
    id,
    status,
    at,
  ]);
}

/**
 * The card is bound by this binding. An older row that says the same gives way to it. A newer one stays: then this one
 * was settled late, after the card had been bound anew.
 */
export async function markBound(client: PoolClient, id: string, at: Date): Promise<void> {
  const others = await boundRows(client, id);
  if (others.some((other) => other > id)) {
    await client.query(
      `UPDATE bindings SET status = 'expired', updated_at = $2
       WHERE id = $1 AND status IN ('starting', 'awaiting_code', 'verifying')`,
      [id, at],
    );
    return;
  }
  await client.query(`UPDATE bindings SET status = 'removed', updated_at = $2 WHERE id = ANY ($1)`, [others, at]);
  await client.query(`UPDATE bindings SET status = 'bound', updated_at = $2 WHERE id = $1 AND status <> 'bound'`, [
    id,
    at,
  ]);
}

/** Other rows by which this user's card is bound: one at most. */
export async function boundRows(client: PoolClient, id: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT o.id FROM bindings o JOIN bindings b ON o.id <> b.id AND o.account = b.account AND o.user_ref = b.user_ref
       AND o.pan_fingerprint = b.pan_fingerprint
     WHERE b.id = $1 AND o.status = 'bound' AND o.kind = 'bank_card' FOR UPDATE OF o`,
    [id],
  );
  return rows.map((row) => row.id);
}
