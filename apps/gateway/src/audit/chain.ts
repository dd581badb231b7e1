import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { type AuditRow, readChain } from './store.ts';

/** The last row of the chain. Kept elsewhere, it later proves that nothing up to it was changed or cut off. */
export interface ChainHead {
  /** 0 for an empty log. */
  readonly seq: bigint;
  readonly hash: Buffer;
}

export type Verdict =
  | { readonly intact: true; readonly head: ChainHead }
  | { readonly intact: false; readonly seq: bigint; readonly what: string };

const batchSize = 1000;
const beginning: ChainHead = { seq: 0n, hash: Buffer.alloc(32) };

/**
 * Verifies the whole chain, oldest row first, in batches. Computes each hash itself instead of trusting the database it checks.
 *
 * @param expected a head recorded earlier, which must still be in the chain
 */
export async function verifyChain(pool: Pool, expected?: ChainHead): Promise<Verdict> {
  let head = beginning;
  for (let rows = await readChain(pool, 0n, batchSize); rows.length > 0;) {
    for (const row of rows) {
      const fault = faultOf(row, head);
      if (fault !== null) return { intact: false, seq: row.seq, what: fault };
      head = { seq: row.seq, hash: row.hash };
      if (row.seq === expected?.seq && !row.hash.equals(expected.hash)) {
        return { intact: false, seq: row.seq, what: 'it is not the row that was noted down' };
      }
    }
    rows = await readChain(pool, head.seq, batchSize);
  }
  if (expected !== undefined && expected.seq > head.seq) {
    return { intact: false, seq: head.seq + 1n, what: `it is missing, like all up to row ${expected.seq}` };
  }
  return { intact: true, head };
}

function faultOf(row: AuditRow, head: ChainHead): string | null {
  if (row.seq !== head.seq + 1n) return `row ${head.seq + 1n} before it is missing`;
  if (!row.previousHash.equals(head.hash)) return 'it does not follow the row before it';
  if (!row.hash.equals(hashOf(row))) return 'it was changed';
  return null;
}

/** The hash of a row, as the migration's `audit_chain()` computes it: each value preceded by its length in bytes, `-` for null. */
function hashOf(row: AuditRow): Buffer {
  const values = [
    row.previousHash.toString('hex'),
    row.seq.toString(),
    row.at.toISOString(),
    row.tenant,
    row.caller,
    row.keyId,
    row.action,
    row.resource,
    row.purpose,
    row.requestId,
  ];
  const text = values.map((value) => (value === null ? '-' : `${Buffer.byteLength(value)}:${value}`)).join(',');
  return createHash('sha256').update(text).digest();
}
