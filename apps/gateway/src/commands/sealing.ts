import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { recordAudit } from '../audit/store.ts';
import type { Sealing } from '../sealing.ts';
import { fingerprintColumns, sealedColumns } from '../sealed/columns.ts';
import { checkSealingKeys } from '../sealed/check.ts';
import { rotateSealed } from '../sealed/rotate.ts';
import { countByFingerprintKey, countByKey, retiredKeys } from '../sealed/store.ts';
import { operator } from './usage.ts';

const pauseMs = 100;

/**
 * Seals anew, under the newest key, what is under older ones; gateways may serve meanwhile, if all of them have the new key.
 *
 * @returns whether nothing is left under an older key
 */
export async function rotate(
  pool: Pool,
  sealing: Sealing,
  now: () => number,
  print: (line: string) => void,
): Promise<boolean> {
  await checkSealingKeys(pool, sealing);
  const [newest = '', ...older] = sealing.keyIds.sealing;
  await recordAudit(pool, {
    at: new Date(now()),
    tenant: null,
    caller: operator(),
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
export async function status(pool: Pool, sealing: Sealing, print: (line: string) => void): Promise<boolean> {
  const retired = await retiredKeys(pool);
  let complete = true;
  const show = (where: string, counts: ReadonlyMap<string, number>, configured: readonly string[]): void => {
    for (const [key, rows] of counts) {
      const place = configured.indexOf(key);
      complete &&= place >= 0;
      const notes = [
        place < 0 ? 'NOT CONFIGURED' : place === 0 ? 'newest' : 'older',
        ...(configured === sealing.keyIds.sealing && retired.has(key) ? ['retired'] : []),
      ];
      print([where, key, rows, notes.join(', ')].join('\t'));
    }
  };
  for (const column of sealedColumns) {
    show(`${column.table}.${column.column}`, await countByKey(pool, column), sealing.keyIds.sealing);
  }
  for (const column of fingerprintColumns) {
    show(`${column.table}.${column.column}`, await countByFingerprintKey(pool, column), sealing.keyIds.fingerprint);
  }
  return complete;
}
