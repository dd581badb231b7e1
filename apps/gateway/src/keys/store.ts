import { toPublicId } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Caller } from '../caller.ts';

/** The caller of a key that is neither revoked nor expired by the database's clock; otherwise null. */
export async function findKey(pool: Pool, hash: Buffer): Promise<Caller | null> {
  const { rows } = await pool.query<Omit<Caller, 'keyId'> & { id: string }>({
    name: 'api-key',
    text: `SELECT id, tenant, caller, scopes FROM api_keys
           WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    values: [hash],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { id, ...caller } = row;
  return { ...caller, keyId: toPublicId('apiKey', id) };
}
