import type { Pool } from 'pg';
import { ConfigError } from '../config.ts';
import type { Sealing } from '../sealing.ts';
import { type FingerprintColumn, fingerprintColumns, type SealedColumn, sealedColumns } from './columns.ts';
import { countByFingerprintKey, countByKey, keysInUse, knownKeys, retiredKeys } from './store.ts';

/** Values of a column that are under a key which is not configured. */
export interface Closed<Column = SealedColumn> {
  readonly column: Column;
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

/**
 * What is kept under fingerprint keys that this database knows and that are not configured: such numbers are not found again, and
 * repeats of such requests are not known. Counts only where a key is missing, and then all rows.
 */
export async function checkFingerprintKeys(pool: Pool, sealing: Sealing): Promise<Closed<FingerprintColumn>[]> {
  const known = (await knownKeys(pool)).filter(({ kind }) => kind === 'fingerprint').map(({ id }) => id);
  if (known.every((id) => sealing.keyIds.fingerprint.includes(id))) return [];
  const columns = await Promise.all(
    fingerprintColumns.map(async (column) =>
      [...(await countByFingerprintKey(pool, column))].map(([key, rows]) => ({ column, key, rows })),
    ),
  );
  return columns.flat().filter(({ key }) => !sealing.keyIds.fingerprint.includes(key));
}
