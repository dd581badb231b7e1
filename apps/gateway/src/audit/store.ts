import { withoutLongNumbers } from '@card-gateway/core';
import { inTransaction, type Pool, type PoolClient } from '@card-gateway/database';
import type { Caller } from '../caller.ts';

/** Acts that are recorded before they happen or together with what they change, or because they were denied. */
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
  | 'destination.create'
  | 'destination.update'
  | 'destination.delete'
  | 'destination.enable'
  | 'destination.disable'
  | 'destination.ping'
  | 'destination.rotate_secret'
  | 'destination.replay'
  | 'event.resend'
  | 'account.move'
  | 'key.create'
  | 'key.revoke'
  | 'sealing.rotate';

/** Who does what to which resource, and why. Contains no card data, only our ids and the caller's own words. */
export interface AuditEntry {
  readonly at: Date;
  /** Null for acts that belong to no tenant. */
  readonly tenant: string | null;
  readonly caller: string;
  /** Public id of the API key (`key_…`); null on the command line. */
  readonly keyId: string | null;
  readonly action: AuditAction;
  /** Public id of the target; the account if the target has none. */
  readonly resource: string;
  /** The caller's words; for a denial prefixed with the problem's code. Anything that could be a card or phone number is masked. */
  readonly purpose: string | null;
  readonly requestId: string | null;
}

type Act = Pick<AuditEntry, 'action' | 'resource' | 'purpose'>;

/** What a caller's request does. @param now Unix milliseconds */
export function entryOf(
  { caller: { tenant, caller, keyId }, requestId }: { readonly caller: Caller; readonly requestId: string },
  now: number,
  act: Act,
): AuditEntry {
  return { at: new Date(now), tenant, caller, keyId, requestId, ...act };
}

/** What an operator does on the command line. @param tenant null for acts that belong to none */
export function operatorEntry(
  { now, operator }: { readonly now: () => number; readonly operator: string },
  tenant: string | null,
  act: Act,
): AuditEntry {
  return { at: new Date(now()), tenant, caller: operator, keyId: null, requestId: null, ...act };
}

/** One stored row of the chain. */
export interface AuditRow extends Omit<AuditEntry, 'action'> {
  /** Starts at 1, without gaps. */
  readonly seq: bigint;
  readonly action: string;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/**
 * Adds one row to the audit log. With a pool, the row is committed on return, and the act may proceed. With a client, it is
 * committed with that client's transaction, where it should come last, because other writers of the log wait for its end.
 *
 * @throws if the row cannot be written; then the act must not proceed
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
      (entry.purpose && withoutLongNumbers(entry.purpose)) || null,
      entry.requestId,
    ],
  });
}

/**
 * Changes the database and adds the row that says so in one transaction: an act that throws leaves neither. The row comes last,
 * because other writers of the log wait for its end.
 */
export function withAudit<T>(pool: Pool, entry: AuditEntry, act: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    const result = await act(client);
    await recordAudit(client, entry);
    return result;
  });
}

/**
 * What a claim of a write that is audited adds to its statement. All keys are inserted before the first row of the log: whoever
 * has the log's lock must wait for nobody's key.
 */
export const auditClaim = {
  /** The columns of `asked` that {@link auditOf} fills. */
  own: 'audit_key_id text, audit_action text, audit_resource text',
  also: `audited AS (
    INSERT INTO audit_log (at, tenant, caller, key_id, action, resource, request_id)
    SELECT created_at, tenant, caller, audit_key_id, audit_action, audit_resource, request_id
    FROM claimed, (SELECT count(*) FROM recorded) inserted
  )`,
} as const;

export function auditOf(entry: Pick<AuditEntry, 'keyId' | 'action' | 'resource'>): Readonly<Record<string, unknown>> {
  return { audit_key_id: entry.keyId, audit_action: entry.action, audit_resource: entry.resource };
}

const columns = `seq, at, tenant, caller, key_id AS "keyId", action, resource, purpose, request_id AS "requestId",
  previous_hash AS "previousHash", hash`;

type StoredRow = Omit<AuditRow, 'seq'> & { readonly seq: string };

/** Rows after `after`, in chain order. */
export async function readChain(pool: Pool, after: bigint, limit: number): Promise<AuditRow[]> {
  const { rows } = await pool.query<StoredRow>(
    `SELECT ${columns} FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2`,
    [after.toString(), limit],
  );
  return rows.map(withNumber);
}

export async function latestRows(pool: Pool, limit: number): Promise<AuditRow[]> {
  const { rows } = await pool.query<StoredRow>(`SELECT ${columns} FROM audit_log ORDER BY seq DESC LIMIT $1`, [limit]);
  return rows.map(withNumber);
}

function withNumber(row: StoredRow): AuditRow {
  return { ...row, seq: BigInt(row.seq) };
}
