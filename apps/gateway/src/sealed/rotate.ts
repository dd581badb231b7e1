import { nilUuid } from '@card-gateway/core';
import type { Pool } from 'pg';
import type { Sealing } from '../sealing.ts';
import { type SealedColumn, sealedColumns } from './columns.ts';
import { readWindow, replaceSealed, type Resealed, retireKeys, type SealedRow } from './store.ts';

/** The result of a rotation for one column. */
export interface Rotated {
  readonly column: SealedColumn;
  /** Re-sealed under the newest key. */
  readonly resealed: number;
  /** Unchanged: their key is not configured, or they were altered or moved. */
  readonly notOpened: number;
  /** Unchanged because other transactions held them to the end: rotate again. */
  readonly busy: number;
}

const windowSize = 500;
const mostTries = 20;

/**
 * Re-seals everything under older keys with the newest ones while gateways serve, in small batches, each value only if it has
 * not changed since it was read. The older keys are retired first, so that nothing new comes under them meanwhile.
 *
 * @param pause waits before retrying rows that others hold
 */
export async function rotateSealed(
  pool: Pool,
  sealing: Sealing,
  at: Date,
  pause: () => Promise<void>,
): Promise<readonly Rotated[]> {
  const [, ...older] = sealing.keyIds.sealing;
  await retireKeys(pool, older, at);
  const results: Rotated[] = [];
  for (const column of sealedColumns) results.push(await rotateColumn(pool, sealing, column, pause));
  return results;
}

async function rotateColumn(
  pool: Pool,
  sealing: Sealing,
  column: SealedColumn,
  pause: () => Promise<void>,
): Promise<Rotated> {
  const [newestSealing = ''] = sealing.keyIds.sealing;
  const [newestFingerprint = ''] = sealing.keyIds.fingerprint;
  const newest = { sealing: newestSealing, fingerprint: newestFingerprint };
  const total = { resealed: 0, notOpened: 0, busy: 0 };
  let after: string | null = nilUuid;
  while (after !== null) {
    let next: string | null = null;
    for (let tries = 1; ; tries += 1) {
      const { due, last } = await readWindow(pool, column, after, newest, windowSize);
      next = last;
      const values = due.flatMap((row) => anew(sealing, column, row) ?? []);
      const replaced = values.length === 0 ? new Set() : await replaceSealed(pool, column, values);
      total.resealed += replaced.size;
      if (replaced.size === values.length || tries === mostTries) {
        total.notOpened += due.length - values.length;
        total.busy += values.length - replaced.size;
        break;
      }
      await pause();
    }
    after = next;
  }
  return { column, ...total };
}

/** The value sealed under the newest key, with its fingerprint; null if it cannot be opened. */
function anew(sealing: Sealing, column: SealedColumn, { id, sealed, row }: SealedRow): Resealed | null {
  if (row === null) return null;
  const place = { table: column.table, column: column.column, row };
  try {
    const value = sealing.open(sealed, place);
    const fingerprint = column.fingerprint === null ? null : sealing.fingerprint(value);
    return { id, was: sealed, sealed: sealing.seal(value, place), fingerprint };
  } catch {
    // Closed: it is counted, and stays in case the key is restored.
    return null;
  }
}
