import type { OperationType, ResolvesBy } from '@card-gateway/core';
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

/** What the database tells of a recorded write; the rest of its row is known. */
export interface Claimed extends Pick<OperationRow, 'id' | 'knownAt'> {
  /** What it names (`ClaimParts.named`), by column; null if nothing is asked for. */
  readonly named: unknown;
}

/** The row of a write that `sendClaims` has just recorded. */
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
