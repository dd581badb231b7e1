import type { Pool, PoolClient } from 'pg';
import { recordingSeen, type RecordWrite } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { uncounted } from '../guesses/store.ts';
import { describedAsSeen, type Resolve, resolving } from '../ledger/resolve-store.ts';

const awaiting = `
  UPDATE bindings b SET status = 'awaiting_code', challenge_ref = moved.challenge_ref,
    challenge_expires_at = moved.challenge_expires_at, attempts_left = moved.attempts_left, updated_at = moved.at
  FROM moved WHERE b.id = moved.resource_id`;

/** Resolves starts whose SMS is on its way. */
export const awaitedAtOnce: Resolve = resolving('binding-awaited', {
  shown: 'bindings',
  own: 'challenge_ref text, challenge_expires_at timestamptz, attempts_left integer',
  resource: awaiting,
});

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
export const startEndedAtOnce: Resolve = resolving('binding-start-ended', {
  shown: 'bindings',
  own: 'status text, sent_nothing boolean, told_nothing boolean',
  resource: startEnded,
  also: `${uncounted} AND moved.told_nothing`,
});

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
export const recordVerifying: RecordWrite = recordingSeen(sendClaims('code-record', verifying))();

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
export const codeRefusedAtOnce: Resolve = resolving('code-refused', {
  shown: 'bindings',
  own: 'wrong integer',
  resource: codeAgain,
});

/**
 * Resolves codes that bound the card, unless another binding of the user's card is bound, which the unique key refuses, or is
 * without an outcome.
 */
export const codeAcceptedAtOnce: Resolve = resolving('code-accepted', {
  shown: 'bindings',
  fit: `${describedAsSeen} AND r.provider_ref IS NOT DISTINCT FROM said.provider_ref AND NOT EXISTS (
          SELECT FROM bindings b JOIN operations e ON e.resource_id = b.id AND (e.id < o.id) IS TRUE
          WHERE b.account = r.account AND b.user_ref = r.user_ref AND b.kind = r.kind
            AND (b.id = r.id OR b.pan_fingerprint = r.pan_fingerprint)
            AND e.settled_at IS NULL AND e.superseded_by IS NULL)`,
  own: 'seen_at timestamptz, provider_ref text',
  resource: `UPDATE bindings b SET status = 'bound', updated_at = moved.at FROM moved WHERE b.id = moved.resource_id`,
});

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
