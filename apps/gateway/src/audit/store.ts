import type { Pool, PoolClient } from '@card-gateway/database';

/** What is written down before it is done, or because it was denied. */
export type AuditAction =
  | 'card.reveal'
  | 'card.frame_token'
  | 'binding.reveal'
  | 'card.reveal_denied'
  | 'card.frame_token_denied'
  | 'binding.reveal_denied'
  | 'binding.check'
  | 'card.activate'
  | 'card.set_pin'
  | 'operation.resolve'
  | 'callback.replay'
  | 'account.move'
  | 'key.create'
  | 'key.revoke'
  | 'sealing.rotate';

/** Who does what to which thing, and why. It holds no card data: only ids of ours and the caller's own words. */
export interface AuditEntry {
  readonly at: Date;
  /** Null for what belongs to no tenant. */
  readonly tenant: string | null;
  readonly caller: string;
  /** Public id of the API key (`key_…`); null on the command line. */
  readonly keyId: string | null;
  readonly action: AuditAction;
  /** Public id of what it is done to; the account where that has none. */
  readonly resource: string;
  /** In the caller's words, of a denial behind the code of the problem; what could be a card or phone number in it is masked. */
  readonly purpose: string | null;
  readonly requestId: string | null;
}

/** One row of the chain, as it is kept. */
export interface AuditRow extends Omit<AuditEntry, 'action'> {
  /** From 1 on, without gaps. */
  readonly seq: bigint;
  readonly action: string;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/** Numbers of cards and phones: nine digits together, or twelve in groups. */
const numberInside = /\d(?:[ -]?\d){11,}|\d{9,}/g;

/**
 * Adds one row to the audit log. Given the pool, it is committed when this returns: what it is about may then be done.
 * Given a client, it is committed with that client's transaction, in which it should come last, because others who add a
 * row wait for its end.
 *
 * @throws when the row cannot be written; then what it is about must not be done
 */
export async function recordAudit(client: Pool | PoolClient, entry: AuditEntry): Promise<void> {
  await client.query({
    name: 'audit-insert',
    text: `INSERT INTO audit_log (at, tenant, caller, key_id, action, resource, purpose, request_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      entry.at,
      entry.tenant,
      entry.caller,
      entry.keyId,
      entry.action,
      entry.resource,
      entry.purpose?.replaceAll(numberInside, '***') || null,
      entry.requestId,
    ],
  });
}

const columns = `seq, at, tenant, caller, key_id AS "keyId", action, resource, purpose, request_id AS "requestId",
  previous_hash AS "previousHash", hash`;

type StoredRow = Omit<AuditRow, 'seq'> & { readonly seq: string };

/** Rows in the order of the chain, behind `after`. */
export async function readChain(pool: Pool, after: bigint, limit: number): Promise<AuditRow[]> {
  const { rows } = await pool.query<StoredRow>(
    `SELECT ${columns} FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2`,
    [after.toString(), limit],
  );
  return rows.map(withNumber);
}

/** The latest rows, newest first. */
export async function latestRows(pool: Pool, limit: number): Promise<AuditRow[]> {
  const { rows } = await pool.query<StoredRow>(`SELECT ${columns} FROM audit_log ORDER BY seq DESC LIMIT $1`, [limit]);
  return rows.map(withNumber);
}

function withNumber(row: StoredRow): AuditRow {
  return { ...row, seq: BigInt(row.seq) };
}
