import { setTimeout as wait } from 'node:timers/promises';
import {
  type Evidence,
  newUuid,
  type OperationType,
  type Outcome,
  type ProviderCall,
  type SettlesBy,
  toPublicId,
  unknown,
} from '@card-gateway/core';
import type { Pool, PoolClient } from 'pg';
import type { OpenAccount } from '../accounts/accounts.ts';
import type { Caller } from '../http/auth.ts';
import { isDatabaseFailure, ProblemError, problemBody, refusalProblem } from '../http/problem.ts';
import { type Services, writeCall } from '../services.ts';
import {
  type Attempt,
  claim,
  findById,
  findByKey,
  isTakenReference,
  type OperationRow,
  settle,
  type StoredAnswer,
} from './store.ts';

/** A write as it came in. */
export interface WriteRequest {
  readonly caller: Caller;
  readonly idempotencyKey: string;
  /** Canonical text of operation, path and body. Two requests are the same if it is. */
  readonly text: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** What is answered to a write. */
export interface WriteAnswer extends StoredAnswer {
  readonly replayed: boolean;
  /** The operation to watch, while the outcome is unknown. */
  readonly location: string | null;
}

/** One kind of write: how its outcome changes our records, what is answered, and how a lost answer is found out. */
export interface WriteKind<Value> {
  readonly type: OperationType;
  readonly successStatus: 200 | 201 | 202;
  settlesBy(account: OpenAccount): SettlesBy;
  /** Changes the resource to fit the outcome, inside the settling transaction. */
  apply(client: PoolClient, operation: OperationRow, outcome: Outcome<Value>, when: When): Promise<void>;
  /** The resource as callers see it. */
  view(client: Pool | PoolClient, operation: OperationRow): Promise<unknown>;
  /** Asks the provider what became of a write; null when there is nothing to ask. Never sends the order again. */
  lookUp(account: OpenAccount, operation: OperationRow, call: ProviderCall): Promise<LookUp<Value> | null>;
}

export interface When {
  readonly at: Date;
  /** When the provider was asked for what it said, which may be a while before. */
  readonly askedAt: Date;
}

/** What a look-up showed. `absent` proves nothing: the provider may still be at work. */
export type LookUp<Value> = { readonly kind: 'absent' } | Outcome<Value>;

/** A checked order, ready to be recorded and sent. */
export interface Order<Value> {
  readonly account: OpenAccount;
  readonly resourceId: string;
  readonly insert: (client: PoolClient, operationId: string, at: Date) => Promise<void>;
  readonly send: (call: ProviderCall, operationId: string) => Promise<Outcome<Value>>;
}

/**
 * Does a write once per Idempotency-Key: record, call, settle. A repeat gets the first answer, or 409 while the first is
 * still running; nothing is sent before its record is committed, and no transaction is open during the call.
 *
 * @param prepare checks the request and makes the order; it runs only for a key that is new
 */
export async function writeOnce<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  prepare: () => Promise<Order<Value>>,
): Promise<WriteAnswer> {
  const key = { tenant: request.caller.tenant, caller: request.caller.caller, idempotencyKey: request.idempotencyKey };
  const earlier = await findByKey(services.pool, key);
  if (earlier !== null) return replay(services, kind, request, earlier);

  let order: Order<Value>;
  try {
    order = await prepare();
  } catch (error) {
    // The same request may have taken the key meanwhile and changed what is checked: then this is its repeat.
    const first = await findByKey(services.pool, key);
    if (first === null) throw error;
    return replay(services, kind, request, first);
  }
  const createdAt = new Date(services.now());
  const id = newUuid(services.now());
  const claimed = await claim(
    services.pool,
    {
      ...key,
      id,
      requestHash: services.sealing.hashRequest(request.text),
      type: kind.type,
      provider: order.account.provider,
      account: order.account.name,
      resourceId: order.resourceId,
      settlesBy: kind.settlesBy(order.account),
      createdAt,
    },
    (client) => order.insert(client, id, createdAt),
  );
  if (!claimed) {
    const winner = await findByKey(services.pool, key);
    if (winner === null) throw new Error('The operation that took this key is gone.');
    return replay(services, kind, request, winner);
  }

  const startedAt = new Date(services.now());
  // An adapter does not throw for what a provider does; should its code fail, the order may be out all the same.
  const outcome = await Promise.try(order.send, writeCall(services, request.traceparent), id).catch((error: unknown) =>
    unknown('unreadable_answer', { httpStatus: null, code: null, message: `the adapter failed: ${nameOf(error)}` }),
  );
  const attempt = attemptOf('send', outcome, startedAt, new Date(services.now()));
  return settleAnswer(services, kind, request, id, outcome, attempt);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Records the outcome of a call that was made. Should the database be away, the write stays recorded as sent. */
async function settleAnswer<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  operationId: string,
  outcome: Outcome<Value>,
  attempt: Attempt,
): Promise<WriteAnswer> {
  const giveUpAt = performance.now() + longestRecordingMs;
  let known = outcome;
  for (let tried = 0; ; tried += 1) {
    try {
      const answer = await settleOperation(services, kind, operationId, known, 'answer', attempt, request.requestId);
      if (answer !== null) return answered(answer, known, operationId);
      const settled = await findById(services.pool, operationId);
      if (settled === null) throw new Error('The operation is gone.');
      return await replay(services, kind, request, settled);
    } catch (error) {
      const mayPass = error instanceof Error && isDatabaseFailure(error);
      if (isTakenReference(error) && known.kind === 'done') known = contradiction(known.evidence);
      else if (!mayPass || performance.now() > giveUpAt) throw unrecorded(operationId, error);
      else await wait(Math.min(100 * 2 ** tried, 1000));
    }
  }
}

