import { Secret } from '@card-gateway/core';
import type { Sealing } from '../sealing.ts';
import type { CallbackRow } from './store.ts';

type Row = Pick<CallbackRow, 'account' | 'deduplicationKey'>;

/** Where what a callback said is sealed to. */
function place({ account, deduplicationKey }: Row) {
  return { table: 'callbacks', column: 'record', row: [account, deduplicationKey] } as const;
}

/** What a callback said, as it rests: it may name merchants, amounts and tokens. */
export function sealRecord(sealing: Sealing, row: Row, record: string): Buffer {
  return sealing.seal(new Secret(record), place(row));
}

/** The other way, for the adapter to read. @throws when it was altered or moved, or its key is not configured */
export function openRecord(
  sealing: Sealing,
  row: Pick<CallbackRow, 'account' | 'deduplicationKey' | 'recordSealed'>,
): string {
  return sealing.open(row.recordSealed, place(row)).reveal();
}
