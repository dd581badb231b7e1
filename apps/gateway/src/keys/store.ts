import { gathered } from '@card-gateway/database';
import { toPublicId } from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { Caller } from '../caller.ts';

type KeyRow = Omit<Caller, 'keyId'> & { readonly id: string; readonly hash: Buffer };

const keyByHash = gathered<Buffer, KeyRow>({
  askKey: (hash) => hash.toString('base64'),
  rowKey: ({ hash }) => hash.toString('base64'),
  send: async (to, hashes) => {
    const { rows } = await to.query<KeyRow>({
      name: 'api-key',
      text: `SELECT id, hash, tenant, caller, scopes FROM api_keys
             WHERE hash = ANY ((SELECT $1::bytea[])::bytea[]) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      values: [hashes],
    });
    return rows;
  },
});

/** The caller of a key that is neither revoked nor expired by the database's clock; otherwise null. */
export async function findKey(pool: Pool, hash: Buffer): Promise<Caller | null> {
  const row = await keyByHash(pool, hash);
  if (row === null) return null;
  const { id, tenant, caller, scopes } = row;
  return { tenant, caller, scopes, keyId: toPublicId('apiKey', id) };
}

/** A new key. */
export interface NewKey extends Omit<Caller, 'keyId'> {
  readonly id: string;
  readonly hash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export async function insertKey(client: PoolClient, key: NewKey): Promise<void> {
  await client.query(
    `INSERT INTO api_keys (id, tenant, caller, hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [key.id, key.tenant, key.caller, key.hash, key.scopes, key.createdAt, key.expiresAt],
  );
}

/** @returns whether it was not revoked before */
export async function endKey(client: PoolClient, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await client.query('UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [
    id,
    at,
  ]);
  return rowCount === 1;
}
