import type { CardStatus } from '@card-gateway/core';
import type { PoolClient } from 'pg';
import { recordingSeen, type RecordWrite } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { auditClaim, type AuditEntry, auditOf } from '../audit/store.ts';
import { forgotten, guessClaim, type GuessLimit, guessOf } from '../guesses/store.ts';
import { describedAsSeen, noEarlierOpen, type Resolve, resolving } from '../ledger/resolve-store.ts';
import type { CardRow } from './store.ts';

const change = {
  own: 'earlier uuid, status text',
  seen: `SELECT synced_at AS known_at FROM cards
    WHERE id = asked.resource_id AND operation_id IS NOT DISTINCT FROM asked.earlier AND status = asked.status`,
  resource: `UPDATE cards SET operation_id = claimed.id, updated_at = claimed.created_at FROM claimed
    WHERE cards.id = claimed.resource_id`,
};

const recordAnyChange = recordingSeen(sendClaims('change-record', change));

/**
 * Records a change on its card before it is sent, and on the change the time as of which the card's state is known. It does not
 * fit if the card has changed since it was read: another write has begun, or the provider described another state.
 */
export function recordChange({ operationId, status }: Pick<CardRow, 'operationId' | 'status'>): RecordWrite {
  return recordAnyChange({ earlier: operationId, status });
}

/**
 * The limits need no lock of their own: whoever counts a guess at a card changes its `operation_id` in the same transaction. If
 * this statement waits for the card, it is not as it was seen; if not, whatever was counted before is in its snapshot.
 */
const secretChange = {
  own: `${change.own}, ${guessClaim.own}, ${auditClaim.own}`,
  seen: `${change.seen} AND ${guessClaim.isWithin}`,
  also: `${guessClaim.also}, ${auditClaim.also}`,
  resource: change.resource,
};

const recordAnySecretChange = recordingSeen(sendClaims('secret-change-record', secretChange));

/**
 * The same for a change that contains a code: it is counted as a guess, and written to the audit log. It does not fit if one of
 * the limits is reached, either.
 *
 * @param limits all of one subject, which is the card's alone
 */
export function recordSecretChange(
  { operationId, status }: Pick<CardRow, 'operationId' | 'status'>,
  limits: readonly GuessLimit[],
  entry: Pick<AuditEntry, 'keyId' | 'action' | 'resource'>,
): RecordWrite {
  return recordAnySecretChange({ earlier: operationId, status, ...guessOf(limits), ...auditOf(entry) });
}

const ended = `
  UPDATE cards c SET status = moved.status, provider_status = moved.provider_status,
    synced_at = greatest(c.synced_at, moved.at), updated_at = moved.at
  FROM moved WHERE c.id = moved.resource_id`;

const changed = {
  shown: 'cards',
  fit: `${describedAsSeen} AND ${noEarlierOpen}`,
  own: 'seen_at timestamptz, status text, provider_status text',
  resource: `${ended} AND moved.status IS NOT NULL`,
} as const;

/** Resolves changes that the provider confirmed, unless one of them supersedes an earlier write on its card. */
export const changedAtOnce: Resolve = resolving('card-changed', changed);

const activated = { ...changed, own: `${changed.own}, guessed text`, also: forgotten };

/** The same, of changes that proved a code to be right. */
export const activatedAtOnce: Resolve = resolving('card-activated', activated);

/**
 * Applies a change that the provider confirmed. Descriptions requested earlier are now outdated, and so is everything known
 * when the change began, even if the provider dates that later. If another change has begun since, this one no longer
 * determines the card's state.
 */
export async function endChange(
  client: PoolClient,
  change: { readonly id: string; readonly resourceId: string; readonly createdAt: Date },
  end: { readonly status: CardStatus; readonly providerStatus: string | null },
  at: Date,
): Promise<void> {
  await client.query({
    name: 'card-end-change',
    text: `WITH moved AS (
             SELECT $1::uuid AS resource_id, $3::text AS status, $4::text AS provider_status, $5::timestamptz AS at
           )
           ${ended} AND c.operation_id = $2 AND (c.synced_at IS NULL OR c.synced_at <= $5 OR c.updated_at = $6)`,
    values: [change.resourceId, change.id, end.status, end.providerStatus, at, change.createdAt],
  });
}
