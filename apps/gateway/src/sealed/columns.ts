import type { SealedPlace } from '../sealing.ts';

/** All sealed columns: rotation and status use this list. */
export const sealedColumns = [
  { table: 'cards', column: 'pan', row: ['account', 'provider_ref'], fingerprint: 'pan_fingerprint' },
  {
    table: 'bindings',
    column: 'token',
    row: ['account', 'user_ref', 'kind', 'provider_ref'],
    fingerprint: 'token_fingerprint',
  },
  { table: 'callbacks', column: 'record', row: ['account', 'deduplication_key'], fingerprint: null },
  { table: 'event_destinations', column: 'secrets', row: ['id'], fingerprint: null },
] as const satisfies readonly (SealedPlace & {
  /** Column with the fingerprint of the same value, which is recomputed under the newest key. */
  readonly fingerprint: string | null;
})[];

/**
 * A column of sealed values. Its names follow from `column`: `<column>_sealed` is the value, `<column>_key` the id of its key,
 * which the database maintains, and rejects for a retired key (migration `20261123130000_audit`). `row` is the row's natural
 * key, in the order used for sealing ({@link SealedPlace.row}).
 */
export type SealedColumn = (typeof sealedColumns)[number];

/** Columns with `<key id>:<digest>` under a fingerprint key. Apart from the fingerprints above, the value itself is not stored. */
export const fingerprintColumns = [
  { table: 'cards', column: 'pan_fingerprint' },
  { table: 'bindings', column: 'pan_fingerprint' },
  { table: 'bindings', column: 'token_fingerprint' },
  { table: 'bindings', column: 'phone_fingerprint' },
  { table: 'operations', column: 'request_hash' },
  { table: 'operation_resolutions', column: 'request_hash' },
] as const;
export type FingerprintColumn = (typeof fingerprintColumns)[number];
