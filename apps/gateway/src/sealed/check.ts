import type { Pool } from 'pg';
import { ConfigError } from '../config.ts';
import type { Sealing } from '../sealing.ts';
import { type SealedColumn, sealedColumns } from './columns.ts';
import { countByKey, keysInUse, retiredKeys } from './store.ts';

/** Values that no configured key opens. */
export interface Closed {
  readonly column: SealedColumn;
  readonly key: string;
  readonly rows: number;
}

/**
 * Whether the configured keys fit what is kept. A few steps through indexes, unless something is wrong.
 *
 * @returns what is sealed under keys that are not configured: it does not open until they are, or until its provider lists it again
 * @throws ConfigError when the newest key, which would seal, is retired
 */
export async function checkSealingKeys(pool: Pool, sealing: Sealing): Promise<Closed[]> {
  const [newest = ''] = sealing.keyIds.sealing;
  if ((await retiredKeys(pool)).has(newest)) {
    throw new ConfigError([
      `GATEWAY_SEALING_KEYS: the key "${newest}" is retired; put the one in front that followed it.`,
    ]);
  }
  const closed: Closed[] = [];
  for (const column of sealedColumns) {
    const missing = (await keysInUse(pool, column)).filter((key) => !sealing.keyIds.sealing.includes(key));
    if (missing.length === 0) continue;
    const counts = await countByKey(pool, column);
    closed.push(...missing.map((key) => ({ column, key, rows: counts.get(key) ?? 0 })));
  }
  return closed;
}
