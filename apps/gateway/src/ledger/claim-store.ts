import { type GuardedQuery, inOneStatement, inTransaction } from '@card-gateway/database';
import type { OperationType, ResolvesBy } from '@card-gateway/core';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { keyHash } from './key-hash.ts';
import { columns, type Key, type OperationRow } from './store.ts';

/** A write to be recorded. */
export interface NewOperation extends Key {
  readonly id: string;
  readonly requestHash: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly resourceId: string;
  readonly resolvesBy: ResolvesBy;
  readonly createdAt: Date;
  /** End of the sender's lease, later than any call can last. */
  readonly leaseUntil: Date;
}

/** A write to be recorded, and whether its statement is a transaction of its own. */
export interface Claim extends NewOperation {
  readonly isAlone: boolean;
}

/** Sends the statement that records a write together with its resource: one that {@link claimStatement} makes. */
export type RecordWrite = (client: PoolClient, claim: Claim) => Promise<QueryResult<OperationRow>>;

/** How a write is recorded. */
export interface Recording {
  readonly record: RecordWrite;
  /**
   * What does not fit into that statement, in one transaction with it. It may return the id of another resource that the write
   * is about.
   */
  readonly within?: (client: PoolClient, operationId: string, at: Date) => Promise<string | void>;
}

/** The SQL that a slice adds to the statement; `$1` and so on are its own values. */
export interface ClaimParts {
  /**
   * Selects one row, with `known_at`, if the resource is as it was seen, and locks it, so that it stays so; default always. A
   * resource that is not as it was seen claims nothing.
   */
  readonly fit?: string;
  /** Writes the resource, from the only row of `claimed`, which has all columns of the operation. */
  readonly resource?: string;
}

/** Records a write with its resource, unless its Idempotency-Key is taken: then, as if it does not fit, there is no row. */
export function claimStatement(
  name: string,
  { fit, resource }: ClaimParts,
  own: readonly unknown[],
  claim: Claim,
): GuardedQuery {
  const $ = (place: number): string => `$${own.length + place}`;
  return {
    name,
    text: `WITH fit AS (${fit ?? 'SELECT NULL::timestamptz AS known_at'}), claimed AS (
             INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
               state, settles_by, created_at, updated_at, lease_until, known_at)
             SELECT ${$(1)}, ${$(2)}, ${$(3)}, ${$(4)}, ${$(5)}, ${$(6)}, ${$(7)}, ${$(8)}, ${$(9)}, 'submitting', ${$(10)},
               ${$(11)}, ${$(11)}, ${$(12)}, fit.known_at FROM fit
             ON CONFLICT (tenant, caller, idempotency_key) DO NOTHING RETURNING *
           )${resource === undefined ? '' : `, recorded AS (${resource})`}
           SELECT ${columns} FROM claimed`,
    values: [
      ...own,
      claim.id,
      claim.tenant,
      claim.caller,
      keyHash(claim.idempotencyKey),
      claim.requestHash,
      claim.type,
      claim.provider,
      claim.account,
      claim.resourceId,
      claim.resolvesBy,
      claim.createdAt,
      claim.leaseUntil,
    ],
    isCommit: claim.isAlone,
  };
}

/** Records a write alone, whose resource is written in the same transaction. */
export const recordAlone: RecordWrite = (client, claim) =>
  client.query<OperationRow>(claimStatement('operation-record', {}, [], claim));

/** Rolls back a transaction that claims nothing. */
class NotClaimed extends Error {}

/**
 * Records a write and its resource before it is sent, with the sender's lease: by one statement that is a transaction of its
 * own, or in one transaction with what else the recording needs. Null if the Idempotency-Key is taken, or if the resource is not
 * as it was seen: then nothing was recorded.
 *
 * @param instead a certain, transient refusal that hands its key to this new try
 */
export async function claim(
  pool: Pool,
  operation: NewOperation,
  instead: OperationRow | null,
  { record, within }: Recording,
): Promise<OperationRow | null> {
  try {
    if (instead === null && within === undefined) {
      const { rows } = await inOneStatement(pool, (client) => record(client, { ...operation, isAlone: true }));
      return rows[0] ?? null;
    }
    return await inTransaction(pool, async (client) => {
      if (instead !== null) await handOver(client, instead.id);
      const { rows } = await record(client, { ...operation, isAlone: false });
      const [claimed] = rows;
      if (claimed === undefined) throw new NotClaimed();
      const resourceId = (await within?.(client, claimed.id, claimed.createdAt)) ?? claimed.resourceId;
      if (resourceId === claimed.resourceId) return claimed;
      await client.query('UPDATE operations SET resource_id = $2 WHERE id = $1', [claimed.id, resourceId]);
      return { ...claimed, resourceId };
    });
  } catch (error) {
    if (error instanceof NotClaimed || isTaken(error)) return null;
    throw error;
  }
}

async function handOver(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `UPDATE operations SET idempotency_key = NULL, request_hash = NULL, answer = NULL, answer_status = NULL
     WHERE id = $1 AND state = 'refused'`,
    [id],
  );
}

/** Whether another write, at this very moment, has inserted what may exist only once. */
function isTaken(error: unknown): boolean {
  return (error as { readonly code?: string }).code === '23505';
}
