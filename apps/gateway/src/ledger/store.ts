import { gathered, inTransaction, Unconfirmed } from '@card-gateway/database';
import type { OperationType, Refusal } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import { takenKeyOf } from '../database-failure.ts';
import { addAttempt, type Attempt, keepAnswer, type StoredAnswer } from './attempt-store.ts';
import { keyHash } from './key-hash.ts';
import { type WriteEvent, transition, type WriteState } from './machine.ts';
import { queueReconciliation } from './queue-store.ts';

export { confirmCommits } from '@card-gateway/database';

export interface OperationRow extends WriteState {
  readonly id: string;
  readonly tenant: string;
  readonly caller: string;
  /** Null once its Idempotency-Key was forgotten, or handed to a new try. */
  readonly requestHash: string | null;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly resourceId: string;
  /** As of when its card's state was known when this change was recorded; null for other writes. */
  readonly knownAt: Date | null;
  readonly refusal: Refusal | null;
  readonly answerStatus: number | null;
  readonly answer: unknown;
  readonly createdAt: Date;
}

/** The identity of a request: repeats have the same key. */
export interface Key {
  readonly tenant: string;
  readonly caller: string;
  /** As the caller sent it; stored and searched as a hash. */
  readonly idempotencyKey: string;
}

/** The columns of an {@link OperationRow}. */
const columns = `id, tenant, caller, request_hash AS "requestHash", type, provider, account, resource_id AS "resourceId",
  state, fence, lease_until AS "leaseUntil", settles_by AS "resolvesBy", unknown_because AS "unknownBecause",
  unknown_since AS "unknownSince", look_ups AS "lookUps", next_look_up_at AS "nextLookUpAt",
  silent_since AS "silentSince", silent_ms::float8 AS "silentMs", refusal, settled_by AS "resolvedBy",
  settled_at AS "resolvedAt", superseded_by AS "supersededBy", known_at AS "knownAt", answer_status AS "answerStatus", answer, created_at AS "createdAt"`;

/** A {@link Key} as it is stored. */
interface StoredKey {
  readonly tenant: string;
  readonly caller: string;
  readonly idempotencyKey: string | null;
}

const nameOfKey = (key: StoredKey): string => JSON.stringify([key.idempotencyKey, key.tenant, key.caller]);

const operationByKey = gathered<StoredKey, StoredKey & OperationRow>({
  askKey: nameOfKey,
  rowKey: nameOfKey,
  send: async (to, keys) => {
    const { rows } = await to.query<StoredKey & OperationRow>({
      name: 'operation-by-key',
      text: `SELECT ${columns}, idempotency_key AS "idempotencyKey" FROM operations
             WHERE (tenant, caller, idempotency_key) IN (
               SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::text[]))
             )`,
      values: [
        keys.map(({ tenant }) => tenant),
        keys.map(({ caller }) => caller),
        keys.map(({ idempotencyKey }) => idempotencyKey),
      ],
    });
    return rows;
  },
});

/** The write that a key was last used for. */
export function findByKey(pool: Pool, { tenant, caller, idempotencyKey }: Key): Promise<OperationRow | null> {
  return operationByKey(pool, { tenant, caller, idempotencyKey: keyHash(idempotencyKey) });
}