/** An answer is too good to be thrown away for a database that is back in a moment. Less than a sweep's patience. */
const longestRecordingMs = 10_000;

/** The provider says it is done, and names a thing of its own that is known here as another one's. */
export function contradiction(evidence: Evidence | null): Outcome<never> {
  const message = 'the id that the provider gave belongs to another resource';
  return unknown('unreadable_answer', { httpStatus: null, code: null, ...evidence, message });
}

function answered(answer: StoredAnswer, outcome: Outcome<unknown>, operationId: string): WriteAnswer {
  const location = outcome.kind === 'unknown' ? `/v1/operations/${toPublicId('operation', operationId)}` : null;
  return { ...answer, replayed: false, location };
}

/** The provider was called, so that whatever fails now must not look as if it had not been. */
function unrecorded(operationId: string, cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  const mayPass = cause instanceof Error && isDatabaseFailure(cause);
  return new ProblemError(
    mayPass ? 'database-unavailable' : 'internal-error',
    'The provider was called, but the outcome could not be recorded yet. Repeat with the same Idempotency-Key to learn it.',
    { outcome: 'unknown', operation: toPublicId('operation', operationId), retryAfterSeconds: 5 },
    cause,
  );
}

/** Settles an operation and builds its answer; null when somebody else has settled it. */
export async function settleOperation<Value>(
  services: Services,
  kind: WriteKind<Value>,
  operationId: string,
  outcome: Outcome<Value>,
  by: 'answer' | 'look-up',
  attempt: Attempt | null,
  requestId: string,
): Promise<StoredAnswer | null> {
  const at = new Date(services.now());
  const firstLookUpAt = new Date(at.getTime() + lookUpDelayMs({ lookUps: 0, ageMs: 0, absent: false }));
  return settle(services.pool, { operationId, outcome, by, attempt, at, firstLookUpAt }, async (client, operation) => {
    await kind.apply(client, operation, outcome, { at, askedAt: attempt?.startedAt ?? at });
    return answerFor(kind, client, operation, outcome, requestId);
  });
}

async function answerFor<Value>(
  kind: WriteKind<Value>,
  client: PoolClient,
  operation: OperationRow,
  outcome: Outcome<Value>,
  requestId: string,
): Promise<StoredAnswer> {
  switch (outcome.kind) {
    case 'done':
      return { status: kind.successStatus, body: await kind.view(client, operation) };
    case 'refused': {
      const problem = problemBody(
        refusalProblem(operation.provider, outcome.refusal, toPublicId('operation', operation.id)),
        requestId,
      );
      return { status: problem.status, body: problem };
    }
    case 'unknown':
      return { status: 202, body: await kind.view(client, operation) };
  }
}

/** The answer to a repeat: the first one again; while there is none, how far the first request is. */
async function replay<Value>(
  services: Services,
  kind: WriteKind<Value>,
  request: WriteRequest,
  operation: OperationRow,
): Promise<WriteAnswer> {
  if (operation.type !== kind.type || !services.sealing.isHashOf(operation.requestHash, request.text)) {
    const detail = 'expected a new key for a new request, or the body of the first one';
    throw new ProblemError('idempotency-key-reused', 'This Idempotency-Key was first used with another request.', {
      errors: [{ pointer: 'header/Idempotency-Key', detail }],
    });
  }
  const location = `/v1/operations/${toPublicId('operation', operation.id)}`;
  switch (operation.state) {
    case 'submitting':
      throw new ProblemError('request-in-progress', 'The first request with this Idempotency-Key has no outcome yet.', {
        operation: toPublicId('operation', operation.id),
        retryAfterSeconds: 1,
      });
    case 'unknown':
      return { status: 202, body: await kind.view(services.pool, operation), replayed: true, location };
    case 'succeeded':
    case 'refused':
      return {
        status: operation.answerStatus ?? kind.successStatus,
        body: operation.answer,
        replayed: true,
        location: null,
      };
  }
}

/** A call about a write, as evidence. */
export function attemptOf(kind: Attempt['kind'], result: LookUp<unknown>, startedAt: Date, finishedAt: Date): Attempt {
  const evidence = result.kind === 'absent' ? null : result.evidence;
  return {
    kind,
    startedAt,
    finishedAt,
    outcome: result.kind,
    httpStatus: evidence?.httpStatus ?? null,
    providerCode: evidence?.code ?? (result.kind === 'refused' ? result.refusal.code : null),
    providerMessage: evidence?.message ?? (result.kind === 'refused' ? result.refusal.message : null),
  };
}

const quickestMs = 1000;
const slowestWhileSilentMs = 30_000;
const slowestWhileAbsentMs = 6 * 3_600_000;

/**
 * How long to wait before a provider is asked again: 1 s, doubling to 30 s, so that a provider that comes back is asked
 * within 30 s. One that answers "not found" is asked ever more seldom, by a twentieth of the order's age, up to 6 h.
 */
export function lookUpDelayMs(state: {
  readonly lookUps: number;
  readonly ageMs: number;
  readonly absent: boolean;
}): number {
  const backOff = Math.min(quickestMs * 2 ** Math.min(state.lookUps, 10), slowestWhileSilentMs);
  return state.absent ? Math.min(Math.max(backOff, state.ageMs / 20), slowestWhileAbsentMs) : backOff;
}
