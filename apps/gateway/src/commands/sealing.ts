import { setTimeout as wait } from 'node:timers/promises';
import { operatorEntry, recordAudit } from '../audit/store.ts';
import type { Sealing } from '../sealing.ts';
import { fingerprintColumns, sealedColumns } from '../sealed/columns.ts';
import { checkSealingKeys } from '../sealed/check.ts';
import { compareKeyBytes, requireSameKeyBytes } from '../sealed/key-bytes.ts';
import { rotateSealed } from '../sealed/rotate.ts';
import { countByFingerprintKey, countByKey, retiredKeys } from '../sealed/store.ts';
import type { Administration } from './administration.ts';
import { printRows } from './table.ts';

const pauseMs = 100;

/**
 * Re-seals values under older keys with the newest one. Gateways may serve meanwhile, if all of them have the new key.
 *
 * @returns whether nothing is left under an older key
 */
export async function rotate(
  administration: Pick<Administration, 'pool' | 'now' | 'operator' | 'print'>,
  sealing: Sealing,
): Promise<boolean> {
  const { pool, now, print } = administration;
  await requireSameKeyBytes(pool, sealing);
  await checkSealingKeys(pool, sealing);
  const [newest = '', ...older] = sealing.keyIds.sealing;
  const purpose = older.length === 0 ? null : `retires ${older.join(', ')}`;
  await recordAudit(pool, operatorEntry(administration, null, { action: 'sealing.rotate', resource: newest, purpose }));
  const results = await rotateSealed(pool, sealing, new Date(now()), () => wait(pauseMs));
  for (const { column, resealed, notOpened, busy } of results) {
    print(
      `${column.table}.${column.column}: ${resealed} sealed anew, ${notOpened} not to be opened, ${busy} in use by others`,
    );
  }
  return results.every(({ notOpened, busy }) => notOpened === 0 && busy === 0);
}

const notConfigured = 'NOT CONFIGURED';
const otherBytes = 'OTHER BYTES';

/**
 * Shows the number of values under each key, and keys that do not match this database.
 *
 * @returns whether the configured keys are the right ones, and open all values
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
      kind: 'sealing' as const,
      counts: () => countByKey(pool, column),
    })),
    ...fingerprintColumns.map((column) => ({
      column: `${column.table}.${column.column}`,
      kind: 'fingerprint' as const,
      counts: () => countByFingerprintKey(pool, column),
    })),
  ];
  const others = (await compareKeyBytes(pool, sealing)).filter(({ bytes }) => bytes === 'other' || bytes === 'swapped');
  const values: { column: string; key: string; values: number; state: string }[] = [];
  for (const { column, kind, counts } of columns) {
    for (const [key, count] of await counts()) {
      const place = sealing.keyIds[kind].indexOf(key);
      const isOther = others.some((one) => one.kind === kind && one.id === key);
      const state = isOther ? otherBytes : place < 0 ? notConfigured : place === 0 ? 'newest' : 'older';
      const isRetired = kind === 'sealing' && retired.has(key);
      values.push({ column, key, values: count, state: isRetired ? `${state}, retired` : state });
    }
  }
  // Such a key may have no values here, but it is wrong all the same.
  for (const { kind, id } of others) {
    values.push({ column: `the ${kind} key itself`, key: id, values: 0, state: otherBytes });
  }
  printRows(administration, ['column', 'key', 'values', 'state'], values);
  return values.every(({ state }) => !state.startsWith(notConfigured) && !state.startsWith(otherBytes));
}
