import { gathered, type GuardedQuery, inOneStatement, inTransaction } from '@card-gateway/database';
import type { OperationType, ResolvesBy } from '@card-gateway/core';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { keyHash } from './key-hash.ts';
import type { Key, OperationRow } from './store.ts';

/** A write to be recorded. */
export interface NewOperation extends Key {
  readonly id: string;
  readonly requestHash: string;
  readonly type: OperationType;
  readonly provider: string;
  readonly account: string;
  readonly resourceId: string;
  readonly resolvesBy: ResolvesBy;
  /** Of the request that asked for the write; its events name it. */
  readonly requestId: string;
  readonly createdAt: Date;
  /** End of the sender's lease, later than any call can last. */
  readonly leaseUntil: Date;
}

/**
 * Records a write together with its resource: of a pool by a statement that is a transaction of its own, gathered with others
 * where {@link recording} says so. Null if its Idempotency-Key is taken, or if it does not fit.
 */
export type RecordWrite = (to: Pool | PoolClient, operation: NewOperation) => Promise<OperationRow | null>;

/** How a write is recorded. */
export interface Recording {
  readonly record: RecordWrite;
  /**
   * Takes the locks that `record` takes before it comes to the key. A repeat takes them before it takes over its key: whoever has
   * them may wait for the key.
   */
  readonly lock?: (client: PoolClient) => Promise<void>;
  /**
   * What does not fit into that statement, in one transaction with it. It may return the id of another resource that the write
   * is about.
   */
  readonly within?: (client: PoolClient, operationId: string, at: Date) => Promise<string | void>;
}

/** A write to be recorded, with the slice's own values of its resource. */
export interface Claim {
  readonly operation: NewOperation;
  readonly own: Readonly<Record<string, unknown>>;
}

