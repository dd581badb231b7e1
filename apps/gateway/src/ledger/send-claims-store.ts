import type { GuardedQuery } from '@card-gateway/database';
import type { PoolClient, QueryResult } from 'pg';
import { keyHash } from './key-hash.ts';
import type { Claimed, NewOperation } from './new-operation.ts';

/** A write to be recorded, with the slice's own values of its resource. */
export interface Claim {
  readonly operation: NewOperation;
  readonly own: Readonly<Record<string, unknown>>;
}

/** Claims of one kind. */
export interface Claims {
  readonly claims: readonly Claim[];
  /** Whether their statement is a transaction of its own. */
  readonly isAlone: boolean;
  /** Whether those whose resource another transaction has locked are left out; default waits for it. */
  readonly skipsLocked?: boolean;
}

/** The SQL that a slice adds to the statement that records its writes. */
export interface ClaimParts {
  /** The slice's own values, as columns of `asked` and `claimed` with their types. */
  readonly own?: string;
  /**
   * Selects what a row of `asked` names, at most one row, whose columns `asked` and `claimed` then have too; the recorder learns
   * them. Where there is none, nothing is recorded. Not with `fit` or `seen`.
   */
  readonly named?: string;
  /** Selects `id` and `known_at` from the rows of `asked` that may be recorded; default all. */
  readonly fit?: string;
  /**
   * Instead of `fit`: selects `known_at` from the resource of a row of `asked` if it is as it was seen. It is locked, so that it
   * stays so. A write on another resource is not recorded.
   */
  readonly seen?: string;
  /** What else is written, from the rows of `claimed`: each as `name AS (…)`, to which `resource` can refer. */
  readonly also?: string;
  /** Writes the resources, from the rows of `claimed`. */
  readonly resource?: string;
}

/**
 * The end of a SELECT from a JSON array, which limits nothing. Without it, the planner expects a hundred rows, and reads all of a
 * table of some ten thousand rather than look these up.
 */
const fewRows = 'LIMIT (SELECT NULL::bigint)';

/**
 * The statement that records writes with their resources, but none whose Idempotency-Key is taken, by another of them too, or
 * that does not fit: these have no row.
 *
 * @param lock how the resources of `seen` are locked
 */
function claimText({ own, named, fit, seen, also, resource }: ClaimParts, lock: string): string {
  const fitting =
    seen === undefined ? fit : `SELECT asked.id, seen.known_at FROM asked, LATERAL (${seen} ${lock}) seen`;
  const given = `
             SELECT * FROM json_to_recordset($1) AS asked (id uuid, tenant text, caller text, idempotency_key text,
               request_hash text, type text, provider text, account text, resource_id uuid, settles_by text,
               request_id text, created_at timestamptz, lease_until timestamptz${own === undefined ? '' : `, ${own}`})
             ${fewRows}`;
  // In one order, so that two processes that record the same keys at once wait for each other in turn.
  return `WITH asked AS (${
    named === undefined
      ? given
      : `SELECT asked.*, named.*, row_to_json(named) AS named FROM (${given}) asked, LATERAL (${named} LIMIT 1) named`
  }
           )${fitting === undefined ? '' : `, fit AS (${fitting})`}, recorded AS (
             INSERT INTO operations (id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id,
               state, settles_by, request_id, created_at, updated_at, lease_until, known_at)
             SELECT id, tenant, caller, idempotency_key, request_hash, type, provider, account, resource_id, 'submitting',
               settles_by, request_id, created_at, created_at, lease_until, ${fitting === undefined ? 'NULL' : 'known_at'}
             FROM asked ${fitting === undefined ? '' : 'JOIN fit USING (id)'} ORDER BY tenant, caller, idempotency_key
             ON CONFLICT (tenant, caller, idempotency_key) DO NOTHING RETURNING id, known_at
           )${
             resource === undefined
               ? ''
               : `, claimed AS (SELECT asked.* FROM recorded JOIN asked USING (id))${also === undefined ? '' : `, ${also}`}, written AS (${resource})`
           }
           ${
             named === undefined
               ? 'SELECT id, known_at AS "knownAt", NULL::json AS named FROM recorded'
               : 'SELECT id, NULL::timestamptz AS "knownAt", named FROM claimed'
           }`;
}

function wireRow({ operation, own }: Claim): Readonly<Record<string, unknown>> {
  return {
    id: operation.id,
    tenant: operation.tenant,
    caller: operation.caller,
    idempotency_key: keyHash(operation.idempotencyKey),
    request_hash: operation.requestHash,
    type: operation.type,
    provider: operation.provider,
    account: operation.account,
    resource_id: operation.resourceId,
    settles_by: operation.resolvesBy,
    request_id: operation.requestId,
    created_at: operation.createdAt,
    lease_until: operation.leaseUntil,
    ...own,
  };
}

/** Sends the statement that records claims of one kind. */
export type SendClaims = (client: PoolClient, claims: Claims) => Promise<QueryResult<Claimed>>;

/** @param name of the prepared statement */
export function sendClaims(name: string, parts: ClaimParts): SendClaims {
  // Written once: the driver compares the text of a named statement with the one that it has prepared.
  const usual = { name, text: claimText(parts, 'FOR UPDATE SKIP LOCKED') };
  const waiting = { name: `${name}-waiting`, text: claimText(parts, 'FOR UPDATE') };
  return (client, { claims, isAlone, skipsLocked }) => {
    const statement = parts.seen === undefined || skipsLocked === true ? usual : waiting;
    const query: GuardedQuery = { ...statement, values: [JSON.stringify(claims.map(wireRow))], isCommit: isAlone };
    return client.query<Claimed>(query);
  };
}
