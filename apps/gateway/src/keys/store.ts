import type { Pool } from 'pg';
import type { Caller } from '../http/auth.ts';

/** The caller of a key that was not revoked; null for any other. */
export async function findKey(pool: Pool, hash: Buffer): Promise<Caller | null> {
  const { rows } = await pool.query<Caller>({
    name: 'api-key',
    text: 'SELECT tenant, caller, scopes FROM api_keys WHERE hash = $1 AND revoked_at IS NULL',
    values: [hash],
  });
  return rows[0] ?? null;
}
