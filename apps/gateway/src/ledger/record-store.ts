import { gathered, inOneStatement } from '@card-gateway/database';
import type { Pool, PoolClient } from 'pg';
import { type Claimed, type NewOperation, rowOf } from './new-operation.ts';
import { type Claim, type SendClaims, sendClaims } from './send-claims-store.ts';
import type { OperationRow } from './store.ts';

/**
 * Records a write together with its resource: of a pool by a statement that is a transaction of its own, gathered with others
 * where {@link recordingNamed} says so. Null if its Idempotency-Key is taken, or if it does not fit.
 */
export type RecordWrite = (to: Pool | PoolClient, operation: NewOperation) => Promise<OperationRow | null>;

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

/** Records one write, and keeps what the statement found of what it names. */
export interface NamedRecording<Named> {
  readonly record: RecordWrite;
  /** What was found, once the write is recorded. */
  readonly named: () => Named;
}

/**
 * How writes of one kind are recorded whose statement locks nothing but their own keys: gathered. It looks up what they name.
 *
 * @typeParam Named the columns of `ClaimParts.named`
 */
export function recordingNamed<Named>(send: SendClaims): (own: Claim['own']) => NamedRecording<Named> {
  const record = together((to, claims) => sendTo(send, to, claims));
  return (own) => {
    let found: { readonly named: Named } | null = null;
    return {
      record: async (to, operation) => {
        const claimed = await record(to, { operation, own });
        if (claimed === null) return null;
        found = { named: claimed.named as Named };
        return rowOf(operation, claimed);
      },
      named: () => {
        if (found === null) throw new Error('What a write names is found when it is recorded.');
        return found.named;
      },
    };
  };
}

/**
 * The same for writes whose resource must be as it was seen (`ClaimParts.seen`). A batch skips what another transaction has locked:
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
export const recordAlone: RecordWrite = recordingNamed<null>(sendClaims('operation-record', {}))({}).record;