/** Claims of one kind. */
interface Claims {
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
 * Records writes with their resources, but none whose Idempotency-Key is taken, by another of them too, or that does not fit:
 * these have no row.
 */
function claimStatement(
  name: string,
  { own, fit, seen, also, resource }: ClaimParts,
  { claims, isAlone, skipsLocked }: Claims,
): GuardedQuery {
  const lock = skipsLocked === true ? 'FOR UPDATE SKIP LOCKED' : 'FOR UPDATE';
  const fitting =
    seen === undefined ? fit : `SELECT asked.id, seen.known_at FROM asked, LATERAL (${seen} ${lock}) seen`;
  const isUsual = seen === undefined ? true : skipsLocked === true;
  return {
    name: isUsual ? name : `${name}-waiting`,
    // In one order, so that two processes that record the same keys at once wait for each other in turn.
    text: `WITH asked AS (
             SELECT * FROM json_to_recordset($1) AS asked (id uuid, tenant text, caller text, idempotency_key text,
               request_hash text, type text, provider text, account text, resource_id uuid, settles_by text,
               request_id text, created_at timestamptz, lease_until timestamptz${own === undefined ? '' : `, ${own}`})
             ${fewRows}
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
           SELECT id, known_at AS "knownAt" FROM recorded`,
    values: [JSON.stringify(claims.map(wireRow))],
    isCommit: isAlone,
  };
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

/** What the database tells of a recorded write; the rest of its row is known. */
export type Claimed = Pick<OperationRow, 'id' | 'knownAt'>;

/** The row of a write that {@link sendClaims} has just recorded. */
export function rowOf(operation: NewOperation, { knownAt }: Claimed): OperationRow {
  const { id, tenant, caller, requestHash, type, provider, account, resourceId, resolvesBy } = operation;
  return {
    id,
    tenant,
    caller,
    requestHash,
    type,
    provider,
    account,
    resourceId,
    knownAt,
    state: 'submitting',
    fence: 1,
    leaseUntil: operation.leaseUntil,
    resolvesBy,
    unknownBecause: null,
    unknownSince: null,
    lookUps: 0,
    nextLookUpAt: null,
    silentSince: null,
    silentMs: 0,
    refusal: null,
    resolvedBy: null,
    resolvedAt: null,
    supersededBy: null,
    answerStatus: null,
    answer: null,
    createdAt: operation.createdAt,
  };
}

/** Sends the statement that records claims of one kind. */
export type SendClaims = (client: PoolClient, claims: Claims) => Promise<QueryResult<Claimed>>;

/** @param name of the prepared statement */
export function sendClaims(name: string, parts: ClaimParts): SendClaims {
  return (client, claims) => client.query<Claimed>(claimStatement(name, parts, claims));
}

async function sendTo(
  send: SendClaims,
  to: Pool | PoolClient,
  claims: readonly Claim[],
  skipsLocked = false,
): Promise<Claimed[]> {
  const { rows } = await (isConnection(to)
    ? send(to, { claims, isAlone: false, skipsLocked })
    : inOneStatement(to, (client) => send(client, { claims, isAlone: true, skipsLocked })));
  return rows;
}

/** Whether this is a connection, thus a transaction, of which the statement is a part. */
export const isConnection = (to: Pool | PoolClient): to is PoolClient => 'release' in to;

type RecordOwn = (own?: Claim['own']) => RecordWrite;
type SendTogether = (to: Pool | PoolClient, claims: readonly Claim[]) => Promise<Claimed[]>;

/** Each claim is found by its own id, so that of two with one key only the one that was recorded learns of a row. */
function together(send: SendTogether): (to: Pool | PoolClient, claim: Claim) => Promise<Claimed | null> {
  return gathered<Claim, Claimed>({
    askKey: ({ operation }) => operation.id,
    rowKey: ({ id }) => id,
    send,
  });
}

/** How writes of one kind are recorded whose statement locks nothing but their own keys: gathered. */
export function recording(send: SendClaims): RecordOwn {
  const record = together((to, claims) => sendTo(send, to, claims));
  return (own = {}) =>
    async (to, operation) => {
      const claimed = await record(to, { operation, own });
      return claimed && rowOf(operation, claimed);
    };
}

/**
 * The same for writes whose resource must be as it was {@link ClaimParts.seen}. A batch skips what another transaction has locked:
 * if it waited for one lock while it holds others, two batches could deadlock, or one with a list that is being stored. What a
 * batch did not record is sent singly, and waits; but not where a key was taken over before, in the same transaction: a batch with
 * the resource could wait for that key.
 */
export function recordingSeen(send: SendClaims): RecordOwn {
  const record = together((to, claims) => sendTo(send, to, oneOfEachResource(claims), true));
  return (own = {}) =>
    async (to, operation) => {
      const claim = { operation, own };
      const claimed = (await record(to, claim)) ?? (isConnection(to) ? null : (await sendTo(send, to, [claim]))[0]);
      return claimed ? rowOf(operation, claimed) : null;
    };
}

/** The first write on each resource: the others would not see what it changes. */
function oneOfEachResource(claims: readonly Claim[]): readonly Claim[] {
  const firsts = new Map<string, Claim>();
  for (const claim of claims) {
    const { resourceId } = claim.operation;
    if (!firsts.has(resourceId)) firsts.set(resourceId, claim);
  }
  return [...firsts.values()];
}

/** How writes are recorded singly that take names which must be unique: two batches of them could deadlock. */
export function recordingSingly(send: SendClaims): RecordOwn {
  return (own = {}) =>
    async (to, operation) => {
      const [claimed] = await sendTo(send, to, [{ operation, own }]);
      return claimed === undefined ? null : rowOf(operation, claimed);
    };
}

/** Records a write alone, whose resource is written in the same transaction. */
export const recordAlone: RecordWrite = recording(sendClaims('operation-record', {}))();

/** Rolls back a transaction that claims nothing. */
class NotClaimed extends Error {}

/**
 * Records a write and its resource before it is sent, with the sender's lease: by one statement that is a transaction of its
 * own, or in one transaction with what else the recording needs. Null if the Idempotency-Key is taken, or if the resource is not
 * as it was seen: then nothing was recorded.
 *
 * @param instead a certain, transient refusal that hands its key to this new try
 */
export async function claim(
  pool: Pool,
  operation: NewOperation,
  instead: OperationRow | null,
  { record, lock, within }: Recording,
): Promise<OperationRow | null> {
  try {
    if (instead === null && within === undefined) return await record(pool, operation);
    return await inTransaction(pool, async (client) => {
      if (instead !== null) {
        await lock?.(client);
        await handOver(client, instead.id);
      }
      const claimed = await record(client, operation);
      if (claimed === null) throw new NotClaimed();
      const resourceId = (await within?.(client, claimed.id, claimed.createdAt)) ?? claimed.resourceId;
      if (resourceId === claimed.resourceId) return claimed;
      await client.query('UPDATE operations SET resource_id = $2 WHERE id = $1', [claimed.id, resourceId]);
      return { ...claimed, resourceId };
    });
  } catch (error) {
    if (error instanceof NotClaimed || isTaken(error)) return null;
    throw error;
  }
}

async function handOver(client: PoolClient, id: string): Promise<void> {
  await client.query(
    `UPDATE operations SET idempotency_key = NULL, request_hash = NULL, answer = NULL, answer_status = NULL
     WHERE id = $1 AND state = 'refused'`,
    [id],
  );
}

/** Whether another write, at this very moment, has inserted what may exist only once. */
function isTaken(error: unknown): boolean {
  return (error as { readonly code?: string }).code === '23505';
}
