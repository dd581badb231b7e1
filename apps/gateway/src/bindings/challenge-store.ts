import type { Pool, PoolClient } from 'pg';
import { lockNames } from '../advisory-locks.ts';
import { type Claimed, claimStatement, recordingSeen, type RecordWrite } from '../ledger/claim-store.ts';
import { uncounted } from '../guesses/store.ts';
import { noOperation } from '../ledger/reference.ts';
import { describedAsSeen, type Resolve, resolveStatement, resolving } from '../ledger/resolve-store.ts';
import type { BindingRow } from './store.ts';

export interface NewBinding {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  readonly account: string;
  readonly userRef: string;
  readonly maskedNumber: string;
  readonly bin: string;
  readonly last4: string;
  /** Under every fingerprint key, newest first. */
  readonly panFingerprints: readonly string[];
  readonly phoneFingerprints: readonly string[];
}

export interface SmsLimits {
  readonly resendAfterMs: number;
  readonly perHour: number;
  readonly perDay: number;
}

/** Why no SMS may be sent, and the milliseconds until one may. */
export type SmsRefusal =
  | { readonly because: 'too-soon' | 'phone-hour' | 'phone-day'; readonly until: Date; readonly waitMs: number }
  | { readonly because: 'verifying' };

/**
 * Records a binding before its start, if the SMS limits allow one. The limits hold across processes: concurrent starts for the
 * same card or phone wait for this transaction, and the database's clock counts. An older open challenge for the user's card is
 * closed, so that at most one is open.
 */
export async function insertBinding(
  client: PoolClient,
  binding: NewBinding,
  limits: SmsLimits,
  operationId: string,
  at: Date,
): Promise<{ readonly refusal: SmsRefusal } | { readonly recorded: BindingRow }> {
  const { account, userRef, panFingerprints, phoneFingerprints } = binding;
  const locks = [`phone ${phoneFingerprints[0]}`, `card ${account} ${userRef} ${panFingerprints[0]}`].toSorted();
  await lockNames(client, locks);
  const { now: smsAt, ...sent } = await sentSms(client, binding, limits, at);
  const refusal = smsRefusal(sent, limits, smsAt);
  if (refusal !== null) return { refusal };
  const resendAfter = new Date(smsAt.getTime() + limits.resendAfterMs);
  await client.query({
    name: 'binding-insert',
    text: `WITH expired AS (
             UPDATE bindings SET status = 'expired', updated_at = $14
             WHERE account = $4 AND user_ref = $5 AND pan_fingerprint = ANY ($15) AND status IN ('starting', 'awaiting_code')
             RETURNING id
           )
           INSERT INTO bindings (id, tenant, provider, account, user_ref, kind, status, masked_number, bin, last4,
             pan_fingerprint, phone_fingerprint, sms_at, resend_after, operation_id, created_at, updated_at)
           SELECT $1, $2, $3, $4, $5, 'bank_card', 'starting', $6, $7, $8, $9, $10, $11, $12, $13, $14, $14
           -- After the other one is closed, because only one may be open.
           FROM (SELECT count(*) FROM expired) closed`,
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
      smsAt,
      resendAfter,
      operationId,
      at,
      panFingerprints,
    ],
  });
  return { recorded: recordedBinding(binding, resendAfter, at) };
}

/** A binding that was just recorded. */
function recordedBinding(
  { id, tenant, provider, account, userRef, maskedNumber, last4, panFingerprints }: NewBinding,
  resendAfter: Date,
  at: Date,
): BindingRow {
  return {
    id,
    tenant,
    provider,
    account,
    userRef,
    kind: 'bank_card',
    providerRef: null,
    status: 'starting',
    maskedNumber,
    last4,
    network: null,
    cardType: null,
    bankCode: null,
    bankName: null,
    expiry: null,
    binCountry: null,
    panFingerprint: panFingerprints[0] ?? null,
    challengeRef: null,
    challengeExpiresAt: null,
    attemptsLeft: null,
    resendAfter,
    operationType: null,
    createdAt: at,
    updatedAt: at,
    syncedAt: null,
    ...noOperation,
  };
}

/** The SMS that were sent for a user's card, and to a phone. */
interface SentSms {
  readonly verifying: boolean;
  readonly until: Date | null;
  /** To the phone within a day, latest first, as many as the limits count. */
  readonly sentAt: readonly Date[];
}

