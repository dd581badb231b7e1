import type { PoolClient } from 'pg';
import { recordingSeen, type RecordWrite } from '../ledger/record-store.ts';
import { sendClaims } from '../ledger/send-claims-store.ts';
import { describedAsSeen, noEarlierOpen, type Resolve, resolving } from '../ledger/resolve-store.ts';

const removal = {
  own: 'earlier uuid',
  seen: `SELECT NULL::timestamptz AS known_at FROM bindings
    WHERE id = asked.resource_id AND status = 'bound' AND operation_id IS NOT DISTINCT FROM asked.earlier`,
  resource: `UPDATE bindings SET operation_id = claimed.id, updated_at = claimed.created_at FROM claimed
    WHERE bindings.id = claimed.resource_id`,
};

const recordRemoval = recordingSeen(sendClaims('removal-record', removal));

/**
 * Records a removal, of two concurrent ones the first. It does not fit if the row is no longer bound, or if another write has
 * acquired it since its last write, `earlier`, was read.
 */
export function recordRemoving(earlier: string | null): RecordWrite {
  return recordRemoval({ earlier });
}

const removed = `
  UPDATE bindings b SET status = 'removed', token_sealed = NULL, synced_at = greatest(b.synced_at, moved.at),
    updated_at = moved.at
  FROM moved WHERE b.id = moved.resource_id`;

/** Resolves removals that the provider made, unless one supersedes an earlier write, or its id has passed to another card. */
export const removedAtOnce: Resolve = resolving('binding-removed', {
  shown: 'bindings',
  fit: `${describedAsSeen} AND r.provider_ref = said.provider_ref AND ${noEarlierOpen}`,
  own: 'seen_at timestamptz, provider_ref text',
  resource: removed,
});

/** Marks the binding as removed and erases its payment token. A list requested before this moment does not restore it. */
export async function markRemoved(client: PoolClient, id: string, at: Date): Promise<void> {
  await client.query(
    `WITH moved AS (SELECT $1::uuid AS resource_id, $2::timestamptz AS at) ${removed} AND b.status = 'bound'`,
    [id, at],
  );
}
