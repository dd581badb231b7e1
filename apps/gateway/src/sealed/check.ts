import type { Pool } from 'pg';
import { ConfigError } from '../config.ts';
import type { Sealing } from '../sealing.ts';
import { type FingerprintColumn, fingerprintColumns, type SealedColumn, sealedColumns } from './columns.ts';
import { countByFingerprintKey, countByKey, keysInUse, knownKeys, retiredKeys } from './store.ts';

/** Number of a column's values under a key that is not configured. */
export interface Closed<Column = SealedColumn> {
  readonly column: Column;
  readonly key: string;
  readonly rows: number;
}

/**
 * Checks the configured keys against the stored data, with a few index look-ups unless something is wrong.
 *
 * @returns values sealed under keys that are not configured: they stay closed until the keys are, or until their provider lists
 * them again
 * @throws ConfigError if the newest key, which would seal, is retired
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
 * Values under known fingerprint keys that are not configured: such numbers are not recognised, and repeats of such requests
 * cannot be compared. Counts rows only if a key is missing, and then all of them.
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
