import type { Pool, PoolClient } from 'pg';
import { takenKeyOf } from '../database-failure.ts';
import { keyHash } from '../ledger/key-hash.ts';
import type { Key } from '../ledger/store.ts';

/** A person's resolution of a write that no evidence could resolve. */
export interface Resolution {
  readonly operationId: string;
  readonly requestHash: string | null;
  readonly outcome: 'succeeded' | 'refused';
  readonly reason: string;
  readonly providerRef: string | null;
}

export interface NewResolution extends Resolution, Key {
  readonly apiKey: string;
  readonly resolvedAt: Date;
}

const columns = `operation_id AS "operationId", request_hash AS "requestHash", outcome, reason, provider_ref AS "providerRef"`;

/** Stores it, in the transaction that resolves the operation. */
export async function insertResolution(client: PoolClient, resolution: NewResolution): Promise<void> {
  await client.query(
    `INSERT INTO operation_resolutions (operation_id, tenant, resolved_by, api_key, idempotency_key, request_hash, outcome,
       reason, provider_ref, resolved_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      resolution.operationId,
      resolution.tenant,
      resolution.caller,
      resolution.apiKey,
      keyHash(resolution.idempotencyKey),
      resolution.requestHash,
      resolution.outcome,
      resolution.reason,
      resolution.providerRef,
      resolution.resolvedAt,
    ],
  );
}

export async function findResolution(pool: Pool, operationId: string): Promise<Resolution | null> {
  const { rows } = await pool.query<Resolution>(
    `SELECT ${columns} FROM operation_resolutions WHERE operation_id = $1`,
    [operationId],
  );
  return rows[0] ?? null;
}

export async function findResolutionByKey(pool: Pool, key: Key): Promise<Resolution | null> {
  const { rows } = await pool.query<Resolution>(
    `SELECT ${columns} FROM operation_resolutions WHERE tenant = $1 AND resolved_by = $2 AND idempotency_key = $3`,
    [key.tenant, key.caller, keyHash(key.idempotencyKey)],
  );
  return rows[0] ?? null;
}

/** Whether a concurrent resolution took the key. */
export function isTakenKey(error: unknown): boolean {
  return takenKeyOf(error) === 'operation_resolutions_key';
}
