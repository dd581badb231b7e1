import type { Pool, PoolClient } from 'pg';
import { type OperationRow, supersedeEarlier } from '../ledger/store.ts';

/** This binding, and the others of the user's card. */
const ofSameCard = `bindings b JOIN bindings o ON o.id = b.id OR (o.account = b.account AND o.user_ref = b.user_ref
  AND o.kind = b.kind AND o.pan_fingerprint = b.pan_fingerprint)`;

/**
 * Supersedes the unknown codes sent earlier for the card, which this write has bound. Must precede all other locks of its
 * transaction.
 */
export async function supersedeEarlierCodes(client: PoolClient, operation: OperationRow, at: Date): Promise<void> {
  const { rows } = await client.query<{ id: string }>(`SELECT o.id FROM ${ofSameCard} WHERE b.id = $1`, [
    operation.resourceId,
  ]);
  const resourceIds = rows.map(({ id }) => id);
  await supersedeEarlier(client, operation, { resourceIds, types: ['startBinding', 'verifyBinding'] }, at);
}

/** A write recorded later that has, or may have, bound the card. */
export type LaterWrite = Pick<OperationRow, 'id' | 'state'>;

/** Codes for the user's card sent after this write that have, or may have, bound it. */
export async function laterCodes(pool: Pool, operation: OperationRow): Promise<LaterWrite[]> {
  const { rows } = await pool.query<LaterWrite>(
    `SELECT p.id, p.state FROM ${ofSameCard} JOIN operations p ON p.resource_id = o.id
     WHERE b.id = $1 AND p.type = 'verifyBinding' AND p.id > $2
       AND (p.state IN ('submitting', 'unknown') OR (p.state = 'succeeded' AND o.status IN ('bound', 'removed')))`,
    [operation.resourceId, operation.id],
  );
  return rows;
}