export async function findById(client: Pool | PoolClient, id: string): Promise<OperationRow | null> {
  const { rows } = await client.query<OperationRow>({
    name: 'operation-by-id',
    text: `SELECT ${columns} FROM operations WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** An account's open writes on these resources. */
export async function findOpen(pool: Pool, account: string, resourceIds: readonly string[]): Promise<OperationRow[]> {
  const { rows } = await pool.query<OperationRow>({
    name: 'operation-open',
    text: `SELECT ${columns} FROM operations
           WHERE state IN ('submitting', 'unknown') AND account = $1 AND resource_id = ANY ($2::uuid[])`,
    values: [account, resourceIds],
  });
  return rows;
}

/** An event of a write, and what to store with it. */
export interface StateChange {
  /** The write as last read. */
  readonly operation: OperationRow;
  readonly event: WriteEvent;
  readonly at: Date;
  readonly refusal: Refusal | null;
  readonly attempt: Attempt | null;
}

/**
 * Applies an event by compare-and-set: resource, operation, evidence and stored answer change in one transaction, which also
 * queues a look-up that becomes necessary. Null if the event changes nothing; even then the answer to the send, or what the
 * provider showed of a closed write, is stored as evidence.
 *
 * @param apply writes the resource and returns the answer to store, or null
 */
export async function applyEvent(
  pool: Pool,
  change: StateChange,
  apply: (client: PoolClient, operation: OperationRow) => Promise<StoredAnswer | null>,
): Promise<{ readonly operation: OperationRow; readonly answer: StoredAnswer | null } | null> {
  const { attempt } = change;
  return inTransaction(pool, async (client) => {
    const operation = await transit(client, change);
    const isEvidence = change.event.kind === 'evidenceSeen' || attempt?.kind === 'send';
    if (operation === null) {
      if (attempt !== null && isEvidence) await addAttempt(client, change.operation.id, attempt);
      return null;
    }
    const answer = await apply(client, operation);
    if (operation.state === 'unknown' || answer === null) {
      if (attempt !== null) await addAttempt(client, operation.id, attempt);
    } else {
      await keepAnswer(client, operation.id, answer, attempt);
    }
    const isLookedUp = operation.leaseUntil !== null;
    if (operation.nextLookUpAt !== null && !isLookedUp)
      await queueReconciliation(client, operation, operation.nextLookUpAt.getTime() - change.at.getTime());
    return { operation, answer };
  });
}

/** Applies the event to the write as last read; re-runs the transition on the stored row if that copy is stale. */
async function transit(client: PoolClient, change: StateChange): Promise<OperationRow | null> {
  const seen = transition(change.operation, change.event, change.at);
  const moved = seen === null ? null : await compareAndSet(client, change, change.operation, seen);
  if (moved !== null) return moved;
  const { rows } = await client.query<OperationRow>({
    name: 'operation-lock',
    text: `SELECT ${columns} FROM operations WHERE id = $1 FOR UPDATE`,
    values: [change.operation.id],
  });
  const [now] = rows;
  if (now === undefined) return null;
  const after = transition(now, change.event, change.at);
  return after === null ? null : compareAndSet(client, change, now, after);
}

/** State and fencing token show whether the row is unchanged since it was read; the look-up time, whether it was woken. */
async function compareAndSet(
  client: PoolClient,
  { refusal, at }: StateChange,
  before: OperationRow,
  after: WriteState,
): Promise<OperationRow | null> {
  const { rows } = await client.query<OperationRow>({
    name: 'operation-transit',
    text: `UPDATE operations SET state = $4, fence = $5, lease_until = $6, settles_by = $7, unknown_because = $8,
             unknown_since = $9, look_ups = $10, next_look_up_at = $11, silent_since = $12, silent_ms = $13,
             settled_by = $14, settled_at = $15, refusal = $16, updated_at = $17, superseded_by = $19
           WHERE id = $1 AND state = $2 AND fence = $3 AND next_look_up_at IS NOT DISTINCT FROM $18
           RETURNING ${columns}`,
    values: [
      before.id,
      before.state,
      before.fence,
      after.state,
      after.fence,
      after.leaseUntil,
      after.resolvesBy,
      after.unknownBecause,
      after.unknownSince,
      after.lookUps,
      after.nextLookUpAt,
      after.silentSince,
      after.silentMs,
      after.resolvedBy,
      after.resolvedAt,
      after.state === 'refused' ? JSON.stringify(refusal) : null,
      at,
      before.nextLookUpAt,
      after.supersededBy,
    ],
  });
  return rows[0] ?? null;
}

/** Another write on the same resource that was not refused, as far as is known. */
export type OtherWrite = Pick<OperationRow, 'id' | 'type' | 'state' | 'createdAt'>;

/** The other writes on a write's resource that may have had an effect, latest first; only the last 200 matter. */
export async function findOthers(
  pool: Pool,
  { id, resourceId }: Pick<OperationRow, 'id' | 'resourceId'>,
): Promise<OtherWrite[]> {
  const { rows } = await pool.query<OtherWrite>({
    name: 'operation-others',
    text: `SELECT id, type, state, created_at AS "createdAt" FROM operations
           WHERE resource_id = $1 AND id <> $2 AND state <> 'refused' ORDER BY id DESC LIMIT 200`,
    values: [resourceId, id],
  });
  return rows;
}

/**
 * Supersedes the earlier writes of these types on these resources that are still unknown, after a later one succeeded. Must
 * precede all other locks of its transaction, and locks the newest first, so that two of these cannot deadlock.
 */
export async function supersedeEarlier(
  client: PoolClient,
  by: Pick<OperationRow, 'id'>,
  earlier: { readonly resourceIds: readonly string[]; readonly types: readonly OperationType[] },
  at: Date,
): Promise<void> {
  const { rows } = await client.query<OperationRow>({
    name: 'operation-earlier',
    text: `SELECT ${columns} FROM operations
           WHERE resource_id = ANY ($1::uuid[]) AND type = ANY ($2::text[]) AND state = 'unknown' AND id < $3
           ORDER BY id DESC FOR UPDATE`,
    values: [earlier.resourceIds, earlier.types, by.id],
  });
  for (const row of rows) {
    const event = { kind: 'superseded', by: by.id } as const;
    const after = transition(row, event, at);
    const change: StateChange = { operation: row, event, at, refusal: null, attempt: null };
    if (after !== null) await compareAndSet(client, change, row, after);
  }
}

/** Whether the commit is unconfirmed: the record may exist, appear later, or be lost in a failover. */
export function isUnconfirmed(error: unknown): boolean {
  return error instanceof Unconfirmed;
}

/** Whether a row could not be changed because another row has the provider's id. */
export function isTakenReference(error: unknown): boolean {
  return takenKeyOf(error)?.endsWith('_provider_ref_key') === true;
}
