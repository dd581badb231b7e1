import { Secret } from '@card-gateway/core';
import type { Sealing } from '../sealing.ts';
import type { CallbackRow } from './store.ts';

type Row = Pick<CallbackRow, 'account' | 'deduplicationKey'>;

/** The place to which a callback's content is sealed. */
function place({ account, deduplicationKey }: Row) {
  return { table: 'callbacks', column: 'record', row: [account, deduplicationKey] } as const;
}

/** Seals a callback's content, which may name merchants, amounts and tokens. */
export function sealRecord(sealing: Sealing, row: Row, record: string): Buffer {
  return sealing.seal(new Secret(record), place(row));
}

/** Opens the content for the adapter. @throws if it was altered or moved, or its key is not configured */
export function openRecord(
  sealing: Sealing,
  row: Pick<CallbackRow, 'account' | 'deduplicationKey' | 'recordSealed'>,
): string {
  return sealing.open(row.recordSealed, place(row)).reveal();
}
