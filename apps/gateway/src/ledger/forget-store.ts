import type { Pool } from 'pg';

/** Removes keys and answers from at most `most` writes resolved before `before`. */
export async function forgetResolvedKeys(pool: Pool, before: Date, most: number): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE operations SET idempotency_key = NULL, request_hash = NULL, answer = NULL, answer_status = NULL
     WHERE id IN (SELECT id FROM operations
                  WHERE idempotency_key IS NOT NULL AND settled_at IS NOT NULL AND settled_at < $1
                  ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, most],
  );
  return rowCount ?? 0;
}

/** Removes the keys from at most `most` resolutions older than `before`. */
export async function forgetResolutionKeys(pool: Pool, before: Date, most: number): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE operation_resolutions SET idempotency_key = NULL, request_hash = NULL
     WHERE operation_id IN (SELECT operation_id FROM operation_resolutions
                            WHERE idempotency_key IS NOT NULL AND resolved_at < $1
                            ORDER BY resolved_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, most],
  );
  return rowCount ?? 0;
}