/** What the limits count, and the time by the database's clock. */
async function sentSms(
  client: PoolClient,
  { account, userRef, panFingerprints, phoneFingerprints }: NewBinding,
  { perHour, perDay }: SmsLimits,
  at: Date,
): Promise<SentSms & { readonly now: Date }> {
  const { rows } = await client.query<SentSms & { readonly now: Date }>({
    name: 'binding-sms-sent',
    text: `SELECT clock.now, card.verifying, card.until, phone.sent_at AS "sentAt"
      FROM (SELECT clock_timestamp()::timestamptz(3) AS now) clock,
        LATERAL (SELECT coalesce(bool_or(status = 'verifying'), false) AS verifying, max(resend_after) AS until FROM bindings
          WHERE account = $1 AND user_ref = $2 AND pan_fingerprint = ANY ($3) AND sms_at IS NOT NULL) card,
        LATERAL (SELECT ARRAY(SELECT sms_at FROM bindings
          WHERE phone_fingerprint = ANY ($4) AND sms_at > clock.now - $6 * interval '1 millisecond'
          ORDER BY sms_at DESC LIMIT $5) AS sent_at) phone`,
    values: [account, userRef, panFingerprints, phoneFingerprints, Math.max(perHour, perDay), day],
  });
  return rows[0] ?? { now: at, verifying: false, until: null, sentAt: [] };
}

function smsRefusal({ verifying, until, sentAt }: SentSms, limits: SmsLimits, now: Date): SmsRefusal | null {
  const refusal = (because: 'too-soon' | 'phone-hour' | 'phone-day', nextAt: Date): SmsRefusal => ({
    because,
    until: nextAt,
    waitMs: nextAt.getTime() - now.getTime(),
  });
  if (verifying) return { because: 'verifying' };
  if (until !== null && until > now) return refusal('too-soon', until);
  const nthLatest = (count: number): Date | undefined => sentAt[count - 1];
  const ofDay = nthLatest(limits.perDay);
  if (ofDay !== undefined) return refusal('phone-day', new Date(ofDay.getTime() + day));
  const ofHour = nthLatest(limits.perHour);
  if (ofHour !== undefined && ofHour.getTime() > now.getTime() - hour) {
    return refusal('phone-hour', new Date(ofHour.getTime() + hour));
  }
  return null;
}

const hour = 3_600_000;
const day = 24 * hour;

const awaiting = `
  UPDATE bindings b SET status = 'awaiting_code', challenge_ref = moved.challenge_ref,
    challenge_expires_at = moved.challenge_expires_at, attempts_left = moved.attempts_left, updated_at = moved.at
  FROM moved WHERE b.id = moved.resource_id`;

/** Resolves starts whose SMS is on its way. */
export const awaitedAtOnce: Resolve = resolving((client, resolutions) =>
  client.query<{ id: string }>(
    resolveStatement(
      'binding-awaited',
      {
        shown: 'bindings',
        own: 'challenge_ref text, challenge_expires_at timestamptz, attempts_left integer',
        resource: awaiting,
      },
      resolutions,
    ),
  ),
);

/** The SMS is on its way. */
export async function awaitCode(
  client: PoolClient,
  id: string,
  challenge: { readonly ref: string; readonly expiresAt: Date; readonly attempts: number },
  at: Date,
): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::text AS challenge_ref, $3::timestamptz AS challenge_expires_at,
       $4::integer AS attempts_left, $5::timestamptz AS at)
     ${awaiting} AND b.status = 'starting'`,
    [id, challenge.ref, challenge.expiresAt, challenge.attempts, at],
  );
}

/** Whether this SMS belongs to another known binding. */
export async function isChallengeOfAnother(
  pool: Pool,
  { account, resourceId }: { readonly account: string; readonly resourceId: string },
  challengeRef: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT FROM bindings WHERE account = $1 AND challenge_ref = $2 AND id <> $3 LIMIT 1',
    [account, challengeRef, resourceId],
  );
  return rowCount === 1;
}

const startEnded = `
  UPDATE bindings b SET status = moved.status, resend_after = CASE WHEN moved.sent_nothing THEN NULL ELSE b.resend_after END,
    sms_at = CASE WHEN moved.sent_nothing THEN NULL ELSE b.sms_at END, updated_at = moved.at
  FROM moved WHERE b.id = moved.resource_id`;

/** Resolves starts that were refused or not needed. */
export const startEndedAtOnce: Resolve = resolving((client, resolutions) =>
  client.query<{ id: string }>(
    resolveStatement(
      'binding-start-ended',
      {
        shown: 'bindings',
        own: 'status text, sent_nothing boolean, told_nothing boolean',
        resource: startEnded,
        also: `${uncounted} AND moved.told_nothing`,
      },
      resolutions,
    ),
  ),
);

/** Ends a start that was refused or not needed. If it certainly sent no SMS, it does not count towards the limits. */
export async function endStart(
  client: PoolClient,
  id: string,
  end: { readonly status: 'refused' | 'not_required'; readonly sentNothing: boolean },
  at: Date,
): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::text AS status, $3::timestamptz AS at, $4::boolean AS sent_nothing)
     ${startEnded} AND b.status = 'starting'`,
    [id, end.status, at, end.sentNothing],
  );
}

