import { setTimeout as wait } from 'node:timers/promises';
import { recordAudit } from '../audit/store.ts';
import type { Sealing } from '../sealing.ts';
import { fingerprintColumns, sealedColumns } from '../sealed/columns.ts';
import { checkSealingKeys } from '../sealed/check.ts';
import { rotateSealed } from '../sealed/rotate.ts';
import { countByFingerprintKey, countByKey, retiredKeys } from '../sealed/store.ts';
import type { Administration } from './administration.ts';
import { printRows } from './table.ts';

const pauseMs = 100;

/**
 * Seals anew, under the newest key, what is under older ones; gateways may serve meanwhile, if all of them have the new key.
 *
 * @returns whether nothing is left under an older key
 */
export async function rotate(
  { pool, now, operator, print }: Pick<Administration, 'pool' | 'now' | 'operator' | 'print'>,
  sealing: Sealing,
): Promise<boolean> {
  await checkSealingKeys(pool, sealing);
  const [newest = '', ...older] = sealing.keyIds.sealing;
  await recordAudit(pool, {
    at: new Date(now()),
    tenant: null,
    caller: operator,
    keyId: null,
    action: 'sealing.rotate',
    resource: newest,
    purpose: older.length === 0 ? null : `retires ${older.join(', ')}`,
    requestId: null,
  });
  const results = await rotateSealed(pool, sealing, new Date(now()), () => wait(pauseMs));
  for (const { column, resealed, notOpened, busy } of results) {
    print(
      `${column.table}.${column.column}: ${resealed} sealed anew, ${notOpened} not to be opened, ${busy} in use by others`,
    );
  }
  return results.every(({ notOpened, busy }) => notOpened === 0 && busy === 0);
}

/**
 * Shows how many values are under which key.
 *
 * @returns whether a configured key opens all of them
 */
export async function status(
  administration: Pick<Administration, 'pool' | 'print' | 'json'>,
  sealing: Sealing,
): Promise<boolean> {
  const { pool } = administration;
  const retired = await retiredKeys(pool);
  const columns = [
    ...sealedColumns.map((column) => ({
      column: `${column.table}.${column.column}`,
      keys: sealing.keyIds.sealing,
      counts: () => countByKey(pool, column),
    })),
    ...fingerprintColumns.map((column) => ({
      column: `${column.table}.${column.column}`,
      keys: sealing.keyIds.fingerprint,
      counts: () => countByFingerprintKey(pool, column),
    })),
  ];
  const values: { column: string; key: string; values: number; state: string }[] = [];
  for (const { column, keys, counts } of columns) {
    for (const [key, count] of await counts()) {
      const place = keys.indexOf(key);
      const state = place < 0 ? 'NOT CONFIGURED' : place === 0 ? 'newest' : 'older';
      const isRetired = keys === sealing.keyIds.sealing && retired.has(key);
      values.push({ column, key, values: count, state: isRetired ? `${state}, retired` : state });
    }
  }
  printRows(administration, ['column', 'key', 'values', 'state'], values);
  return values.every(({ state }) => !state.startsWith('NOT CONFIGURED'));
}
