import type { Pool } from 'pg';
import { type ChainHead, verifyChain } from '../audit/chain.ts';
import { latestRows } from '../audit/store.ts';
import type { Administration } from './administration.ts';
import { printRows } from './table.ts';
import { UsageError } from './usage.ts';

/** Verifies the whole chain and prints its length and head. @returns whether it is intact */
export async function verifyAudit(
  pool: Pool,
  expected: string | undefined,
  print: (line: string) => void,
): Promise<boolean> {
  const verdict = await verifyChain(pool, expected === undefined ? undefined : headOf(expected));
  if (!verdict.intact) {
    print(`The audit log is broken at row ${verdict.seq}: ${verdict.what}.`);
    return false;
  }
  print(
    `The audit log is intact: ${verdict.head.seq} rows. Keep its head elsewhere, to find out later if its end was cut off:`,
  );
  print(`${verdict.head.seq}:${verdict.head.hash.toString('hex')}`);
  return true;
}

const headShape = /^(\d{1,18}):([0-9a-f]{64})$/;

function headOf(text: string): ChainHead {
  const [, seq, hash = ''] = headShape.exec(text) ?? [];
  if (seq === undefined)
    throw new UsageError('--head: expected what an earlier "gateway audit verify" printed: <rows>:<hash>.');
  return { seq: BigInt(seq), hash: Buffer.from(hash, 'hex') };
}

/** Shows the latest rows, newest first. */
export async function listAudit(
  administration: Pick<Administration, 'pool' | 'print' | 'json'>,
  limit: string,
): Promise<void> {
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new UsageError('--limit: expected a whole number from 1 to 99999.');
  const columns = ['seq', 'at', 'tenant', 'caller', 'keyId', 'action', 'resource', 'purpose', 'requestId'] as const;
  const rows = await latestRows(administration.pool, Number(limit));
  printRows(
    administration,
    columns,
    rows.map(({ seq, at, tenant, caller, keyId, action, resource, purpose, requestId }) => {
      return { seq, at, tenant, caller, keyId, action, resource, purpose, requestId };
    }),
  );
}