const verifying = {
  seen: `SELECT NULL::timestamptz AS known_at FROM bindings WHERE id = asked.resource_id AND status = 'awaiting_code'`,
  resource: `UPDATE bindings SET status = 'verifying', operation_id = claimed.id, updated_at = claimed.created_at
    FROM claimed WHERE bindings.id = claimed.resource_id`,
};

/** Records a code, of two concurrent ones the first. It does not fit if the binding does not await one. */
export const recordVerifying: RecordWrite = recordingSeen((client, claims) =>
  client.query<Claimed>(claimStatement('code-record', verifying, claims)),
)();

/** The operation that checks a code: its late result must not affect a binding that is checking a newer one. */
interface VerifyingOperation {
  readonly id: string;
  readonly resourceId: string;
}

const codeAgain = `
  UPDATE bindings b SET attempts_left = b.attempts_left - moved.wrong, updated_at = moved.at,
    status = CASE WHEN b.attempts_left - moved.wrong <= 0 THEN 'expired' ELSE 'awaiting_code' END
  FROM moved WHERE b.id = moved.resource_id`;

/** Resolves codes that the provider refused. */
export const codeRefusedAtOnce: Resolve = resolving((client, resolutions) =>
  client.query<{ id: string }>(
    resolveStatement('code-refused', { shown: 'bindings', own: 'wrong integer', resource: codeAgain }, resolutions),
  ),
);

/**
 * Resolves codes that bound the card, unless another binding of the user's card is bound, which the unique key refuses, or is
 * without an outcome.
 */
export const codeAcceptedAtOnce: Resolve = resolving((client, resolutions) =>
  client.query<{ id: string }>(
    resolveStatement(
      'code-accepted',
      {
        shown: 'bindings',
        fit: `${describedAsSeen} AND r.provider_ref IS NOT DISTINCT FROM said.provider_ref AND NOT EXISTS (
          SELECT FROM bindings b JOIN operations e ON e.resource_id = b.id AND e.id < o.id
          WHERE b.account = r.account AND b.user_ref = r.user_ref AND b.kind = r.kind
            AND (b.id = r.id OR b.pan_fingerprint = r.pan_fingerprint)
            AND e.settled_at IS NULL AND e.superseded_by IS NULL)`,
        own: 'seen_at timestamptz, provider_ref text',
        resource: `UPDATE bindings b SET status = 'bound', updated_at = moved.at FROM moved WHERE b.id = moved.resource_id`,
      },
      resolutions,
    ),
  ),
);

/** After a rejected code the binding awaits one again, or is closed after the last wrong one. */
export async function awaitCodeAgain(
  client: PoolClient,
  verifying: VerifyingOperation,
  wrongCode: boolean,
  at: Date,
): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::integer AS wrong, $3::timestamptz AS at)
     ${codeAgain} AND b.status = 'verifying' AND b.operation_id = $4`,
    [verifying.resourceId, wrongCode ? 1 : 0, at, verifying.id],
  );
}

/** The code expired, or no binding was needed after all. */
export async function endVerifying(
  client: PoolClient,
  verifying: VerifyingOperation,
  status: 'expired' | 'not_required',
  at: Date,
): Promise<void> {
  await client.query(
    `UPDATE bindings SET status = $2, updated_at = $3 WHERE id = $1 AND status = 'verifying' AND operation_id = $4`,
    [verifying.resourceId, status, at, verifying.id],
  );
}

/**
 * Marks the card as bound by this binding, and an older row for the same card as `removed`. If there is a newer row, this
 * binding becomes `expired` instead: it was resolved only after the card had been bound again.
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
  await client.query(
    `UPDATE bindings SET status = 'removed', token_sealed = NULL, updated_at = $2 WHERE id = ANY ($1)`,
    [others, at],
  );
  await client.query(`UPDATE bindings SET status = 'bound', updated_at = $2 WHERE id = $1 AND status <> 'bound'`, [
    id,
    at,
  ]);
}

/** Other rows that show this user's card as bound: at most one. */
export async function boundRows(client: PoolClient, id: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT o.id FROM bindings o JOIN bindings b ON o.id <> b.id AND o.account = b.account AND o.user_ref = b.user_ref
       AND o.pan_fingerprint = b.pan_fingerprint
     WHERE b.id = $1 AND o.status = 'bound' AND o.kind = 'bank_card' FOR UPDATE OF o`,
    [id],
  );
  return rows.map((row) => row.id);
}
